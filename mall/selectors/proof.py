"""What may truthfully be said of a product: only orders that were paid and kept."""

import datetime as dt

from django.db.models import F

from core import clock
from mall.contracts import OWN
from mall.models import Order, OrderLine, Product

RECENT_DAYS = 7


def count_recent_buyers(product: Product, *, days: int = RECENT_DAYS) -> int:
    """People whose paid orders of the last `days` hold this product, refunds left out.

    Gifts and 1-fen claims are no purchases (docs/rules.md, 商品页的购买人数).
    """
    lines = OrderLine.objects.filter(
        sku__product=product,
        is_gift=False,
        order__platform=OWN,
        order__kind=Order.Kind.SALE,
        order__paid_at__gt=clock.now() - dt.timedelta(days=days),
        order__member__isnull=False,
        refunded_fen__lt=F("paid_fen"),
    )
    return lines.values("order__member_id").distinct().count()
