"""今日: what needs attention, then the numbers, in one screen."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from analytics import selectors
from core import clock
from org.contracts import policy
from pages.charts import line_chart
from pages.dashboard.attention import list_attention
from pages.http import staff_of

TILES = ("net_sales", "card_conversion_rate", "sales_per_buyer", "refund_rate_amt")
SMALL = ("card_scan_rate", "contact_cac", "orders_per_buyer", "repurchase_rate_m", "rebuy_rate")


@policy("staff", "today.view")
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    tiles = [selectors.get_tile(code) for code in TILES]
    context = {
        "attention": list_attention(staff_of(request)),
        "tiles": [(tile, line_chart(tile.series, tile.metric.name)) for tile in tiles],
        "share": selectors.get_tile("guide_shared_sales_share", dimension="kind", key="share"),
        "small": [selectors.get_tile(code) for code in SMALL],
        "live": selectors.compute_live("net_sales", clock.today()),
        "run": selectors.find_last_run(),
    }
    return render(request, "dashboard/today/today.html", context)
