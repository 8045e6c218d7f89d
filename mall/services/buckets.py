"""The pieces of a flash sale: taken from whichever bucket is free, so that nobody queues.

A sale's pieces are counted as sold at their places and lie in its buckets; a bucket is
locked only by who takes from it or puts back. Who finds every free bucket empty waits for
the held ones before hearing that all is sold: a piece whose taker gives up is not lost.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet

from mall.contracts import SoldOut
from mall.models import StockBucket

MOST_BUCKETS = 64

_TAKE_ONE = """
WITH found AS MATERIALIZED (
    SELECT id, stock_id FROM mall_stockbucket
    WHERE sale_id = %(sale)s AND pieces >= %(quantity)s
    ORDER BY number LIMIT 1 FOR NO KEY UPDATE {wait}
)
UPDATE mall_stockbucket b SET pieces = b.pieces - %(quantity)s
FROM found JOIN mall_stock s ON s.id = found.stock_id
WHERE b.id = found.id RETURNING s.location_id
"""
_SKIPPING = _TAKE_ONE.format(wait="SKIP LOCKED")
_WAITING = _TAKE_ONE.format(wait="")


@dataclass(frozen=True)
class Taken:
    """Pieces that left the buckets of one place."""

    location_id: int
    quantity: int


def fill(sale_id: int, places: Mapping[int, int]) -> None:
    """Spread {stock id: pieces} evenly over new buckets."""
    total = sum(places.values())
    rows: list[StockBucket] = []
    for stock_id, pieces in sorted(places.items()):
        count = min(pieces, max(1, MOST_BUCKETS * pieces // total))
        for part in range(count):
            share = pieces // count + (part < pieces % count)
            row = StockBucket(sale_id=sale_id, stock_id=stock_id, number=len(rows), pieces=share)
            rows.append(row)
    StockBucket.objects.bulk_create(rows)


def has_any(sale_id: int) -> bool:
    """Whether some piece is not sold for certain: it may be in the hands of another buyer."""
    return StockBucket.objects.filter(sale_id=sale_id, pieces__gt=0).exists()


def take(sale_id: int, quantity: int) -> list[Taken]:
    """So many pieces of a sale or, with `SoldOut`, none. Call with a lock_timeout set."""
    location_id = _take_one(_SKIPPING, sale_id, quantity)
    if location_id is None:
        location_id = _take_one(_WAITING, sale_id, quantity)
    if location_id is not None:
        return [Taken(location_id, quantity)]
    if quantity == 1:
        raise SoldOut(sale_id=sale_id)
    return _gather(sale_id, quantity)


def _take_one(sql: str, sale_id: int, quantity: int) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"sale": sale_id, "quantity": quantity})
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _gather(sale_id: int, quantity: int) -> list[Taken]:
    """What no single bucket has, out of several; all of them wait in the same order."""
    taken, missing = [], quantity
    for bucket in _locked(sale_id).select_related("stock"):
        part = min(missing, bucket.pieces)
        if part:
            StockBucket.objects.filter(pk=bucket.pk).update(pieces=F("pieces") - part)
            taken.append((bucket.stock.location_id, part))
            missing -= part
    if missing:
        raise SoldOut(sale_id=sale_id, missing=missing)
    return [Taken(place, pieces) for place, pieces in _sums(taken).items()]


def _sums(parts: Iterable[tuple[int, int]]) -> dict[int, int]:
    sums: dict[int, int] = {}
    for place, pieces in parts:
        sums[place] = sums.get(place, 0) + pieces
    return sums


def give(sale_id: int, stock_id: int, quantity: int) -> None:
    """Back on sale. Call holding the lock of a sale that has not ended."""
    bucket = _locked(sale_id).filter(stock_id=stock_id)[:1].get()
    StockBucket.objects.filter(pk=bucket.pk).update(pieces=F("pieces") + quantity)


def empty(sale_id: int) -> dict[int, int]:
    """Take the buckets away; {stock id: pieces} that were left. Call holding the sale's lock."""
    left = _sums((bucket.stock_id, bucket.pieces) for bucket in _locked(sale_id))
    StockBucket.objects.filter(sale_id=sale_id).delete()
    return left


def _locked(sale_id: int) -> "QuerySet[StockBucket, Any]":
    rows = StockBucket.objects.select_for_update(no_key=True, of=("self",))
    return rows.filter(sale_id=sale_id).order_by("number")
