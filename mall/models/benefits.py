"""Promises: a gift for a fen that travels with the next order."""

from django.db import models

from core.ids import public_id


class Benefit(models.Model):
    """What a card promises; `threshold_fen` is the least order that carries the gift."""

    public_id = models.CharField(max_length=26, unique=True, default=public_id)
    name = models.CharField(max_length=60)
    sku = models.ForeignKey("mall.Sku", models.PROTECT)
    worth_fen = models.PositiveBigIntegerField()
    claim_price_fen = models.PositiveIntegerField(default=1)
    threshold_fen = models.PositiveBigIntegerField(default=0)
    valid_days = models.PositiveIntegerField(default=30)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()


class Entitlement(models.Model):
    """A member's claim on a benefit: one for each person and benefit."""

    class State(models.TextChoices):
        GRANTED = "granted", "待领取"
        CLAIMED = "claimed", "已领取"
        ATTACHED = "attached", "随单发出"
        REDEEMED = "redeemed", "已兑现"
        EXPIRED = "expired", "已过期"

    public_id = models.CharField(max_length=26, unique=True, default=public_id)
    benefit = models.ForeignKey(Benefit, models.PROTECT)
    member = models.ForeignKey("members.Member", models.PROTECT)
    source_ref = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State.choices, default=State.GRANTED)
    claim_order = models.OneToOneField(
        "mall.Order", models.PROTECT, null=True, related_name="claimed_entitlement"
    )
    carrier_order = models.ForeignKey(
        "mall.Order", models.PROTECT, null=True, related_name="carried_entitlements"
    )
    returns = models.PositiveIntegerField(default=0)
    granted_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    redeemed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("benefit", "member"), name="entitlement_person"),
        )
