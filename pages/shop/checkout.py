"""From 立即购买 to an order: one page with the address, the sum and one button."""

import re
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core.errors import NotFound, Refusal
from core.ids import random_text
from mall.contracts import CartInvalid, NotOnSale, SoldOut, TotalChanged
from mall.models import Entitlement, Order, Sku
from mall.selectors import (
    Quote,
    find_last_receiver,
    find_sku_by_code,
    list_entitlements_of,
    list_usable,
    merge_cart,
    quote_cart,
)
from mall.services import place_order
from members.models import Customer
from org.contracts import policy
from pages.shop.forms import ReceiverForm
from pages.shop.http import customer_of

KEY_BITS = 120


@dataclass(frozen=True)
class Wish:
    """What is to be bought, priced now."""

    sku: Sku
    quantity: int
    quote: Quote


@policy("customer")
@require_http_methods(["GET", "POST"])
def buy(request: HttpRequest) -> HttpResponse:
    customer = customer_of(request)
    try:
        wish = _wish(request.POST if request.method == "POST" else request.GET)
    except (NotOnSale, CartInvalid) as refused:
        return _gone(request, refused)
    form = ReceiverForm(request.POST or None, known=find_last_receiver(customer))
    if request.method != "POST" or not form.is_valid():
        return _page(request, wish, form)
    try:
        order = _place(request, wish, form)
    except Refusal as refused:
        return _page(request, wish, form, refused)
    return redirect(f"/pay/{order.public_id}")


def _wish(fields: Any) -> Wish:
    sku = find_sku_by_code(str(fields.get("sku", ""))[:64])
    if sku is None:
        raise NotFound
    quantity = str(fields.get("n", "1"))
    if not re.fullmatch("[0-9]{1,3}", quantity):
        raise CartInvalid
    return Wish(sku, int(quantity), quote_cart(merge_cart([(sku.pk, int(quantity))])))


def _place(request: HttpRequest, wish: Wish, form: ReceiverForm) -> Order:
    """The sum and the gift are those that the customer was shown, not those of now."""
    shown = str(request.POST.get("total_fen", ""))
    gift = str(request.POST.get("gift", ""))
    return place_order(
        customer=customer_of(request),
        lines=[(wish.sku.pk, wish.quantity)],
        receiver=form.receiver(),
        shown_total_fen=int(shown) if re.fullmatch("[0-9]{1,14}", shown) else -1,
        idempotency_key=str(request.POST.get("key", ""))[:80],
        entitlement_id=_find_gift(customer_of(request), gift),
    )


def _find_gift(customer: Customer, public_id: str) -> int | None:
    if not public_id:
        return None
    mine = list_entitlements_of(customer.member_id).filter(public_id=public_id).first()
    return mine.pk if mine else 0


def _page(
    request: HttpRequest, wish: Wish, form: ReceiverForm, refused: Refusal | None = None
) -> HttpResponse:
    """The page again after a refusal says why, with the sum of now and a new key."""
    customer = customer_of(request)
    context = {
        "wish": wish,
        "form": form,
        "has_address": not form.is_bound and bool(form.initial),
        "gifts": list(list_usable(customer.member_id, wish.quote.goods_fen)),
        "almost": _almost(customer, wish.quote.goods_fen),
        "key": _key(request, refused),
        "refused": refused,
        "is_price": isinstance(refused, TotalChanged),
        "is_sold_out": isinstance(refused, SoldOut),
    }
    status = refused.status if refused else 200
    return render(request, "shop/checkout.html", context, status=status)


def _key(request: HttpRequest, refused: Refusal | None) -> str:
    """One key for one intention: kept while only the address is mended."""
    given = str(request.POST.get("key", ""))[:80]
    return given if given and refused is None else random_text(KEY_BITS)


def _almost(customer: Customer, goods_fen: int) -> dict[str, Any] | None:
    """The claimed gift that this order nearly carries, and what is missing."""
    claimed = list_entitlements_of(customer.member_id).filter(
        state=Entitlement.State.CLAIMED, benefit__threshold_fen__gt=goods_fen
    )
    nearest = claimed.order_by("benefit__threshold_fen").first()
    if nearest is None:
        return None
    return {"benefit": nearest.benefit, "fen": nearest.benefit.threshold_fen - goods_fen}


def _gone(request: HttpRequest, refused: Refusal) -> HttpResponse:
    context = {"title": "买不了这一件", "text": refused.text, "url": "/", "action": "看看别的"}
    return render(request, "shop/message.html", context, status=refused.status)
