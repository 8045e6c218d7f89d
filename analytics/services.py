"""The nightly run: re-open the days that changed, and write their cells again."""

import datetime as dt
import time
from collections.abc import Iterable, Sequence

from django.db import connection, transaction

from analytics.contracts import METRICS, Grain, Metric
from analytics.models import MetricValue, NightlyRun, StaleDay
from analytics.queries import FIRST_DAY, ORDER_DAYS, QUERIES, REFUND_DAYS
from core import clock
from core.locks import lock_name

__all__ = [
    "note_order_days",
    "note_refund_days",
    "note_stale_days",
    "note_stale_range",
    "run_nightly",
]

CHUNK_DAYS = 200
CARD_DAYS = 45
"""Cards keep being scanned: every night looks back at this many days of deliveries."""

_INSERT = """
INSERT INTO analytics_metricvalue
    (metric, version, day, dimension, key, numerator, denominator, is_matured, computed_at)
WITH cells AS MATERIALIZED ({query})
SELECT %(metric)s, %(version)s, day, dimension, key, numerator, denominator, is_matured,
       %(now)s::timestamptz
FROM cells"""


def note_stale_days(days: Iterable[dt.date]) -> None:
    """Remember that these days must be computed again; today's are live and need not."""
    now = clock.now()
    rows = [StaleDay(day=day, noted_at=now) for day in sorted(set(days))]
    StaleDay.objects.bulk_create(rows, ignore_conflicts=True)


def note_stale_range(first: dt.date, last: dt.date) -> None:
    """Every day from `first` to `last`; nothing after today."""
    length = (min(last, clock.today()) - first).days
    note_stale_days(first + dt.timedelta(days=n) for n in range(length + 1))


def note_order_days(order_id: int) -> None:
    _note(ORDER_DAYS, order_id)


def note_refund_days(refund_id: int) -> None:
    """The day of the refund, and the day of the order that it makes smaller."""
    _note(REFUND_DAYS, refund_id)


def _note(sql: str, row_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, [row_id])
        note_stale_days(day for row in cursor.fetchall() for day in row if day)


def run_nightly(until: dt.date | None = None) -> NightlyRun:
    """Compute every day up to `until` (yesterday) that is new or stale; safe to repeat.

    Cost follows the days that changed, not the history. A day noted as stale while the
    run is on stays noted for the next one.
    """
    started = time.monotonic()
    until = until or clock.today() - dt.timedelta(days=1)
    with transaction.atomic():
        lock_name("analytics.nightly")
        run = NightlyRun.objects.create(started_at=clock.now())
        stale = dict(StaleDay.objects.values_list("day", "noted_at"))
        days = _days_to_compute(until, stale)
        cells = sum(_compute(metric, days, until) for metric in METRICS)
        for day, noted_at in stale.items():
            StaleDay.objects.filter(day=day, noted_at=noted_at, day__lte=until).delete()
        run.finished_at, run.cells, run.days = clock.now(), cells, len(days)
        run.first_day, run.last_day = (days[0] if days else None), until
        run.seconds = time.monotonic() - started
        run.save()
    return run


def _days_to_compute(until: dt.date, stale: Iterable[dt.date]) -> list[dt.date]:
    last = (
        NightlyRun.objects.filter(finished_at__isnull=False)
        .order_by("-last_day")
        .values_list("last_day", flat=True)
        .first()
    )
    begin = last + dt.timedelta(days=1) if last else _first_day()
    days = {day for day in stale if day <= until}
    if begin is not None:
        days |= {begin + dt.timedelta(days=n) for n in range((until - begin).days + 1)}
    return sorted(days)


def _first_day() -> dt.date | None:
    with connection.cursor() as cursor:
        cursor.execute(FIRST_DAY)
        row = cursor.fetchone()
    return row[0] if row else None


def _compute(metric: Metric, days: Sequence[dt.date], until: dt.date) -> int:
    wanted = _days_of(metric, days, until)
    chunks = [wanted[at : at + CHUNK_DAYS] for at in range(0, len(wanted), CHUNK_DAYS)]
    return sum(_write(metric, chunk) for chunk in chunks)


def _days_of(metric: Metric, days: Sequence[dt.date], until: dt.date) -> list[dt.date]:
    """Days as the grain has them: weeks begin on Mondays, months on the first, cards look back."""
    if metric.grain is Grain.WEEK:
        return sorted({day - dt.timedelta(days=day.weekday()) for day in days})
    if metric.grain is Grain.MONTH:
        months = {day.replace(day=1) for day in days}
        following = {(month + dt.timedelta(days=32)).replace(day=1) for month in months}
        return sorted(months | {month for month in following if month <= until})
    if metric.grain is Grain.COHORT:
        recent = {until - dt.timedelta(days=n) for n in range(CARD_DAYS)}
        return sorted(set(days) | recent)
    return list(days)


def _write(metric: Metric, days: Sequence[dt.date]) -> int:
    """Replace the cells of these days, so that a cell nothing supports any more goes too."""
    MetricValue.objects.filter(metric=metric.code, version=metric.version, day__in=days).delete()
    first, last = days[0], days[-1] + dt.timedelta(days=1)
    if metric.grain is Grain.MONTH:
        first = (first - dt.timedelta(days=1)).replace(day=1)
        last = (days[-1] + dt.timedelta(days=32)).replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT.format(query=QUERIES[metric.code]),
            {
                "metric": metric.code,
                "version": metric.version,
                "days": list(days),
                "from": clock.day_start(first),
                "until": clock.day_start(last),
                "now": clock.now(),
            },
        )
        return int(cursor.rowcount)
