"""Counting the shelf: what is left, not what ever came in."""

from django.db import transaction
from django.db.models import F

from core import audit
from core.errors import InvalidInput
from mall.models import Sku, Stock
from org.models import OrgUnit

MOST_PIECES = 1_000_000


@transaction.atomic
def count_stock(*, sku: Sku, location: OrgUnit, free: int) -> Stock:
    """State how many pieces a location can still sell; those that orders hold come on top."""
    if not 0 <= free <= MOST_PIECES:
        raise InvalidInput("库存须在 0 到 1,000,000 之间")
    stock, _ = Stock.objects.get_or_create(sku=sku, location=location)
    Stock.objects.filter(pk=stock.pk).update(on_hand=F("sold") + free)
    fresh = Stock.objects.get(pk=stock.pk)

    before = {"free": stock.on_hand - stock.sold, "location": location.pk}
    audit.record("mall.stock.counted", sku, before=before, after={"free": free})
    return fresh
