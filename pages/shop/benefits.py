"""What was promised: the claim link of a greeting, all promises of a person, claiming."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from acquisition.selectors import find_claim
from core.errors import NotFound, Refusal
from mall.selectors import get_entitlement_of, list_entitlements_of
from mall.services import place_claim_order
from org.contracts import policy
from pages.http import page_of
from pages.shop.http import customer_of


@policy("customer", object_kind="claim")
@require_GET
def claim_link(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever opens a greeting's link sees what is theirs, and nothing of anybody else's."""
    claim = find_claim(token, customer_of(request))
    if claim is None:
        raise NotFound
    context = {
        "claim": claim,
        "benefit": claim.benefit,
        "product": claim.benefit.sku.product,
        "entitlement": claim.entitlement,
    }
    return render(request, "shop/benefit/claim.html", context)


@policy("customer")
@require_GET
def benefits(request: HttpRequest) -> HttpResponse:
    rows = list_entitlements_of(customer_of(request).member_id)
    return render(request, "shop/benefit/list.html", {"page": page_of(request, rows)})


@policy("customer", object_kind="entitlement")
@require_POST
def claim(request: HttpRequest, entitlement_id: str) -> HttpResponse:
    """A real order of one fen; the one that still waits for its payment when there is one."""
    entitlement = get_entitlement_of(customer_of(request), entitlement_id)
    try:
        order = place_claim_order(customer=customer_of(request), entitlement=entitlement)
    except Refusal as refused:
        context = {"title": "现在不能领取", "text": refused.text, "url": "/benefits",
                   "action": "查看我的福利"}  # fmt: skip
        return render(request, "shop/message.html", context, status=refused.status)
    return redirect(f"/pay/{order.public_id}")
