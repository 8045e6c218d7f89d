"""A guide's link: who opened it is kept, and the page it leads to knows whose it was."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from core.errors import NotFound
from distribution.models import ShareLink
from distribution.selectors import find_share_link
from distribution.services import record_visit
from mall.models import Product
from org.contracts import policy
from pages.shop.http import find_visitor
from pages.shop.sessions import remember_shared, shared_token, visitor_of


@policy("public", object_kind="share_link")
@require_GET
def share(request: HttpRequest, token: str) -> HttpResponse:
    """Every opening of a link counts, the newest most; then on to the product."""
    link = _note_visit(request, token)
    if link is None:
        raise NotFound
    return redirect(f"/p/{link.product.public_id}?s={link.token}")


def find_sharer_link(request: HttpRequest, product: Product) -> ShareLink | None:
    """Through whose link this browser came to a product, kept when it is news.

    The address of the page carries the token too, so a page passed on from friend to
    friend stays the guide's; cookies are not needed to see who recommends it.
    """
    given = request.GET.get("s", "")
    known = shared_token(request, product.public_id)
    link = find_share_link(given or known) if given or known else None
    if link is None or link.product_id != product.pk:
        return None
    if link.token != known:
        _note_visit(request, link.token)
    return link


def _note_visit(request: HttpRequest, token: str) -> ShareLink | None:
    customer = find_visitor(request)
    member = customer.member if customer else None
    link = record_visit(token, visitor=visitor_of(request), member=member)
    if link is not None:
        remember_shared(request, link.product.public_id, link.token)
    return link
