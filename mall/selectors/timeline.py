"""An order's story, for pages: what happened when, in words."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.money import format_yuan
from mall.models import Order, PayException, Refund
from mall.selectors.refunds import list_refunds_of


@dataclass(frozen=True)
class Moment:
    """One line of the story; `tone` is plain, good or bad."""

    at: dt.datetime
    title: str
    detail: str = ""
    tone: str = "plain"


def explain_order(order: Order) -> list[Moment]:
    """Everything that is known of an order, the oldest first."""
    moments = [*_steps(order), *_refunds(order), *_exceptions(order)]
    return sorted(moments, key=lambda moment: moment.at)


def _steps(order: Order) -> Iterator[Moment]:
    yield Moment(order.placed_at, _("提交订单"), _("应付 %s") % format_yuan(order.total_fen))
    if order.paid_at:
        paid = max(order.paid_at, order.placed_at)  # theirs has whole seconds
        yield Moment(paid, _("付款成功"), format_yuan(order.paid_fen), "good")
        yield from _gifts(order, paid)
    if order.shipped_at:
        detail = f"{order.carrier} {order.tracking_no}".strip()
        yield Moment(order.shipped_at, _("已发货"), detail)
    if order.received_at:
        yield Moment(order.received_at, _("已收货"), tone="good")
    if order.closed_at:
        yield Moment(order.closed_at, _("订单关闭"), _why_closed(order), "bad")


def _gifts(order: Order, at: dt.datetime) -> Iterator[Moment]:
    for line in order.lines.all():
        if line.is_gift and order.kind == Order.Kind.SALE:
            yield Moment(at, _("赠品随单发出"), line.title)


def _why_closed(order: Order) -> str:
    assert order.closed_at is not None
    if order.paid_fen:
        return _("已全额退款")
    if order.expires_at and order.closed_at >= order.expires_at:
        return _("超过付款时间，自动关闭")
    return _("付款前取消")


def _refunds(order: Order) -> Iterator[Moment]:
    for refund in list_refunds_of(order):
        amount = format_yuan(refund.amount_fen)
        yield Moment(refund.created_at, _("申请退款 %s") % amount, refund.reason)
        yield _standing(refund)


def _standing(refund: Refund) -> Moment:
    """How a refund stands now, in words; its moment is the last that is known."""
    amount, at = format_yuan(refund.amount_fen), refund.decided_at or refund.created_at
    if refund.succeeded_at:  # theirs has whole seconds
        return Moment(max(refund.succeeded_at, at), _("退款到账 %s") % amount, tone="good")
    parcel = f"{refund.return_carrier} {refund.return_tracking_no}".strip()
    words = {
        Refund.State.APPLIED: (_("等待商家审核 %s"), ""),
        Refund.State.TO_RETURN: (_("商家同意退货，等您寄回 %s"), ""),
        Refund.State.RETURNING: (_("退货已寄出，等商家收货 %s"), parcel),
        Refund.State.DECLINED: (_("商家没有同意退款 %s"), refund.failure),
        Refund.State.WITHDRAWN: (_("申请已撤销 %s"), refund.failure),
        Refund.State.FAILED: (_("退款失败 %s"), refund.failure),
    }.get(Refund.State(refund.state), (_("退款处理中 %s"), ""))
    bad = (Refund.State.DECLINED, Refund.State.FAILED)
    return Moment(at, words[0] % amount, words[1], "bad" if refund.state in bad else "plain")


def explain_refund(refund: Refund) -> list[Moment]:
    """What is known of one after-sale, the oldest first."""
    amount = format_yuan(refund.amount_fen)
    return [
        Moment(refund.created_at, _("提交申请 %s") % amount, refund.reason),
        _standing(refund),
    ]


EXCEPTION_WORDS = {
    "gift_out_of_stock": "赠品缺货，未能随单发出",
    "late_payment": "订单关闭后才收到付款，已自动退回",
    "payment_mismatch": "微信支付通知与订单不符，未入账",
    "payment_twice": "同一订单收到第二笔付款",
    "payment_unknown": "收到不属于任何订单的付款",
    "refund_failed": "退款没有成功，请核对后重试",
    "refund_mismatch": "微信支付的退款结果与申请不符",
    "refund_unknown": "收到不属于任何申请的退款",
    "refunded_outside": "款项在系统外被退回",
}
"""What each kind of `PayException` means to the person who looks."""


def _exceptions(order: Order) -> Iterator[Moment]:
    numbers = [order.number, *order.refunds.values_list("out_refund_no", flat=True)]
    for row in PayException.objects.filter(ref__in=numbers):
        yield Moment(row.at, _(EXCEPTION_WORDS.get(row.kind, row.kind)), tone="bad")
