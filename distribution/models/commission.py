"""What a guide earns: decided once, kept with its derivation, reversed by new rows."""

from django.db import models
from django.db.models import F, Q

from core.ids import public_id
from core.models import AppendOnly


class Attribution(AppendOnly):
    """The decision for an order: every candidate, and why each lost or won."""

    order = models.OneToOneField("mall.Order", models.PROTECT)
    rule = models.ForeignKey("distribution.RuleVersion", models.PROTECT, null=True)
    winner = models.CharField(max_length=12)
    candidates = models.JSONField()
    decided_at = models.DateTimeField()


class PerformanceShare(AppendOnly):
    """业绩 of a line: parts of its base that sum to exactly all of it.

    A refund adds rows with negative amounts, so that the sum is what remains. `weight` is
    the percent this part was given at the decision.
    """

    line = models.ForeignKey("mall.OrderLine", models.PROTECT, related_name="performance")
    guide = models.ForeignKey("org.Staff", models.PROTECT, null=True)
    unit = models.ForeignKey("org.OrgUnit", models.PROTECT, null=True)
    role = models.CharField(max_length=12)
    weight = models.PositiveSmallIntegerField()
    amount_fen = models.BigIntegerField()
    refund = models.ForeignKey("mall.Refund", models.PROTECT, null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("line", "role"),
                condition=Q(refund__isnull=True),
                name="performance_once",
            ),
            models.UniqueConstraint(
                fields=("line", "role", "refund"),
                condition=Q(refund__isnull=False),
                name="performance_refund_once",
            ),
        )


class Commission(models.Model):
    """佣金 of a guide on a line; `amount_fen` less `reversed_fen` is what stands."""

    class State(models.TextChoices):
        ESTIMATED = "estimated", "预估"
        FROZEN = "frozen", "冻结中"
        SETTLEABLE = "settleable", "待结算"
        SETTLED = "settled", "已结算"
        REVERSED = "reversed", "已冲回"

    public_id = models.CharField(max_length=26, unique=True, default=public_id)
    line = models.ForeignKey("mall.OrderLine", models.PROTECT, related_name="commissions")
    guide = models.ForeignKey("org.Staff", models.PROTECT)
    rule = models.ForeignKey("distribution.RuleVersion", models.PROTECT)
    role = models.CharField(max_length=12)
    base_fen = models.BigIntegerField()
    rate_ppm = models.PositiveIntegerField()
    pool_fen = models.BigIntegerField()
    share_ppm = models.PositiveIntegerField()
    amount_fen = models.BigIntegerField()
    reversed_fen = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ESTIMATED)
    derivation = models.JSONField()
    estimated_at = models.DateTimeField()
    frozen_at = models.DateTimeField(null=True)
    settleable_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("line", "guide", "role"), name="commission_once"),
            models.CheckConstraint(
                condition=Q(reversed_fen__gte=0) & Q(reversed_fen__lte=F("amount_fen")),
                name="commission_reversed_within",
            ),
        )
        indexes = (
            models.Index(fields=("guide", "-estimated_at"), name="commission_guide"),
            models.Index(
                fields=("settleable_at",),
                name="commission_due",
                condition=Q(state__in=("frozen", "settleable")),
            ),
        )

    @property
    def standing_fen(self) -> int:
        """What stands after refunds, in fen."""
        return self.amount_fen - self.reversed_fen


class Reversal(AppendOnly):
    """What a refund took back: the commission before less the commission after."""

    commission = models.ForeignKey(Commission, models.PROTECT, related_name="reversals")
    refund = models.ForeignKey("mall.Refund", models.PROTECT)
    base_after_fen = models.BigIntegerField()
    amount_fen = models.BigIntegerField()
    was_settled = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("commission", "refund"), name="reversal_once"),
        )
