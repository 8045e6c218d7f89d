"""Pieces taken and put back: never more than there are, never twice.

Every caller is inside a transaction and holds its order's lock; stock is locked last,
in the order of its ids, so that two carts in opposite order wait and never deadlock.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F

from core import clock
from core.locks import lock_objects
from mall.contracts import SoldOut
from mall.models import FlashClaim, FlashSale, OrderLine, Stock, StockRelease
from mall.services import buckets


@dataclass(frozen=True)
class Hold:
    """Pieces of a SKU taken at one location, in a flash sale on its buyer's count."""

    sku_id: int
    location_id: int
    quantity: int
    claim_id: int | None = None


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


def put_back(lines: Iterable[OrderLine], kind: StockRelease.Kind) -> dict[int, int]:
    """Put back what the lines hold, {line id: pieces}; a second call puts back nothing.

    Pieces of a flash sale that still runs are on sale again there, and its buyer may buy
    again. Locks: sales, then stock.
    """
    holding = [line for line in lines if line.held and line.sku_id and line.location_id]
    if not holding:
        return {}
    running = _lock_running({line.claim_id for line in holding if line.claim_id})
    _lock_places([line for line in holding if line.claim_id not in running])
    released = {line.pk: line.held for line in holding if _let_go(line, running)}

    now = clock.now()
    StockRelease.objects.bulk_create(
        StockRelease(line_id=line_id, kind=kind, quantity=pieces, at=now)
        for line_id, pieces in released.items()
    )
    return released


def _lock_running(claim_ids: Iterable[int]) -> dict[int, int]:
    """{claim: its sale} of the sales that have not ended, which cannot end meanwhile."""
    claims = dict(FlashClaim.objects.filter(pk__in=claim_ids).values_list("pk", "sale_id"))
    if not claims:
        return {}
    sales = FlashSale.objects.select_for_update(no_key=True).filter(pk__in=claims.values())
    running = {sale.pk for sale in sales.order_by("pk") if sale.ended_at is None}
    return {claim_id: sale_id for claim_id, sale_id in claims.items() if sale_id in running}


def _lock_places(lines: Sequence[OrderLine]) -> None:
    places = Stock.objects.filter(
        sku_id__in={line.sku_id for line in lines},
        location_id__in={line.location_id for line in lines},
    )
    if lines:
        lock_objects(Stock, places.values_list("pk", flat=True))


def _let_go(line: OrderLine, running: Mapping[int, int]) -> bool:
    """The line gives up its pieces and every count follows, or nothing happens."""
    mine = OrderLine.objects.filter(pk=line.pk, held=line.held)
    if not mine.update(held=0):
        return False
    assert line.sku_id is not None
    assert line.location_id is not None
    place = Stock.objects.filter(sku_id=line.sku_id, location_id=line.location_id)
    if line.claim_id is not None:
        FlashClaim.objects.filter(pk=line.claim_id).update(taken=F("taken") - line.held)
    sale_id = running.get(line.claim_id) if line.claim_id else None
    if sale_id is not None:
        buckets.give(sale_id, place.get().pk, line.held)
    else:
        place.update(sold=F("sold") - line.held)
    return True


def hand_over(giver: OrderLine, taker: OrderLine) -> bool:
    """Pass the held pieces of one line to another of the same SKU; the count stays."""
    mine = OrderLine.objects.filter(pk=giver.pk, held=taker.quantity)
    if not mine.update(held=0):
        return False
    OrderLine.objects.filter(pk=taker.pk).update(held=taker.quantity, location_id=giver.location_id)
    return True
