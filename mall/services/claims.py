"""Claiming a benefit: a real order of one fen, its piece taken for fifteen minutes."""

from django.db import transaction

from core import clock
from core.locks import lock_name, lock_objects
from mall.contracts import EntitlementUnusable, PayWindowClosed
from mall.models import Entitlement, Order, OrderLine, Sku
from mall.services import stock
from mall.services.orders import make_line, open_order, owe_closing
from members.models import Customer


@transaction.atomic
def place_claim_order(*, customer: Customer, entitlement: Entitlement) -> Order:
    """Open the order that claims a benefit, or give the one that still waits for payment.

    Refuses `EntitlementUnusable` (not theirs, claimed before, expired), `SoldOut`, and
    `PayWindowClosed` in the moment between the end of the wait and the closing. Locks:
    buyer, entitlement, stock.
    """
    lock_name("mall.buyer", customer.member_id)
    (promise,) = lock_objects(Entitlement, [entitlement.pk])
    _refuse(promise, customer)
    if promise.claim_order is not None:
        return _waiting(promise.claim_order)

    sku = Sku.objects.select_related("product").get(pk=promise.benefit.sku_id)
    order = open_order(
        kind=Order.Kind.CLAIM,
        brand_id=sku.product.brand_id,
        customer=customer,
        goods_fen=promise.benefit.claim_price_fen,
    )
    _claim_line(order, sku, promise).save()
    Entitlement.objects.filter(pk=promise.pk).update(claim_order=order)

    owe_closing(order)
    return order


def _refuse(promise: Entitlement, customer: Customer) -> None:
    is_open = promise.state == Entitlement.State.GRANTED
    if promise.member_id != customer.member_id or not is_open:
        raise EntitlementUnusable(state=promise.state)
    if promise.expires_at <= clock.now():
        raise EntitlementUnusable("这份福利已经过期")


def _waiting(order: Order) -> Order:
    assert order.expires_at is not None
    if order.state != Order.State.CREATED or order.expires_at <= clock.now():
        raise PayWindowClosed
    return order


def _claim_line(order: Order, sku: Sku, promise: Entitlement) -> OrderLine:
    """The gift's cost is counted once: on the line that carries it out of the house."""
    (hold,) = stock.take({sku.pk: 1})
    line = make_line(order, sku, hold, order.goods_fen)
    line.cost_fen = 0
    line.is_gift = True
    line.entitlement = promise
    return line
