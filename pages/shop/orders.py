"""A customer's orders: what they bought, where it is, what they can do about it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from core.errors import PortFailure, Refusal
from mall.models import Order, Refund
from mall.selectors import (
    OPEN_STATES,
    explain_order,
    get_order_of,
    list_orders_of,
    list_refunds_of,
    read_receiver,
    refundable_freight,
    refundable_lines,
)
from mall.services import cancel_order, confirm_receipt
from org.contracts import policy
from pages.http import page_of
from pages.shop.http import customer_of

TABS = (
    ("", "全部", ()),
    ("created", "待付款", (Order.State.CREATED,)),
    ("paid", "待发货", (Order.State.PAID,)),
    ("shipped", "待收货", (Order.State.SHIPPED,)),
)
REFUNDABLE = (Order.State.PAID, Order.State.SHIPPED, Order.State.RECEIVED)


@policy("customer")
@require_GET
def orders(request: HttpRequest) -> HttpResponse:
    chosen = request.GET.get("state", "")
    states = next((states for code, _, states in TABS if code == chosen), ())
    rows = list_orders_of(customer_of(request))
    if states:
        rows = rows.filter(state__in=states, kind=Order.Kind.SALE)
    context = {"page": page_of(request, rows, size=10), "tabs": TABS, "chosen": chosen}
    return render(request, "shop/order/list.html", context)


@policy("customer", object_kind="order")
@require_GET
def order(request: HttpRequest, order_id: str) -> HttpResponse:
    found = get_order_of(customer_of(request), order_id)
    refunds = [row for row in list_refunds_of(found) if row.kind == Refund.Kind.AFTER_SALE]
    context: dict[str, Any] = {
        "order": found,
        "moments": list(reversed(explain_order(found))),
        "receiver": read_receiver(found),
        "can_refund": can_refund(found),
        "has_open_refund": any(refund.state in OPEN_STATES for refund in refunds),
        "refunds": refunds,
        "is_just_paid": "paid" in request.GET and found.state == Order.State.PAID,
    }
    return render(request, "shop/order/detail.html", context)


@policy("customer", object_kind="order")
@require_POST
def cancel(request: HttpRequest, order_id: str) -> HttpResponse:
    found = get_order_of(customer_of(request), order_id)
    try:
        cancel_order(order=found, reason="顾客取消")
        messages.success(request, "订单已取消")
    except Refusal as refused:
        messages.warning(request, refused.text)
    except PortFailure:
        messages.warning(request, "微信支付暂时没有响应，请稍后再取消")
    return redirect(f"/orders/{found.public_id}")


@policy("customer", object_kind="order")
@require_POST
def receive(request: HttpRequest, order_id: str) -> HttpResponse:
    found = get_order_of(customer_of(request), order_id)
    try:
        confirm_receipt(order=found)
        messages.success(request, "已确认收货，谢谢您")
    except Refusal as refused:
        messages.warning(request, refused.text)
    return redirect(f"/orders/{found.public_id}")


def can_refund(order: Order) -> bool:
    """Whether anything is left that a customer may ask back."""
    if order.kind != Order.Kind.SALE or order.state not in REFUNDABLE:
        return False
    return bool(sum(refundable_lines(order).values()) or refundable_freight(order))
