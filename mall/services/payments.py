"""Collecting: asking for money outside any transaction, believing it inside one.

A notice and a query say the same kind of fact, so both end in `settle_payment`.
"""

import datetime as dt
from enum import StrEnum

from django.db import transaction

from core import clock, events, ports
from core.errors import InvalidInput
from core.locks import lock_objects
from mall.amounts import share_paid
from mall.contracts import (
    Merchant,
    OrderPaid,
    OrderStateRefused,
    PaymentFact,
    PaymentGateway,
    PayWindowClosed,
    TradeState,
)
from mall.models import Order, OrderLine, Payment
from mall.services import benefits, journals, story
from mall.services.exceptions import note_exception
from mall.services.refunds import give_late_payment_back

CURRENCY = "CNY"
LEAST_WINDOW = dt.timedelta(minutes=1)
"""The platform takes no collection that expires sooner."""


class Settled(StrEnum):
    """What a payment fact came to here."""

    PAID = "paid"
    REPEATED = "repeated"
    LATE = "late"
    EXCEPTION = "exception"
    PENDING = "pending"


def start_payment(*, order: Order) -> dict[str, str]:
    """The signed arguments of the pay call in the buyer's browser.

    Asks the platform once for an order; a second call reuses the answer. Refuses
    `OrderStateRefused` and `PayWindowClosed`; raises `PortFailure`, after which trying
    again is safe because the number and its arguments stay the same.
    """
    gateway = ports.get(PaymentGateway)
    payment = _open_collection(order.pk, gateway.merchant())
    prepay_id = payment.prepay_id or _prepare(gateway, payment)
    return gateway.client_params(prepay_id)


@transaction.atomic
def _open_collection(order_id: int, merchant: Merchant) -> Payment:
    """Commit whom we expect to pay what before anybody can have paid it."""
    (order,) = lock_objects(Order, [order_id])
    if order.state != Order.State.CREATED:
        raise OrderStateRefused(state=order.state)
    payment = Payment.objects.filter(order=order).first()
    assert order.expires_at is not None
    needed = dt.timedelta(0) if payment and payment.prepay_id else LEAST_WINDOW
    if order.expires_at - clock.now() <= needed:
        raise PayWindowClosed
    return payment or _new_collection(order, merchant)


def _new_collection(order: Order, merchant: Merchant) -> Payment:
    payer = order.customer
    if payer is None or payer.appid != merchant.appid:
        raise InvalidInput("请在微信中打开商城付款")
    return Payment.objects.create(
        order=order,
        out_trade_no=order.number,
        amount_fen=order.total_fen,
        openid=payer.openid,
        appid=merchant.appid,
        mchid=merchant.mchid,
        created_at=clock.now(),
    )


def _prepare(gateway: PaymentGateway, payment: Payment) -> str:
    order = payment.order
    assert order.expires_at is not None
    prepay_id = gateway.create_jsapi(
        payment.out_trade_no,
        payment.amount_fen,
        _description(order),
        payment.openid,
        order.expires_at,
    )
    waiting = Payment.objects.filter(pk=payment.pk, state=Payment.State.PREPAY)
    if not waiting.update(prepay_id=prepay_id):
        raise PayWindowClosed
    return prepay_id


def _description(order: Order) -> str:
    """What the buyer reads in WeChat: at most 127 bytes, the same on every try."""
    titles = list(order.lines.order_by("pk").values_list("title", flat=True))
    text = titles[0] if len(titles) == 1 else f"{titles[0]} 等{len(titles)}件"
    return text.encode()[:127].decode(errors="ignore")


@transaction.atomic
def settle_payment(fact: PaymentFact) -> Settled:
    """Believe a payment once, whatever came before it and however often it is told.

    The order is paid; or it was closed, and the money goes back by itself; or the fact
    is not ours, and a person looks. Locks: order, then entitlements, then stock.
    """
    found = Payment.objects.filter(out_trade_no=fact.out_trade_no).first()
    if found is None:
        return _unknown(fact)
    (order,) = lock_objects(Order, [found.order_id])
    payment = Payment.objects.get(pk=found.pk)
    if fact.state is not TradeState.SUCCESS:
        return _not_success(fact, payment)
    if _differences(fact, payment):
        return _doubt("payment_mismatch", fact, **_differences(fact, payment))
    if payment.state == Payment.State.PAID:
        return _repeated(fact, payment)

    Payment.objects.filter(pk=payment.pk).update(
        state=Payment.State.PAID,
        transaction_id=fact.transaction_id,
        paid_at=fact.paid_at or clock.now(),
    )
    if order.state != Order.State.CREATED:
        return _settle_late(order, payment)
    return _settle_in_time(order, fact.paid_at or clock.now())


def _unknown(fact: PaymentFact) -> Settled:
    if fact.state is not TradeState.SUCCESS:
        return Settled.PENDING
    return _doubt("payment_unknown", fact)


def _not_success(fact: PaymentFact, payment: Payment) -> Settled:
    """Money that came and went without our knowing is a person's matter."""
    if fact.state is TradeState.REFUND and payment.state != Payment.State.PAID:
        return _doubt("refunded_outside", fact)
    return Settled.PENDING


def _repeated(fact: PaymentFact, payment: Payment) -> Settled:
    if fact.transaction_id != payment.transaction_id:
        return _doubt("payment_twice", fact, first=payment.transaction_id)
    return Settled.REPEATED


def _doubt(kind: str, fact: PaymentFact, **detail: object) -> Settled:
    note_exception(
        kind,
        fact.out_trade_no[:64],
        transaction_id=fact.transaction_id,
        amount_fen=fact.amount_fen,
        **detail,
    )
    return Settled.EXCEPTION


def _differences(fact: PaymentFact, payment: Payment) -> dict[str, list[object]]:
    """Where the fact is not the collection we opened, as field → [ours, theirs]."""
    pairs: dict[str, list[object]] = {
        "amount": [payment.amount_fen, fact.amount_fen],
        "currency": [CURRENCY, fact.currency],
        "mchid": [payment.mchid, fact.mchid],
        "appid": [payment.appid, fact.appid],
        "openid": [payment.openid, fact.openid],
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _settle_in_time(order: Order, paid_at: dt.datetime) -> Settled:
    Order.objects.filter(pk=order.pk, state=Order.State.CREATED).update(
        state=Order.State.PAID, paid_fen=order.total_fen, paid_at=paid_at
    )
    order.paid_fen, order.paid_at = order.total_fen, paid_at
    _share_over_lines(order)
    journals.post_paid(order)
    if order.kind == Order.Kind.CLAIM:
        benefits.mark_claimed(order, paid_at)
        return Settled.PAID
    benefits.attach_gifts(order)

    story.tell_paid(order, paid_at)
    events.announce(OrderPaid(order.pk))
    return Settled.PAID


def _share_over_lines(order: Order) -> None:
    lines = list(order.lines.order_by("pk"))
    goods_fen = order.total_fen - order.freight_fen
    shares = share_paid(goods_fen, [line.amount_fen for line in lines])
    for line, share in zip(lines, shares, strict=True):
        line.paid_fen = share
    OrderLine.objects.bulk_update(lines, ["paid_fen"])


def _settle_late(order: Order, payment: Payment) -> Settled:
    journals.post_paid_late(order, payment.amount_fen)
    give_late_payment_back(order, payment.amount_fen)
    note_exception("late_payment", order.number, amount_fen=payment.amount_fen)
    return Settled.LATE
