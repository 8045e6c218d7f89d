"""What a member's timeline hears of their orders, in the transaction it happens in."""

import datetime as dt

from core.money import format_yuan
from mall.models import Entitlement, Order, Refund
from members.models import Member
from members.services import note


def tell_paid(order: Order, at: dt.datetime) -> None:
    _tell(order.member, "order_paid", at, order.number, f"下单付款 {format_yuan(order.paid_fen)}")


def tell_received(order: Order, at: dt.datetime) -> None:
    _tell(order.member, "order_received", at, order.number, "订单已收货")


def tell_refunded(order: Order, refund: Refund, at: dt.datetime) -> None:
    text = f"退款 {format_yuan(refund.amount_fen)}"
    _tell(order.member, "order_refunded", at, refund.out_refund_no, text)


def tell_claimed(entitlement: Entitlement, at: dt.datetime) -> None:
    text = f"领取福利「{entitlement.benefit.name}」"
    _tell(entitlement.member, "benefit_claimed", at, entitlement.public_id, text)


def _tell(member: Member | None, kind: str, at: dt.datetime, ref: str, text: str) -> None:
    if member is not None:
        note(member=member, kind=kind, at=at, ref=ref, text=text)
