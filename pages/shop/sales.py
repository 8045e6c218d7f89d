"""A flash sale as customers see it: the true price, the true rest, the server's clock."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from core import clock
from mall.models import FlashSale
from mall.selectors import count_taken, get_flash_sale, reference_price
from org.contracts import policy
from pages.shop.http import find_visitor


@policy("public", object_kind="flash_sale")
@require_GET
def sale(request: HttpRequest, sale_id: str) -> HttpResponse:
    found = get_flash_sale(sale_id)
    customer = find_visitor(request)
    reference_fen = reference_price(found.sku_id, found.starts_at)
    context = {
        "sale": found,
        "standing": standing_of(found),
        "seconds": seconds_left(found),
        "reference_fen": reference_fen if (reference_fen or 0) > found.price_fen else None,
        "taken": count_taken(found, customer) if customer else 0,
        "choices": range(1, min(found.per_person, 10) + 1),
    }
    return render(request, "shop/sale.html", context)


def standing_of(sale: FlashSale) -> str:
    """waiting, running, sold_out or ended."""
    now = clock.now()
    if sale.ended_at is not None or sale.ends_at <= now:
        return "ended"
    if sale.starts_at > now:
        return "waiting"
    return "running" if getattr(sale, "left", 0) > 0 else "sold_out"


def seconds_left(sale: FlashSale) -> int:
    """Whole seconds of business time until the sale begins or, once it has, ends."""
    now = clock.now()
    moment = sale.starts_at if sale.starts_at > now else sale.ends_at
    return max(0, int((moment - now).total_seconds()))
