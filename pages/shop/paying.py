"""Paying an order in WeChat. What the browser says is only a hint: the server decides."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from core import clock
from core.errors import PortFailure, Refusal
from mall.models import Order
from mall.selectors import get_order_of
from mall.services import check_payment, start_payment
from org.contracts import policy
from pages.shop.http import customer_of

ASKED = "payment_asked_at"
ASK_EVERY_SECONDS = 5
PAID = (Order.State.PAID, Order.State.SHIPPED, Order.State.RECEIVED)


@policy("customer", object_kind="order")
@require_GET
def pay(request: HttpRequest, order_id: str) -> HttpResponse:
    """Opening the page again asks nothing new of WeChat Pay: the collection is the same."""
    order = get_order_of(customer_of(request), order_id)
    context: dict[str, Any] = {
        "order": order,
        "standing": _standing(order),
        "seconds": _seconds_left(order),
    }
    if context["standing"] == "open":
        try:
            context["parameters"] = start_payment(order=order)
        except Refusal as refused:
            order.refresh_from_db()
            now = _standing(order)
            context |= {"standing": "refused" if now == "open" else now, "reason": refused.text}
        except PortFailure:
            context["standing"] = "unreachable"
    if context["standing"] == "paid":
        return redirect(_after(order))
    return render(request, "shop/pay.html", context)


@policy("customer", object_kind="order")
@require_GET
def state(request: HttpRequest, order_id: str) -> HttpResponse:
    """What the page asks until the order is paid or closed; 204 while it is neither."""
    order = get_order_of(customer_of(request), order_id)
    if _standing(order) == "open" and request.GET.get("said") == "ok":
        _ask_platform(request, order)
        order = get_order_of(customer_of(request), order_id)
    standing = _standing(order)
    if standing == "open":
        return HttpResponse(status=204)
    if standing == "paid":
        return HttpResponse(status=200, headers={"HX-Redirect": _after(order)})
    context = {"order": order, "standing": standing}
    return render(request, "shop/pay.html#standing", context, status=286)


def _ask_platform(request: HttpRequest, order: Order) -> None:
    """A notice may be late: once the browser says it has paid, we look for ourselves."""
    now = clock.real_now().timestamp()
    if now - float(request.session.get(ASKED, 0)) < ASK_EVERY_SECONDS:
        return
    request.session[ASKED] = now
    try:
        check_payment(order.number)
    except PortFailure:
        return


def _standing(order: Order) -> str:
    if order.state in PAID:
        return "paid"
    if order.state == Order.State.CLOSED:
        return "paid" if order.paid_fen else "closed"
    assert order.expires_at is not None
    return "open" if order.expires_at > clock.now() else "expired"


def _seconds_left(order: Order) -> int:
    """Whole seconds of business time in which the order may still be paid."""
    assert order.expires_at is not None
    return max(0, int((order.expires_at - clock.now()).total_seconds()))


def _after(order: Order) -> str:
    """Where a paid order leads: the first page that says what was received."""
    if order.kind == Order.Kind.CLAIM:
        return "/benefits?claimed=1"
    return f"/orders/{order.public_id}?paid=1"
