"""Loading a year into an empty merchant, in one transaction and by COPY."""

import datetime as dt
import random
import time
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from core import audit, clock
from core.errors import InvalidInput
from core.locks import lock_name
from mall.models import Order
from members.models import Member
from siyu.demo.year.company import build_company
from siyu.demo.year.market import Market
from siyu.demo.year.people import MEMBERS, People
from siyu.demo.year.season import Tide
from siyu.demo.year.sheets import Names, Sheet, content_hash

DAYS = 365
SEED = 20260101


class NotEmpty(InvalidInput):
    code = "year_not_empty"
    message = "演示年只装进空的商家：这里已经有会员或订单"


@dataclass(frozen=True)
class Loaded:
    """`seconds` are of the drawing and of the writing; the nightly run is not in them.

    `cpu_seconds` are those of this process alone, on a busy machine the better measure.
    """

    rows: dict[str, int]
    content: str
    drawing_seconds: float
    writing_seconds: float
    cpu_seconds: float

    def as_report(self) -> dict[str, Any]:
        return {
            "members": self.rows["members_member"],
            "orders": self.rows["mall_order"],
            "rows": self.rows,
            "content_hash": self.content,
            "drawing_seconds": round(self.drawing_seconds, 1),
            "writing_seconds": round(self.writing_seconds, 1),
            "cpu_seconds": round(self.cpu_seconds, 1),
        }


@transaction.atomic
def load_year(*, seed: int = SEED, scale: float = 1.0, until: dt.date | None = None) -> Loaded:
    """Fill the merchant that the connection is on; all or nothing.

    The same seed, scale and last day (`until`, yesterday) give the same content. Refuses
    `NotEmpty`.
    """
    lock_name("demo.year")
    if Member.objects.exists() or Order.objects.exists():
        raise NotEmpty
    started, cpu = time.monotonic(), time.process_time()
    sheets = draw_year(seed, scale, until or clock.today() - dt.timedelta(days=1))
    drawn = time.monotonic()
    for sheet in sheets:
        sheet.copy()
    _analyze(sheets)
    rows = {sheet.model._meta.db_table: len(sheet) for sheet in sheets}
    content = content_hash(sheets)
    audit.record("demo.year.loaded", after={"seed": seed, "scale": scale, "content": content})
    written = time.monotonic() - drawn
    return Loaded(rows, content, drawn - started, written, time.process_time() - cpu)


def draw_year(seed: int, scale: float, until: dt.date) -> list[Sheet]:
    """Everything that is written, in the order that foreign keys need."""
    rng, names = random.Random(seed), Names(seed)  # noqa: S311
    first = until - dt.timedelta(days=DAYS - 1)
    end = clock.day_start(until + dt.timedelta(days=1))
    company = build_company(names, clock.day_start(first))
    people = People(company, Tide(first, DAYS), names, rng, end)
    everybody = people.draw(max(50, round(MEMBERS * scale)))
    people.number(everybody)
    market = Market(company, people, names, rng, end, scale)
    market.cards.print_runs(scale)
    market.play(everybody)
    people.write(everybody)
    shelf = [(good, store.id) for store in company.stores for good in store.brand.goods]
    stock = market.orders.stock(shelf)
    return [*company.sheets, *people.sheets, stock, *market.sheets]


def _analyze(sheets: list[Sheet]) -> None:
    """Fresh statistics: the planner has seen these tables empty."""
    with connection.cursor() as cursor:
        for sheet in sheets:
            if sheet.rows:
                cursor.execute(f"ANALYZE {sheet.model._meta.db_table}")
