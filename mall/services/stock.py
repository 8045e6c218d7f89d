"""Pieces taken and put back: never more than there are, never twice.

Every caller is inside a transaction and holds its order's lock; stock is locked last,
in the order of its ids, so that two carts in opposite order wait and never deadlock.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F

from core import clock
from core.locks import lock_objects
from mall.contracts import SoldOut
from mall.models import FlashClaim, FlashSale, OrderLine, Stock, StockRelease
from mall.services import buckets
from org.selectors import find_units_in


@dataclass(frozen=True)
class Hold:
    """Pieces of a SKU taken at one location, in a flash sale on its buyer's count."""

    sku_id: int
    location_id: int
    quantity: int
    claim_id: int | None = None


def take(wanted: Mapping[int, int], city: str = "") -> list[Hold]:
    """Take so many pieces of each SKU, all of them or nothing; refuses `SoldOut`.

    One location serves the whole order when it can, else one a SKU; otherwise several do,
    so that no piece stays unsold because it lies elsewhere. Among those that can, one in
    the receiver's city is first.
    """
    free = Stock.objects.filter(sku_id__in=wanted, sold__lt=F("on_hand"))
    rows = _rank(lock_objects(Stock, free.values_list("pk", flat=True)), wanted, city)
    holds = [
        hold
        for sku_id, quantity in sorted(wanted.items())
        for hold in _choose([row for row in rows if row.sku_id == sku_id], sku_id, quantity)
    ]
    for hold in holds:
        _count(hold)
    return holds


def _rank(rows: list[Stock], wanted: Mapping[int, int], city: str) -> list[Stock]:
    """The rows of a place that serves all first, then those near, else as they were."""
    places = {row.location_id for row in rows}
    if len(places) < 2:
        return rows
    served = Counter(
        row.location_id for row in rows if row.on_hand - row.sold >= wanted[row.sku_id]
    )
    near = find_units_in(places, city) if city else set()
    return sorted(
        rows,
        key=lambda row: (
            served[row.location_id] < len(wanted),
            row.location_id not in near,
            row.pk,
        ),
    )


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


def put_back(
    lines: Iterable[OrderLine],
    kind: StockRelease.Kind,
    *,
    pieces: Mapping[int, int] | None = None,
    refund_id: int | None = None,
) -> dict[int, int]:
    """Put back what the lines hold, {line id: pieces}; a second call puts back nothing.

    `pieces` are so many of a line instead of all, at most what it holds. Pieces of a flash
    sale that still runs are on sale again there, and its buyer may buy again. Locks:
    sales, then stock.
    """
    holding = [line for line in lines if line.held and line.sku_id and line.location_id]
    asked = {line.pk: line.held if pieces is None else pieces[line.pk] for line in holding}
    asked = {line.pk: min(asked[line.pk], line.held) for line in holding if asked[line.pk]}
    holding = [line for line in holding if line.pk in asked]
    if not holding:
        return {}
    running = _lock_running({line.claim_id for line in holding if line.claim_id})
    _lock_places([line for line in holding if line.claim_id not in running])
    released = {line.pk: asked[line.pk] for line in holding if _let_go(line, asked, running)}

    now = clock.now()
    StockRelease.objects.bulk_create(
        StockRelease(line_id=line_id, kind=kind, refund_id=refund_id, quantity=count, at=now)
        for line_id, count in released.items()
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


def _let_go(line: OrderLine, asked: Mapping[int, int], running: Mapping[int, int]) -> bool:
    """The line gives up its pieces and every count follows, or nothing happens."""
    count = asked[line.pk]
    mine = OrderLine.objects.filter(pk=line.pk, held=line.held)
    if not mine.update(held=line.held - count):
        return False
    assert line.sku_id is not None
    assert line.location_id is not None
    place = Stock.objects.filter(sku_id=line.sku_id, location_id=line.location_id)
    if line.claim_id is not None:
        FlashClaim.objects.filter(pk=line.claim_id).update(taken=F("taken") - count)
    sale_id = running.get(line.claim_id) if line.claim_id else None
    if sale_id is not None:
        buckets.give(sale_id, place.get().pk, count)
    else:
        place.update(sold=F("sold") - count)
    return True


def hand_over(giver: OrderLine, taker: OrderLine) -> bool:
    """Pass the held pieces of one line to another of the same SKU; the count stays."""
    mine = OrderLine.objects.filter(pk=giver.pk, held=taker.quantity)
    if not mine.update(held=0):
        return False
    OrderLine.objects.filter(pk=taker.pk).update(held=taker.quantity, location_id=giver.location_id)
    return True
