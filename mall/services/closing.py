"""Ending the wait for a payment: at the platform first, then here."""

from django.db import transaction

from core import audit, clock, events, ports
from core.errors import Outcome, PortFailure
from core.locks import lock_objects
from mall.contracts import OrderClosed, OrderStateRefused, PaymentGateway, TradeState
from mall.models import Entitlement, Order, Payment, StockRelease
from mall.services import stock
from mall.services.payments import settle_payment


def close_expired(order_id: int) -> bool:
    """Close an order whose time to pay is over; False when it was paid or closed.

    Raises `PortFailure` while the platform cannot be asked: an order is not closed here
    as long as it might be paid there.
    """
    order = Order.objects.filter(pk=order_id, state=Order.State.CREATED).first()
    if order is None or order.expires_at is None or order.expires_at > clock.now():
        return False
    return _close(order, StockRelease.Kind.TIMEOUT)


def cancel_order(*, order: Order, reason: str = "") -> None:
    """The buyer, or staff for them, gives up an unpaid order; refuses `OrderStateRefused`."""
    if not _close(order, StockRelease.Kind.CANCELLED):
        raise OrderStateRefused(state=Order.objects.get(pk=order.pk).state)
    audit.record("mall.order.cancelled", order, reason=reason)


def _close(order: Order, why: StockRelease.Kind) -> bool:
    payment = Payment.objects.filter(order=order).first()
    if payment is not None and not _end_collection(payment):
        return False
    return _close_unpaid(order.pk, why)


def _end_collection(payment: Payment) -> bool:
    """Close it at the platform; a payment that came first is settled, and False.

    What was paid and went back without us is a person's question, not a sale.
    """
    gateway = ports.get(PaymentGateway)
    try:
        gateway.close(payment.out_trade_no)
    except PortFailure as failure:
        if failure.outcome is not Outcome.REJECTED:
            raise
        fact = gateway.query(payment.out_trade_no)
        if fact is None or fact.state is TradeState.CLOSED:
            return True
        if fact.state not in (TradeState.SUCCESS, TradeState.REFUND):
            raise
        settle_payment(fact)
        return fact.state is TradeState.REFUND
    return True


@transaction.atomic
def _close_unpaid(order_id: int, why: StockRelease.Kind) -> bool:
    """created → closed: the pieces go back, a claimed promise may be claimed again."""
    (order,) = lock_objects(Order, [order_id])
    now = clock.now()
    if order.state != Order.State.CREATED:
        return False

    waiting = Order.objects.filter(pk=order_id, state=Order.State.CREATED)
    waiting.update(state=Order.State.CLOSED, closed_at=now)
    Payment.objects.filter(order_id=order_id, state=Payment.State.PREPAY).update(
        state=Payment.State.CLOSED, closed_at=now
    )
    Entitlement.objects.filter(claim_order_id=order_id, state=Entitlement.State.GRANTED).update(
        claim_order=None
    )
    stock.put_back(order.lines.all(), why)

    if order.kind == Order.Kind.SALE:
        events.announce(OrderClosed(order_id))
    return True
