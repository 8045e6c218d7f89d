"""A room and what is sold in it."""

from django.db import models
from django.db.models import Q

from core import ids
from livestream.contracts import ROLE_WORDS, ShelfRole


class LiveRoom(models.Model):
    """A live room of a unit, or of one guide there; it goes from planned to live to ended.

    `stream` names the picture at the media server. `likes` is the sum over visits as of
    `likes_at`, brought up to date at most once a second.
    """

    class Purpose(models.TextChoices):
        SELL = "sell", "卖货"
        LEAD = "lead", "拓客"
        RECRUIT = "recruit", "招商"
        DELIVER = "deliver", "线上交付"

    class State(models.TextChoices):
        PLANNED = "planned", "未开播"
        LIVE = "live", "直播中"
        ENDED = "ended", "已结束"

    public_id = models.CharField(max_length=26, default=ids.public_id)
    unit = models.ForeignKey("org.OrgUnit", models.PROTECT)
    guide = models.ForeignKey("org.Staff", models.PROTECT, null=True, db_index=False)
    title = models.CharField(max_length=60)
    purpose = models.CharField(max_length=8, choices=Purpose.choices, default=Purpose.SELL)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PLANNED)
    host_name = models.CharField(max_length=60)
    host_checked_at = models.DateTimeField(null=True)
    stream = models.CharField(max_length=26, default=ids.public_id)
    planned_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    likes = models.PositiveBigIntegerField(default=0)
    likes_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("public_id",), name="live_room_public"),
            models.CheckConstraint(
                condition=Q(state="planned", started_at__isnull=True)
                | Q(state="live", started_at__isnull=False, ended_at__isnull=True)
                | Q(state="ended", started_at__isnull=False, ended_at__isnull=False),
                name="live_room_times",
            ),
        )

    def __str__(self) -> str:
        return self.title


class ShelfItem(models.Model):
    """A SKU on a room's shelf; the one being explained is pinned, `explained` in seconds."""

    class Role(models.TextChoices):
        WELFARE = "welfare", ROLE_WORDS[ShelfRole.WELFARE]
        TRAFFIC = "traffic", ROLE_WORDS[ShelfRole.TRAFFIC]
        BESTSELLER = "bestseller", ROLE_WORDS[ShelfRole.BESTSELLER]

    room = models.ForeignKey(LiveRoom, models.CASCADE, related_name="items", db_index=False)
    sku = models.ForeignKey("mall.Sku", models.PROTECT, db_index=False)
    role = models.CharField(max_length=10, choices=Role.choices)
    position = models.PositiveIntegerField()
    is_pinned = models.BooleanField(default=False)
    explained_at = models.DateTimeField(null=True)
    explained = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("room", "sku"), name="live_shelf_once"),
            models.UniqueConstraint(
                fields=("room",), condition=Q(is_pinned=True), name="live_shelf_one_pinned"
            ),
        )
