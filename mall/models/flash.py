"""Flash sales: a price for a while, and pieces set aside that many may take at once."""

from django.db import models
from django.db.models import F, Q

from core.ids import public_id


class FlashSale(models.Model):
    """`quantity` pieces of a SKU at `price_fen`, `per_person` of them for each person.

    The pieces lie in its buckets; what is sold is what they no longer hold. An order has
    `pay_minutes` to be paid. `room_ref` is the public id of the live room, "" for none.
    """

    public_id = models.CharField(max_length=26, unique=True, default=public_id)
    sku = models.ForeignKey("mall.Sku", models.PROTECT, db_index=False)
    price_fen = models.PositiveBigIntegerField()
    quantity = models.PositiveIntegerField()
    per_person = models.PositiveIntegerField(default=1)
    pay_minutes = models.PositiveSmallIntegerField(default=5)
    room_ref = models.CharField(max_length=26, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at"), quantity__gte=1, per_person__gte=1),
                name="flash_sale_sane",
            ),
        )


class StockBucket(models.Model):
    """Part of a sale's pieces, all of one place; `pieces` never falls below zero.

    Whoever takes skips the buckets that others hold, so that nobody waits for one row.
    `Stock.sold` counts what lies here as taken.
    """

    sale = models.ForeignKey(FlashSale, models.CASCADE, related_name="buckets", db_index=False)
    stock = models.ForeignKey("mall.Stock", models.PROTECT, db_index=False)
    number = models.PositiveSmallIntegerField()
    pieces = models.PositiveIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("sale", "number"), name="bucket_number"),)


class FlashClaim(models.Model):
    """What one person has taken of one sale, over all their logins, tabs and retries.

    `person` is their unionid where it is known, otherwise their member id.
    """

    sale = models.ForeignKey(FlashSale, models.PROTECT, related_name="claims", db_index=False)
    person = models.CharField(max_length=80)
    taken = models.PositiveIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("sale", "person"), name="claim_person"),)


class StockRelease(models.Model):
    """Pieces that a line gave back, and why: each line at most once for each reason.

    Pieces of a line may come back by several refunds, and by each of them once.
    """

    class Kind(models.TextChoices):
        CANCELLED = "cancelled", "取消"
        TIMEOUT = "timeout", "超时未付"
        REFUNDED = "refunded", "退款"
        EXPIRED = "expired", "福利过期"

    line = models.ForeignKey(
        "mall.OrderLine", models.CASCADE, related_name="releases", db_index=False
    )
    kind = models.CharField(max_length=9, choices=Kind.choices)
    refund = models.ForeignKey("mall.Refund", models.CASCADE, null=True, db_index=False)
    quantity = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("line", "kind"), condition=Q(refund=None), name="release_once"
            ),
            models.UniqueConstraint(
                fields=("line", "refund"),
                condition=Q(refund__isnull=False),
                name="release_refund_once",
            ),
        )
