"""Reading figures: a value, a series, its usual range, its rows."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from analytics.contracts import METRICS, Grain, Metric, Unit, get_metric
from analytics.models import MetricValue, NightlyRun
from analytics.queries import QUERIES
from core import clock
from core.money import PPM, format_ppm, format_yuan


@dataclass(frozen=True)
class Figure:
    """One cell: both counts, and the value they make (ppm, fen, seconds or a ratio in ppm)."""

    metric: Metric
    day: dt.date
    key: str
    numerator: int
    denominator: int | None
    is_matured: bool
    computed_at: dt.datetime

    @property
    def value(self) -> int | None:
        """ppm for rates and ratios, fen, or seconds; None where nothing was divided by."""
        if self.metric.denominator == "":
            return self.numerator
        if not self.denominator:
            return None
        if self.metric.unit in (Unit.FEN, Unit.SECONDS):
            return self.numerator // self.denominator
        return self.numerator * PPM // self.denominator

    @property
    def text(self) -> str:
        value = self.value
        if value is None:
            return "—"
        if self.metric.unit is Unit.FEN:
            return format_yuan(value)
        if self.metric.unit is Unit.SECONDS:
            return f"{value // 60} 分 {value % 60} 秒"
        if self.metric.unit is Unit.RATIO:
            return f"{value / PPM:.2f}"
        return format_ppm(round(value, -3))

    @property
    def top(self) -> str:
        """The numerator as it is read: an amount in yuan, or a count."""
        is_money = self.metric.unit is Unit.FEN or self.metric.is_of_money
        return format_yuan(self.numerator) if is_money else f"{self.numerator:,}"

    @property
    def under(self) -> str:
        if self.denominator is None:
            return "—"
        return format_yuan(self.denominator) if self.metric.is_of_money else f"{self.denominator:,}"

    @property
    def band(self) -> str:
        value = self.value
        if value is None:
            return ""
        return next((word for bound, word in self.metric.bands if value < bound), "")


@dataclass(frozen=True)
class Tile:
    """A figure on a home page: the latest, its series, its usual range of 28 cells."""

    metric: Metric
    latest: Figure | None
    series: list[Figure]
    usual: tuple[int, int] | None

    @property
    def standing(self) -> str:
        """ "above", "below" or "within" the usual range; "" while that is too thin."""
        value = self.latest.value if self.latest else None
        if value is None or self.usual is None:
            return ""
        low, high = self.usual
        return "above" if value > high else "below" if value < low else "within"


MIN_RANGE_CELLS = 14


def list_figures(
    code: str,
    *,
    dimension: str = "all",
    key: str | None = "",
    since: dt.date | None = None,
    until: dt.date | None = None,
) -> list[Figure]:
    """Cells of a metric by day; `key=None` gives every key of the dimension."""
    metric = get_metric(code)
    rows = _cells(metric).filter(dimension=dimension)
    if key is not None:
        rows = rows.filter(key=key)
    if since:
        rows = rows.filter(day__gte=since)
    if until:
        rows = rows.filter(day__lte=until)
    return [_figure(metric, row) for row in rows.order_by("day", "key")]


def find_latest(code: str, *, dimension: str, keys: Iterable[str]) -> dict[str, Figure]:
    """{key: the newest matured cell} of those keys that have one, in one query."""
    metric = get_metric(code)
    rows = _cells(metric).filter(dimension=dimension, key__in=list(keys), is_matured=True)
    newest = rows.order_by("key", "-day").distinct("key")
    return {row.key: _figure(metric, row) for row in newest}


def get_tile(code: str, *, dimension: str = "all", key: str = "", cells: int = 29) -> Tile:
    """The latest cell against the central four fifths of those before it.

    What is not matured says little yet: the latest is the last matured cell. An unmatured
    day is shown, marked as such, while none is matured; an unmatured week never is.
    """
    metric = get_metric(code)
    found = _cells(metric).filter(dimension=dimension, key=key)
    rows = list(found.order_by("-is_matured", "-day")[:cells])
    matured = [row for row in rows if row.is_matured]
    shown = matured if matured or metric.grain is Grain.WEEK else rows
    series = [_figure(metric, row) for row in reversed(shown)]
    values = sorted(f.value for f in series[:-1] if f.value is not None)
    usual = None
    if len(values) >= MIN_RANGE_CELLS:
        usual = (values[len(values) // 10], values[-1 - len(values) // 10])
    return Tile(metric, series[-1] if series else None, series, usual)


def list_latest() -> dict[str, Figure]:
    """The newest cell of each metric in its first dimension, in one query."""
    rows = MetricValue.objects.order_by("metric", "-day").distinct("metric")
    wanted = {metric.code: metric for metric in METRICS}
    return {row.metric: _figure(wanted[row.metric], row) for row in rows if row.metric in wanted}


def list_metrics() -> list[tuple[Metric, Figure | None]]:
    latest = list_latest()
    return [(metric, latest.get(metric.code)) for metric in METRICS]


def compute_live(code: str, day: dt.date, *, dimension: str = "all") -> list[Figure]:
    """Today's figures, computed now and kept nowhere."""
    metric, now = get_metric(code), clock.now()
    parameters: dict[str, Any] = {
        "days": [day],
        "from": clock.day_start(day),
        "until": clock.day_start(day + dt.timedelta(days=1)),
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(QUERIES[code], parameters)
        rows = cursor.fetchall()
    return [
        Figure(metric, day, key, int(top), None if under is None else int(under), matured, now)
        for day, name, key, top, under, matured in rows
        if name == dimension
    ]


def find_last_run() -> NightlyRun | None:
    return NightlyRun.objects.filter(finished_at__isnull=False).order_by("-finished_at").first()


def list_runs_after(run: NightlyRun | None) -> list[NightlyRun]:
    """Finished runs younger than `run`, the oldest first; all of them after None."""
    rows = NightlyRun.objects.filter(finished_at__isnull=False, pk__gt=run.pk if run else 0)
    return list(rows.order_by("pk"))


def _cells(metric: Metric) -> QuerySet[MetricValue]:
    return MetricValue.objects.filter(metric=metric.code, version=metric.version)


def _figure(metric: Metric, row: MetricValue) -> Figure:
    return Figure(
        metric,
        row.day,
        row.key,
        row.numerator,
        row.denominator,
        row.is_matured,
        row.computed_at,
    )
