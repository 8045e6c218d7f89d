"""A customer's own page: orders, promises, who serves them, privacy."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mall.models import Entitlement
from mall.selectors import list_entitlements_of, list_orders_of
from members.selectors import find_live_contact
from org.contracts import policy
from pages.shop.http import customer_of

SHOWN_ORDERS = 2


@policy("customer")
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    customer = customer_of(request)
    usable = (Entitlement.State.GRANTED, Entitlement.State.CLAIMED)
    context = {
        "customer": customer,
        "orders": list_orders_of(customer)[:SHOWN_ORDERS],
        "benefits": list_entitlements_of(customer.member_id).filter(state__in=usable)[:3],
        "contact": find_live_contact(customer.member),
    }
    return render(request, "shop/me.html", context)


@policy("public")
@require_GET
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "shop/privacy.html", {})
