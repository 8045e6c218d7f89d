"""商品: what can be sold, what it earns, and the guide's own link to it."""

from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from core import ports
from core.errors import NotFound, PortFailure, Refusal
from distribution.selectors import find_link_of, rate_for, share_url
from distribution.services import make_share_link
from mall.models import Product
from mall.selectors import get_product_for, list_products_on_sale, list_skus_of
from members.contracts import PageSigner
from org.contracts import SiteUrls, policy
from org.models import OrgUnit, Staff
from org.selectors import find_brand_of
from pages.http import page_of, staff_of


@policy("staff", "guide.share")
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    page = page_of(request, list_products_on_sale(_brand(staff_of(request))))
    return render(request, "guide/goods.html", {"tab": "goods", "page": page})


@policy("staff", "guide.share", object_kind="product")
@require_GET
def detail(request: HttpRequest, product_id: str) -> HttpResponse:
    guide = staff_of(request)
    product = _product(guide, product_id)
    link = find_link_of(guide, product)
    context = {
        "tab": "goods",
        "product": product,
        "skus": list_skus_of(product),
        "found": rate_for(guide, product),
        "url": share_url(link) if link else "",
    }
    return render(request, "guide/product.html", context)


@policy("staff", "guide.share", object_kind="product")
@require_POST
def link_new(request: HttpRequest, product_id: str) -> HttpResponse:
    product = _product(staff_of(request), product_id)
    make_share_link(staff_of(request), product)
    return redirect(f"/g/goods/{product.public_id}")


@policy("staff", "guide.share")
@require_GET
def signatures(request: HttpRequest) -> HttpResponse:
    """What the page's script needs to ask WeCom for a chat; 503 where it cannot be had."""
    signer, url = ports.get(PageSigner), request.GET.get("url", "")
    if not url.startswith(ports.get(SiteUrls).staff_url("/g/")):
        return JsonResponse({"code": "foreign_address"}, status=422)
    try:
        both = {"page": signer.sign_staff_page(url), "agent": signer.sign_staff_agent(url)}
    except (Refusal, PortFailure) as failure:
        return JsonResponse({"code": failure.code}, status=503)
    return JsonResponse({name: asdict(signature) for name, signature in both.items()})


def _brand(guide: Staff) -> OrgUnit:
    brand = find_brand_of(guide.unit) if guide.unit else None
    if brand is None:
        raise NotFound
    return brand


def _product(guide: Staff, public_id: str) -> Product:
    """A product on the shelf of the guide's brand."""
    product = get_product_for(guide, public_id)
    if product.status != Product.Status.ON:
        raise NotFound
    return product
