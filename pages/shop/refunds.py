"""Asking money back: all of what is left of an order, or some of its lines."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core.errors import InvalidInput, Refusal
from mall.models import Order
from mall.selectors import get_order_of, refundable_freight, refundable_lines
from mall.services import apply_refund
from org.contracts import policy
from pages.shop.http import customer_of
from pages.shop.orders import can_refund

REASONS = ("不想要了", "拍错了", "尺码或颜色不合适", "商品有问题", "没有收到货", "其他")


@policy("customer", object_kind="order")
@require_http_methods(["GET", "POST"])
def refund(request: HttpRequest, order_id: str) -> HttpResponse:
    order = get_order_of(customer_of(request), order_id)
    if not can_refund(order):
        messages.warning(request, "这笔订单没有可以退的款项")
        return redirect(f"/orders/{order.public_id}")
    if request.method != "POST":
        return _page(request, order)
    try:
        _ask_back(order, request.POST)
    except Refusal as refused:
        return _page(request, order, refused)
    messages.success(request, "退款申请已提交，有结果会显示在订单里")
    return redirect(f"/orders/{order.public_id}")


def _ask_back(order: Order, fields: Any) -> None:
    """A line goes back with all that is left of it; freight only with the whole order."""
    reason = fields.get("reason", "")
    reason = reason if reason in REASONS else REASONS[-1]
    if fields.get("scope") == "whole":
        apply_whole(order, reason)
        return
    chosen = set(fields.getlist("line"))
    left = refundable_lines(order)
    lines = [(pk, fen) for pk, fen in left.items() if fen and str(pk) in chosen]
    if not lines:
        raise InvalidInput("请选择要退的商品")
    apply_refund(order=order, lines=lines, reason=reason)


def apply_whole(order: Order, reason: str) -> None:
    lines = [(pk, fen) for pk, fen in refundable_lines(order).items() if fen]
    apply_refund(order=order, lines=lines, freight_fen=refundable_freight(order), reason=reason)


def _page(request: HttpRequest, order: Order, refused: Refusal | None = None) -> HttpResponse:
    left, freight_fen = refundable_lines(order), refundable_freight(order)
    context = {
        "order": order,
        "lines": [(line, left.get(line.pk, 0)) for line in order.lines.all() if not line.is_gift],
        "gifts": [line for line in order.lines.all() if line.is_gift],
        "freight_fen": freight_fen,
        "total_fen": sum(left.values()) + freight_fen,
        "reasons": REASONS,
        "refused": refused,
    }
    status = refused.status if refused else 200
    return render(request, "shop/order/refund.html", context, status=status)
