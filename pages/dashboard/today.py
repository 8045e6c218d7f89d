"""今日: what needs attention, then the numbers, in one screen."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from analytics import selectors
from core import clock
from org.contracts import policy
from org.models import Staff
from org.selectors import is_allowed
from pages.charts import line_chart
from pages.dashboard.attention import list_attention
from pages.http import staff_of

TILES = ("net_sales", "card_conversion_rate", "sales_per_buyer", "refund_rate_amt")
SMALL = (
    "card_scan_rate",
    "contact_cac",
    "orders_per_buyer",
    "repurchase_rate_m",
    "rebuy_rate",
    "group_active_rate_w",
    "slot_exec_rate",
)


@policy("staff", "today.view")
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    actor = staff_of(request)
    if not is_allowed(actor, "metrics.view"):
        return render(request, "dashboard/today/store.html", _of_store(actor))
    tiles = [selectors.get_tile(code) for code in TILES]
    context = {
        "attention": list_attention(actor),
        "tiles": [(tile, line_chart(tile.series, tile.metric.name)) for tile in tiles],
        "share": selectors.get_tile("guide_shared_sales_share", dimension="kind", key="share"),
        "small": [selectors.get_tile(code) for code in SMALL],
        "live": selectors.compute_live("net_sales", clock.today()),
        "run": selectors.find_last_run(),
    }
    return render(request, "dashboard/today/today.html", context)


def _of_store(actor: Staff) -> dict[str, Any]:
    """What a manager sees: their own store's net sales, and nothing of the others'."""
    key = str(actor.unit_id)
    tile = selectors.get_tile("net_sales", dimension="store", key=key)
    live = selectors.compute_live("net_sales", clock.today(), dimension="store")
    return {
        "attention": list_attention(actor),
        "tile": tile,
        "chart": line_chart(tile.series, tile.metric.name),
        "live": [figure for figure in live if figure.key == key],
        "run": selectors.find_last_run(),
    }
