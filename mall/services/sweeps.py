"""Asking again about what nobody told us: payments, refunds, orders past their time.

A sweep owes one small job for each number, so one that fails holds up no other.
"""

import datetime as dt

from core import clock, jobs, ports
from mall.contracts import HISTORY, PaymentGateway, TradeState
from mall.models import Order, Payment, Refund
from mall.selectors.refunds import SENDING_STATES
from mall.services.closing import close_expired
from mall.services.payments import Settled, settle_payment

BATCH = 500
PATIENCE = dt.timedelta(minutes=1)
"""How long a notice may take before we ask."""


def sweep_payments() -> int:
    """Owe a question for every open collection, refund and overdue order; how many."""
    now = clock.now()
    slot = f"{now:%Y%m%d%H%M}"
    before = now - PATIENCE
    waiting = Payment.objects.filter(state=Payment.State.PREPAY, created_at__lte=before)
    numbers = list(waiting.order_by("created_at").values_list("out_trade_no", flat=True)[:BATCH])
    for number in numbers:
        jobs.enqueue("mall.check_payment", {"out_trade_no": number}, key=f"{number}:{slot}")
    return len(numbers) + _sweep_orders(before, slot) + _sweep_refunds(before, slot)


def _sweep_orders(before: dt.datetime, slot: str) -> int:
    """Orders whose closing job has died are closed all the same."""
    overdue = Order.objects.filter(state=Order.State.CREATED, expires_at__lte=before)
    ids = list(overdue.order_by("expires_at").values_list("pk", flat=True)[:BATCH])
    for order_id in ids:
        jobs.enqueue("mall.close_expired", {"order_id": order_id}, key=f"{order_id}:{slot}")
    return len(ids)


def _sweep_refunds(before: dt.datetime, slot: str) -> int:
    waiting = Refund.objects.filter(state__in=SENDING_STATES, created_at__lte=before)
    ids = list(waiting.order_by("created_at").values_list("pk", flat=True)[:BATCH])
    for refund_id in ids:
        jobs.enqueue("mall.send_refund", {"refund_id": refund_id}, key=f"{refund_id}:{slot}")
    return len(ids)


def recheck_closed(days: int = 2) -> int:
    """Owe a question for collections we closed lately: was one paid all the same?"""
    since = clock.now() - dt.timedelta(days=days)
    slot = f"{clock.now():%Y%m%d}"
    closed = Payment.objects.filter(state=Payment.State.CLOSED, closed_at__gte=since)
    closed = closed.exclude(order__flags__contains=[HISTORY])
    numbers = list(closed.order_by("closed_at").values_list("out_trade_no", flat=True))
    for number in numbers:
        jobs.enqueue("mall.check_payment", {"out_trade_no": number}, key=f"{number}:{slot}")
    return len(numbers)


def check_payment(out_trade_no: str) -> Settled:
    """Ask the platform about a collection and act on what it says; raises `PortFailure`."""
    fact = ports.get(PaymentGateway).query(out_trade_no)
    if fact is not None and fact.state is TradeState.SUCCESS:
        return settle_payment(fact)
    if fact is not None and fact.state is TradeState.REFUND:
        settle_payment(fact)
    order = Order.objects.filter(number=out_trade_no).first()
    if order is not None:
        close_expired(order.pk)
    return Settled.PENDING
