"""Promises that ran out: the piece goes back on the shelf, the fen to the buyer."""

from django.db import transaction

from core import clock
from core.locks import lock_objects
from mall.models import Entitlement, Order, StockRelease
from mall.services import stock
from mall.services.refunds import give_claim_back

BATCH = 500


def expire_entitlements() -> int:
    """Expire what is past its day: granted ones at once, claimed ones with their refund."""
    due = Entitlement.objects.filter(expires_at__lte=clock.now())
    unclaimed = due.filter(state=Entitlement.State.GRANTED, claim_order__isnull=True)
    expired = unclaimed.update(state=Entitlement.State.EXPIRED)
    claimed = due.filter(state=Entitlement.State.CLAIMED).order_by("pk")[:BATCH]
    return expired + sum(_expire_claimed(entitlement) for entitlement in claimed)


@transaction.atomic
def _expire_claimed(entitlement: Entitlement) -> int:
    assert entitlement.claim_order_id is not None
    (order,) = lock_objects(Order, [entitlement.claim_order_id])
    lock_objects(Entitlement, [entitlement.pk])
    mine = Entitlement.objects.filter(
        pk=entitlement.pk, state=Entitlement.State.CLAIMED, expires_at__lte=clock.now()
    )
    if not mine.update(state=Entitlement.State.EXPIRED):
        return 0
    stock.put_back(order.lines.all(), StockRelease.Kind.EXPIRED)
    give_claim_back(order)
    return 1
