"""Pieces taken and put back: never more than there are, never twice.

Every caller is inside a transaction and holds its order's lock; stock is locked last,
in the order of its ids, so that two carts in opposite order wait and never deadlock.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F

from core.locks import lock_objects
from mall.contracts import SoldOut
from mall.models import OrderLine, Stock


@dataclass(frozen=True)
class Hold:
    """Pieces of a SKU taken at one location."""

    sku_id: int
    location_id: int
    quantity: int


def take(wanted: Mapping[int, int]) -> list[Hold]:
    """Take so many pieces of each SKU, all of them or nothing; refuses `SoldOut`.

    One location serves a SKU when it can; otherwise several do, so that no piece stays
    unsold because it lies elsewhere.
    """
    free = Stock.objects.filter(sku_id__in=wanted, sold__lt=F("on_hand"))
    rows = lock_objects(Stock, free.values_list("pk", flat=True))
    holds = [
        hold
        for sku_id, quantity in sorted(wanted.items())
        for hold in _choose([row for row in rows if row.sku_id == sku_id], sku_id, quantity)
    ]
    for hold in holds:
        _count(hold)
    return holds


def _choose(rows: Sequence[Stock], sku_id: int, quantity: int) -> list[Hold]:
    for row in rows:
        if row.on_hand - row.sold >= quantity:
            return [Hold(sku_id, row.location_id, quantity)]
    holds, missing = [], quantity
    for row in rows:
        part = min(missing, row.on_hand - row.sold)
        if part > 0:
            holds.append(Hold(sku_id, row.location_id, part))
            missing -= part
    if missing:
        raise SoldOut(sku_id=sku_id, missing=missing)
    return holds


def _count(hold: Hold) -> None:
    """One conditional UPDATE: right even if a caller had not locked the row."""
    changed = Stock.objects.filter(
        sku_id=hold.sku_id,
        location_id=hold.location_id,
        on_hand__gte=F("sold") + hold.quantity,
    ).update(sold=F("sold") + hold.quantity)
    if not changed:
        raise SoldOut(sku_id=hold.sku_id)


def put_back(lines: Iterable[OrderLine]) -> dict[int, int]:
    """Put back what the lines hold, {line id: pieces}; a second call puts back nothing."""
    holding = [line for line in lines if line.held and line.sku_id and line.location_id]
    if not holding:
        return {}
    places = Stock.objects.filter(
        sku_id__in={line.sku_id for line in holding},
        location_id__in={line.location_id for line in holding},
    )
    lock_objects(Stock, places.values_list("pk", flat=True))
    return {line.pk: line.held for line in holding if _let_go(line)}


def _let_go(line: OrderLine) -> bool:
    """The line gives up its pieces and the count follows, or neither happens."""
    mine = OrderLine.objects.filter(pk=line.pk, held=line.held)
    if not mine.update(held=0):
        return False
    assert line.sku_id is not None
    assert line.location_id is not None
    place = Stock.objects.filter(sku_id=line.sku_id, location_id=line.location_id)
    place.update(sold=F("sold") - line.held)
    return True


def hand_over(giver: OrderLine, taker: OrderLine) -> bool:
    """Pass the held pieces of one line to another of the same SKU; the count stays."""
    mine = OrderLine.objects.filter(pk=giver.pk, held=taker.quantity)
    if not mine.update(held=0):
        return False
    OrderLine.objects.filter(pk=taker.pk).update(held=taker.quantity, location_id=giver.location_id)
    return True
