"""What is sold, what it costs, where it lies."""

from django.db import models
from django.db.models import F, Q

from core.ids import public_id


class Product(models.Model):
    class Status(models.TextChoices):
        ON = "on", "在售"
        OFF = "off", "下架"

    public_id = models.CharField(max_length=26, unique=True, default=public_id)
    brand = models.ForeignKey("org.OrgUnit", models.PROTECT)
    title = models.CharField(max_length=80)
    subtitle = models.CharField(max_length=120, blank=True)
    category = models.CharField(max_length=40, blank=True)
    image = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    status = models.CharField(max_length=3, choices=Status.choices, default=Status.ON)
    freight = models.ForeignKey(
        "mall.FreightTemplate", models.PROTECT, null=True, related_name="products", db_index=False
    )
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.title


class Sku(models.Model):
    """A sellable variant; prices and cost in fen, weight in grams, for each piece."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="skus")
    code = models.CharField(max_length=64, unique=True)
    spec = models.CharField(max_length=60, blank=True)
    price_fen = models.PositiveBigIntegerField()
    reference_price_fen = models.PositiveBigIntegerField(null=True)
    cost_fen = models.PositiveBigIntegerField(default=0)
    weight_g = models.PositiveIntegerField(default=0)
    is_for_sale = models.BooleanField(default=True)


class Stock(models.Model):
    """Pieces of a SKU at a location: `sold` counts lines in states that hold stock."""

    sku = models.ForeignKey(Sku, models.PROTECT, related_name="stock")
    location = models.ForeignKey("org.OrgUnit", models.PROTECT)
    on_hand = models.PositiveIntegerField(default=0)
    sold = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("sku", "location"), name="stock_place"),
            models.CheckConstraint(
                condition=Q(sold__gte=0) & Q(sold__lte=F("on_hand")), name="stock_enough"
            ),
        )


class FreightRule(models.Model):
    """What a brand charges for delivery: `fee_fen`, nothing from `free_from_fen` on."""

    brand = models.OneToOneField("org.OrgUnit", models.PROTECT)
    fee_fen = models.PositiveIntegerField(default=0)
    free_from_fen = models.PositiveBigIntegerField(default=0)
