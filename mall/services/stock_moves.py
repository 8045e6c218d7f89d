"""Moving stock by hand: corrected, carried elsewhere, or counted from a file, with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from core import audit
from core.errors import InvalidInput
from core.locks import lock_objects
from mall.contracts import StockBelowSold
from mall.models import Sku, Stock
from mall.services.stocktaking import MOST_PIECES, count_stock
from org.models import OrgUnit

MOST_ROWS = 5_000


@transaction.atomic
def adjust_stock(*, sku: Sku, location: OrgUnit, change: int, reason: str) -> Stock:
    """So many pieces more, or fewer, at a location: found, broken, lost.

    Refuses `StockBelowSold`: pieces that orders hold cannot be counted away.
    """
    _require_reason(reason)
    if change == 0 or abs(change) > MOST_PIECES:
        raise InvalidInput("请填写增加或减少的件数")
    stock, _ = Stock.objects.get_or_create(sku=sku, location=location)

    _move(stock, change)

    after = {"location": location.pk, "change": change}
    audit.record("mall.stock.adjusted", sku, after=after, reason=reason.strip()[:200])
    return Stock.objects.get(pk=stock.pk)


@transaction.atomic
def transfer_stock(
    *, sku: Sku, source: OrgUnit, target: OrgUnit, quantity: int, reason: str
) -> None:
    """Carry free pieces of a SKU from one location to another; their sum stays.

    Refuses `StockBelowSold` when the source has not so many free. Locks: stock.
    """
    _require_reason(reason)
    if source.pk == target.pk or not 1 <= quantity <= MOST_PIECES:
        raise InvalidInput("请选择两个不同的地点，并填写调拨件数")
    for location in (source, target):
        Stock.objects.get_or_create(sku=sku, location=location)
    places = Stock.objects.filter(sku=sku, location__in=(source, target))
    rows = {
        row.location_id: row for row in lock_objects(Stock, places.values_list("pk", flat=True))
    }

    _move(rows[source.pk], -quantity)
    _move(rows[target.pk], quantity)

    why = reason.strip()[:200]
    out, into = {"location": source.pk, "to": target.pk}, {"location": target.pk, "from": source.pk}
    audit.record("mall.stock.transferred_out", sku, after=out | {"change": -quantity}, reason=why)
    audit.record("mall.stock.transferred_in", sku, after=into | {"change": quantity}, reason=why)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput("请写明原因，方便以后核对")


def _move(stock: Stock, change: int) -> None:
    """One conditional UPDATE: what orders hold stays."""
    enough = Stock.objects.filter(pk=stock.pk, on_hand__gte=F("sold") - change)
    if not enough.update(on_hand=F("on_hand") + change):
        raise StockBelowSold("这个地点的可售库存不够")


@dataclass(frozen=True)
class Count:
    """A line of a stock-taking: `free` pieces of a SKU that a location can still sell."""

    sku: Sku
    location: OrgUnit
    free: int


@transaction.atomic
def count_many(*, counts: Sequence[Count]) -> int:
    """Take a whole count in, or none of it; how many lines."""
    if not 1 <= len(counts) <= MOST_ROWS:
        raise InvalidInput("一个文件 1 到 5,000 行")
    ordered = sorted(counts, key=lambda count: (count.sku.pk, count.location.pk))
    for count in ordered:
        count_stock(sku=count.sku, location=count.location, free=count.free)
    return len(ordered)
