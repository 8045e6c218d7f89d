"""Draws: terms published with a commitment, entrants frozen, the seed revealed."""

from django.db import models
from django.db.models import Q

from core import ids
from core.crypto import EncryptedTextField


class Draw(models.Model):
    """A draw in a room. What was published never changes; `terms` holds it word for word.

    `commitment` binds the terms and the seed before entries close; `entrants_hash` the
    list when they have; the seed is told once the winners are (docs/rules.md, 抽奖).
    """

    class Kind(models.TextChoices):
        OPENING = "opening", "开播奖"
        BUYER = "buyer", "下单奖"

    class State(models.TextChoices):
        OPEN = "open", "报名中"
        CLOSED = "closed", "已截止"
        DRAWN = "drawn", "已开奖"

    public_id = models.CharField(max_length=26, default=ids.public_id)
    room = models.ForeignKey("livestream.LiveRoom", models.PROTECT, related_name="draws")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    prize = models.CharField(max_length=60)
    prize_value_fen = models.PositiveIntegerField()
    prizes = models.PositiveIntegerField()
    terms = models.JSONField()
    commitment = models.CharField(max_length=64)
    seed = EncryptedTextField()
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    entrants = models.PositiveIntegerField(default=0)
    entrants_hash = models.CharField(max_length=64, blank=True)
    closed_at = models.DateTimeField(null=True)
    drawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("public_id",), name="live_draw_public"),
            models.CheckConstraint(
                condition=Q(prize_value_fen__lte=5_000_000, prizes__gte=1), name="live_draw_lawful"
            ),
            models.CheckConstraint(
                condition=Q(opened_at__lt=models.F("closes_at")), name="live_draw_times"
            ),
        )


class DrawEntry(models.Model):
    """A member's one ticket; `place` counts the winners from 1.

    `is_eligible` is settled when the list is frozen: a buyer who had everything refunded
    by then is left out.
    """

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="entries", db_index=False)
    member = models.ForeignKey("members.Member", models.PROTECT, db_index=False)
    ticket = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    is_eligible = models.BooleanField(default=True)
    place = models.PositiveIntegerField(null=True)
    entered_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("draw", "member"), name="live_entry_once"),
            models.UniqueConstraint(fields=("draw", "ticket"), name="live_entry_ticket"),
            models.UniqueConstraint(fields=("draw", "place"), name="live_entry_place"),
        )
