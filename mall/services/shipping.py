"""Sending parcels, and their arrival: said by the buyer, or by ten quiet days."""

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet

from core import audit, clock, events
from core.errors import InvalidInput
from core.locks import lock_objects
from mall.contracts import OWN, OrderReceived, OrderShipped, OrderStateRefused, RefundOpen
from mall.models import Entitlement, Order
from mall.selectors.refunds import OPEN_STATES, has_open_refund
from mall.services import benefits, story

RECEIVE_AFTER = dt.timedelta(days=10)
BATCH = 500


@transaction.atomic
def ship_order(*, order: Order, carrier: str, tracking_no: str) -> Order:
    """paid → shipped, with the gifts on it; refuses `OrderStateRefused`, `RefundOpen`.

    A claim order ships with its carrier and never by itself.
    """
    if not (carrier.strip() and tracking_no.strip()):
        raise InvalidInput("请填写快递公司和运单号")
    (locked,) = lock_objects(Order, [order.pk])
    if locked.kind != Order.Kind.SALE or locked.state != Order.State.PAID:
        raise OrderStateRefused(state=locked.state)
    if has_open_refund(locked.pk):
        raise RefundOpen

    now = clock.now()
    Order.objects.filter(pk=locked.pk, state=Order.State.PAID).update(
        state=Order.State.SHIPPED,
        shipped_at=now,
        carrier=carrier.strip()[:40],
        tracking_no=tracking_no.strip()[:64],
    )
    _claims_of(locked).filter(state=Order.State.PAID).update(
        state=Order.State.SHIPPED, shipped_at=now
    )

    audit.record("mall.order.shipped", locked, after={"tracking_no": tracking_no})
    events.announce(OrderShipped(locked.pk))
    return Order.objects.get(pk=locked.pk)


@transaction.atomic
def confirm_receipt(*, order: Order) -> Order:
    """shipped → received; the rights period starts and the gifts are redeemed.

    Confirming again changes nothing. Refuses `OrderStateRefused`.
    """
    (locked,) = lock_objects(Order, [order.pk])
    if locked.state == Order.State.RECEIVED:
        return locked
    if locked.kind != Order.Kind.SALE or locked.state != Order.State.SHIPPED:
        raise OrderStateRefused(state=locked.state)

    now = clock.now()
    Order.objects.filter(pk=locked.pk, state=Order.State.SHIPPED).update(
        state=Order.State.RECEIVED, received_at=now
    )
    _claims_of(locked).filter(state=Order.State.SHIPPED).update(
        state=Order.State.RECEIVED, received_at=now
    )
    benefits.redeem_gifts(locked, now)

    story.tell_received(locked, now)
    events.announce(OrderReceived(locked.pk))
    return Order.objects.get(pk=locked.pk)


def _claims_of(order: Order) -> QuerySet[Order]:
    carried = Entitlement.objects.filter(carrier_order=order)
    return Order.objects.filter(pk__in=carried.values("claim_order_id"))


def receive_overdue() -> int:
    """Take parcels as received ten days after shipping, unless a refund is open."""
    overdue = (
        Order.objects.filter(
            state=Order.State.SHIPPED,
            kind=Order.Kind.SALE,
            platform=OWN,
            shipped_at__lte=clock.now() - RECEIVE_AFTER,
        )
        .exclude(refunds__state__in=OPEN_STATES)
        .order_by("shipped_at")[:BATCH]
    )
    return sum(_receive_quietly(order) for order in overdue)


def _receive_quietly(order: Order) -> int:
    """One order of many: whatever changed it since the list was read goes first."""
    try:
        confirm_receipt(order=order)
    except OrderStateRefused:
        return 0
    return 1
