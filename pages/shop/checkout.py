"""From 立即购买 or the cart to orders: one page with the address, the sum and one button."""

import re
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core.errors import Refusal
from core.ids import random_text
from livestream.selectors import live_ref
from livestream.services import show_shelf
from mall.contracts import CartInvalid, NotOnSale, Place, Receiver, SoldOut, TotalChanged
from mall.models import Entitlement, Order
from mall.selectors import (
    find_default_address,
    find_last_receiver,
    get_address_of,
    list_entitlements_of,
    list_usable,
    receiver_of,
)
from mall.services import place_cart_orders, place_order, remember_address
from members.models import Customer
from org.contracts import policy
from pages.shop.baskets import Basket, chosen, wished
from pages.shop.forms import ReceiverForm
from pages.shop.http import customer_of
from pages.shop.pasting import take_apart

KEY_BITS = 120

Price = Callable[[Place], Basket]
Submit = Callable[[HttpRequest, Basket, Receiver], list[Order]]


@policy("customer")
@require_http_methods(["GET", "POST"])
def buy(request: HttpRequest) -> HttpResponse:
    """One variant, straight from its page."""
    fields = request.POST if request.method == "POST" else request.GET
    try:
        return _check_out(request, lambda place: wished(fields, place), _order_one)
    except (NotOnSale, CartInvalid) as refused:
        context = {"title": "买不了这一件", "text": refused.text, "url": "/", "action": "看看别的"}
        return render(request, "shop/message.html", context, status=refused.status)


@policy("customer")
@require_http_methods(["GET", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """The chosen lines of the cart."""
    fields = request.POST if request.method == "POST" else request.GET
    codes = [code[:64] for code in fields.getlist("sku")[:100]]
    try:
        return _check_out(
            request, lambda place: chosen(customer_of(request), codes, place), _order_cart
        )
    except (NotOnSale, CartInvalid) as refused:
        messages.warning(request, refused.text if codes else "请先选好要结算的商品")
        return redirect("/cart")


def _check_out(request: HttpRequest, price: Price, submit: Submit) -> HttpResponse:
    is_order = request.method == "POST" and "paste" not in request.POST
    known = None if is_order else _known(request)
    form = ReceiverForm(request.POST if is_order else None, known=known)
    basket = price(form.place())
    if not is_order or not form.is_valid():
        return _page(request, basket, form)
    try:
        orders = submit(request, basket, form.receiver())
    except SoldOut as refused:
        return _sold_out(request, basket, refused)
    except Refusal as refused:
        return _page(request, basket, form, refused)
    remember_address(customer=customer_of(request), receiver=form.receiver())
    if len(orders) == 1:
        return redirect(f"/pay/{orders[0].public_id}")
    messages.success(request, f"已按品牌拆成 {len(orders)} 个订单，请分别付款")
    return redirect("/orders?state=created")


def _sold_out(request: HttpRequest, basket: Basket, refused: SoldOut) -> HttpResponse:
    """In a rush most hear this: a short page, with nothing priced again."""
    if basket.sale is None:
        return _page(request, basket, ReceiverForm(request.POST), refused)
    url = f"/p/{basket.sale.sku.product.public_id}"
    context = {"title": "已经抢光了", "text": refused.text, "code": refused.code, "url": url}
    return render(request, "shop/message.html", {**context, "action": "看看商品"}, status=409)


def _known(request: HttpRequest) -> Receiver | None:
    """The address that was pasted or chosen, else the usual one, else the last parcel's.

    A province that is being chosen on the page (`province`, `city`) only prices the delivery.
    """
    customer = customer_of(request)
    if "paste" in request.POST:
        return take_apart(str(request.POST.get("whole", "")))
    if "province" in request.GET:
        province, city = (str(request.GET.get(name, ""))[:30] for name in ("province", "city"))
        return Receiver(name="", phone="", province=province, city=city, address="")
    if given := request.GET.get("address"):
        return receiver_of(get_address_of(customer, given))
    usual = find_default_address(customer)
    return receiver_of(usual) if usual else find_last_receiver(customer)


def _order_one(request: HttpRequest, basket: Basket, receiver: Receiver) -> list[Order]:
    """The sum and the gift are those that the customer was shown, not those of now."""
    room_ref = live_ref(str(request.POST.get("room", "")))
    order = place_order(
        customer=customer_of(request),
        lines=basket.lines.items(),
        receiver=receiver,
        shown_total_fen=next(iter(_shown(request)), -1),
        idempotency_key=_given_key(request),
        entitlement_id=_find_gift(request),
        flash_sale=basket.sale,
        room_ref=room_ref,
    )
    if room_ref:
        show_shelf(room_ref)
    return [order]


def _order_cart(request: HttpRequest, basket: Basket, receiver: Receiver) -> list[Order]:
    return place_cart_orders(
        customer=customer_of(request),
        lines=basket.lines.items(),
        receiver=receiver,
        shown_totals_fen=_shown(request),
        idempotency_key=_given_key(request),
        entitlement_id=_find_gift(request),
    )


def _shown(request: HttpRequest) -> list[int]:
    """The total of each parcel as the page told it; -1 for what is no sum."""
    texts = request.POST.getlist("total_fen")
    return [int(text) if re.fullmatch("[0-9]{1,14}", text) else -1 for text in texts]


def _given_key(request: HttpRequest) -> str:
    return str(request.POST.get("key", ""))[:60]


def _find_gift(request: HttpRequest) -> int | None:
    public_id = str(request.POST.get("gift", ""))
    if not public_id:
        return None
    promises = list_entitlements_of(customer_of(request).member_id)
    mine = promises.filter(public_id=public_id).first()
    return mine.pk if mine else 0


def _page(
    request: HttpRequest, basket: Basket, form: ReceiverForm, refused: Refusal | None = None
) -> HttpResponse:
    """The page again after a refusal says why, with the sum of now and a new key."""
    customer = customer_of(request)
    refused = refused or basket.refused
    parcels = basket.parcels
    context = {
        "basket": basket,
        "form": form,
        "has_address": not form.is_bound and bool(form.initial.get("address")),
        "gifts": list(list_usable(customer.member_id, basket.goods_fen)) if _is_one(basket) else (),
        "almost": _almost(customer, parcels[0].goods_fen) if _is_one(basket) else None,
        "key": _key(request, refused),
        "refused": refused,
        "is_price": isinstance(refused, TotalChanged),
        "is_sold_out": isinstance(refused, SoldOut),
        "is_cart": request.path == "/checkout",
        "room_ref": live_ref(str(request.POST.get("room") or request.GET.get("room", ""))),
    }
    status = refused.status if refused and form.is_bound else 200
    return render(request, "shop/checkout.html", context, status=status)


def _is_one(basket: Basket) -> bool:
    """A gift is promised only where it is certain which order carries it."""
    return len(basket.parcels) == 1


def _key(request: HttpRequest, refused: Refusal | None) -> str:
    """One key for one intention: kept while only the address is mended."""
    given = _given_key(request)
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
