"""口径: every figure's definition, series and rows, one click from the number."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from analytics import contracts, selectors
from analytics.contracts import Metric
from analytics.selectors import Figure
from core.errors import NotFound
from org.contracts import policy
from org.models import Staff
from pages.charts import line_chart
from pages.dashboard.labels import is_in_reach, key_labels
from pages.exports import csv_response
from pages.http import staff_of


def _metric(code: str) -> Metric:
    found = contracts.find_metric(code)
    if found is None:
        raise NotFound
    return found


@policy("staff", "metrics.view")
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    context = {"metrics": selectors.list_metrics(), "run": selectors.find_last_run()}
    return render(request, "dashboard/metrics/list.html", context)


@policy("staff", "metrics.view", object_kind="metric")
@require_GET
def metric(request: HttpRequest, code: str) -> HttpResponse:
    found = _metric(code)
    first = found.dimensions[0]
    figures = selectors.list_figures(code, dimension=first, key=_first_key(found))[-400:]
    context = {
        "metric": found,
        "grain": contracts.GRAIN_NAMES[found.grain],
        "chart": line_chart(figures, found.name),
        "figures": list(reversed(figures))[:60],
        "breakdowns": [
            _breakdown(staff_of(request), found, name) for name in found.dimensions if name != "all"
        ],
        "run": selectors.find_last_run(),
    }
    return render(request, "dashboard/metrics/detail.html", context)


@policy("staff", "metrics.export", object_kind="metric")
@require_GET
def metric_csv(request: HttpRequest, code: str) -> HttpResponse:
    found = _metric(code)
    header = ("日期", "维度", "对象", found.numerator, found.denominator or "—", "值", "是否成熟")
    rows = [
        (f.day, contracts.DIMENSION_NAMES[name], f.key, f.numerator, f.denominator, f.text,
         "是" if f.is_matured else "否")
        for name in found.dimensions
        for f in _figures(staff_of(request), found, name)
    ]  # fmt: skip
    return csv_response(code, header, rows)


def _first_key(metric: Metric) -> str:
    return {"all": "", "kind": "share", "scene": "sales"}[metric.dimensions[0]]


def _figures(actor: Staff, metric: Metric, dimension: str) -> list[Figure]:
    """All cells of a dimension whose keys are in the actor's reach."""
    figures = list(selectors.list_figures(metric.code, dimension=dimension, key=None))
    names = key_labels(actor, dimension, {figure.key for figure in figures})
    return [figure for figure in figures if is_in_reach(dimension, figure.key, names)]


def _breakdown(actor: Staff, metric: Metric, dimension: str) -> dict[str, object]:
    """The latest cell of each key of a dimension, by its name."""
    latest = {figure.key: figure for figure in _figures(actor, metric, dimension)}
    names = key_labels(actor, dimension, latest)
    rows = [(names.get(key, key), figure) for key, figure in latest.items()]
    return {"name": contracts.DIMENSION_NAMES[dimension], "rows": rows[:50]}
