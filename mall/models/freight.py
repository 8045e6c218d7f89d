"""What delivery costs, by where it goes."""

from django.db import models
from django.db.models import Q

from core.ids import public_id


class FreightTemplate(models.Model):
    """A brand's fees by region, for each piece or for each gram.

    `zones` are {regions, first, first_fee_fen, next, next_fee_fen}: the fee of the first
    so many units and of every further so many begun. The zone without regions is for
    everywhere else. `refused` are regions where nothing is sent. Zero never waives.
    """

    class Basis(models.TextChoices):
        PIECE = "piece", "按件数"
        WEIGHT = "weight", "按重量"

    public_id = models.CharField(max_length=26, unique=True, default=public_id)
    brand = models.ForeignKey("org.OrgUnit", models.PROTECT, db_index=False)
    name = models.CharField(max_length=40)
    basis = models.CharField(max_length=6, choices=Basis.choices, default=Basis.PIECE)
    zones = models.JSONField()
    refused = models.JSONField(default=list)
    free_from_fen = models.PositiveBigIntegerField(default=0)
    free_from_pieces = models.PositiveIntegerField(default=0)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("brand",), condition=Q(is_default=True), name="freight_one_default"
            ),
        )

    def __str__(self) -> str:
        return self.name
