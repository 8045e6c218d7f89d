"""Figures as the JSON that `static/js/charts.js` draws."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from analytics.contracts import Grain
from analytics.selectors import Figure


def line_chart(figures: Sequence[Figure], name: str, **more: Any) -> dict[str, Any]:
    """One series over the days of `figures`; values in ppm or fen as the unit says.

    `figures` rise by day. A day without a cell keeps its place on the axis: money alone
    was nothing that day, a rate was nobody's and stays a gap.
    """
    unit = figures[0].metric.unit.value if figures else "fen"
    points = _every_day(figures)
    series = {"name": name, "values": [value for _, value in points], **more}
    return {
        "unit": unit,
        "kind": "line",
        "days": [day.strftime("%m-%d") for day, _ in points],
        "series": [series],
    }


def count_chart(
    name: str, points: Sequence[tuple[dt.date, int | None]], kind: str = "line"
) -> dict[str, Any]:
    """One series of plain counts by day; None leaves a gap."""
    return {
        "unit": "count",
        "kind": kind,
        "days": [day.strftime("%m-%d") for day, _ in points],
        "series": [{"name": name, "values": [value for _, value in points]}],
    }


def share_chart(name: str, shares: Sequence[tuple[str, int]]) -> dict[str, Any]:
    """Bars of shares in ppm, each by its name."""
    return {
        "unit": "rate",
        "kind": "bar",
        "days": [label for label, _ in shares],
        "series": [{"name": name, "values": [ppm for _, ppm in shares]}],
    }


def _every_day(figures: Sequence[Figure]) -> list[tuple[dt.date, int | None]]:
    known: dict[dt.date, int | None] = {figure.day: figure.value for figure in figures}
    if not figures or figures[0].metric.grain is not Grain.DAY:
        return list(known.items())
    missing = None if figures[0].metric.denominator else 0
    span = (figures[-1].day - figures[0].day).days + 1
    days = [figures[0].day + dt.timedelta(days=number) for number in range(span)]
    return [(day, known.get(day, missing)) for day in days]
