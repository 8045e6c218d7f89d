"""Asking money back: all of what is left of an order, or some pieces of some lines."""

import re
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core.errors import InvalidInput, Refusal
from mall.models import Order, Refund
from mall.selectors import (
    get_order_of,
    price_pieces,
    refundable_freight,
    refundable_lines,
    refundable_pieces,
)
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
        asked = _ask_back(order, request.POST)
    except Refusal as refused:
        return _page(request, order, refused)
    messages.success(request, "退款申请已提交，有结果会显示在这里")
    return redirect(f"/after-sales/{asked.out_refund_no}")


def _ask_back(order: Order, fields: Any) -> Refund:
    """Pieces go back with their share of what was paid; freight only with the whole order."""
    reason = fields.get("reason", "")
    reason = reason if reason in REASONS else REASONS[-1]
    back = fields.get("way") == Refund.Way.RETURN_GOODS
    way = Refund.Way.RETURN_GOODS if back else Refund.Way.REFUND_ONLY
    if fields.get("scope") == "whole":
        return apply_whole(order, reason, way)
    pieces = _chosen_pieces(fields, refundable_pieces(order))
    lines = {pk: fen for pk, fen in price_pieces(order, pieces).items() if fen}
    if not lines:
        raise InvalidInput("请选择要退的商品")
    pieces = {pk: pieces[pk] for pk in lines}
    return apply_refund(order=order, lines=lines.items(), reason=reason, pieces=pieces, way=way)


def _chosen_pieces(fields: Any, left: dict[int, int]) -> dict[int, int]:
    """{line: pieces}, all that are left where no number was given."""
    chosen = set(fields.getlist("line"))
    pieces = {}
    for line_id, most in left.items():
        if str(line_id) not in chosen:
            continue
        typed = fields.get(f"pieces_{line_id}", "")
        pieces[line_id] = int(typed) if re.fullmatch("[0-9]{1,3}", typed) else most
    return pieces


def apply_whole(order: Order, reason: str, way: Refund.Way = Refund.Way.REFUND_ONLY) -> Refund:
    left = refundable_pieces(order)
    lines = [(pk, fen) for pk, fen in refundable_lines(order).items() if fen]
    return apply_refund(
        order=order,
        lines=lines,
        freight_fen=refundable_freight(order),
        reason=reason,
        pieces={pk: left[pk] for pk, _ in lines if left.get(pk)},
        way=way,
    )


def _page(request: HttpRequest, order: Order, refused: Refusal | None = None) -> HttpResponse:
    left, freight_fen = refundable_lines(order), refundable_freight(order)
    pieces = refundable_pieces(order)
    bought = [line for line in order.lines.all() if not line.is_gift]
    context = {
        "order": order,
        "lines": [(line, left.get(line.pk, 0), pieces.get(line.pk, 0)) for line in bought],
        "gifts": [line for line in order.lines.all() if line.is_gift],
        "freight_fen": freight_fen,
        "total_fen": sum(left.values()) + freight_fen,
        "reasons": REASONS,
        "can_return": order.shipped_at is not None,
        "refused": refused,
    }
    status = refused.status if refused else 200
    return render(request, "shop/order/refund.html", context, status=status)
