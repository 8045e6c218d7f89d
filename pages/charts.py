"""Figures as the JSON that `static/js/charts.js` draws."""

from collections.abc import Sequence
from typing import Any

from analytics.selectors import Figure


def line_chart(figures: Sequence[Figure], name: str, **more: Any) -> dict[str, Any]:
    """One series over the days of `figures`; values in ppm or fen as the unit says."""
    unit = figures[0].metric.unit.value if figures else "fen"
    series = {"name": name, "values": [figure.value for figure in figures], **more}
    return {
        "unit": unit,
        "kind": "line",
        "days": [figure.day.strftime("%m-%d") for figure in figures],
        "series": [series],
    }
