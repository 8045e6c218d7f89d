"""Who came, by whose invitation, what they touched and said."""

from django.db import models
from django.db.models import Q


class Invite(models.Model):
    """A guide's own way into a room: the token of the link and of the code."""

    room = models.ForeignKey("livestream.LiveRoom", models.CASCADE, db_index=False)
    guide = models.ForeignKey("org.Staff", models.PROTECT, db_index=False)
    token = models.CharField(max_length=26)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("token",), name="live_invite_token"),
            models.UniqueConstraint(fields=("room", "guide"), name="live_invite_once"),
        )


class Visit(models.Model):
    """A member in a room, however often they came back: `entries` times, `seconds` in all.

    `inviter` is written once. `likes` is this person's, whatever the channel loses.
    """

    room = models.ForeignKey("livestream.LiveRoom", models.CASCADE, db_index=False)
    member = models.ForeignKey("members.Member", models.CASCADE, db_index=False)
    inviter = models.ForeignKey("org.Staff", models.PROTECT, null=True, db_index=False)
    entered_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    seconds = models.PositiveIntegerField(default=0)
    entries = models.PositiveIntegerField(default=1)
    likes = models.PositiveIntegerField(default=0)
    liked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("room", "member"), name="live_visit_once"),)


class LiveEvent(models.Model):
    """Something done in or before a room: an invitation opened, a product touched.

    `visitor` marks a browser that nobody has logged in with yet.
    """

    class Kind(models.TextChoices):
        OPEN = "open", "打开邀请"
        CLICK = "click", "点击商品"

    room = models.ForeignKey("livestream.LiveRoom", models.CASCADE, db_index=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    member = models.ForeignKey("members.Member", models.CASCADE, null=True, db_index=False)
    item = models.ForeignKey("livestream.ShelfItem", models.SET_NULL, null=True, db_index=False)
    invite = models.ForeignKey(Invite, models.CASCADE, null=True, db_index=False)
    visitor = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("invite", "visitor"), condition=Q(kind="open"), name="live_opened_once"
            ),
        )
        indexes = (models.Index(fields=("room", "kind"), name="live_event_room"),)


class Comment(models.Model):
    """What a member said in the room; what is held or hidden nobody else has seen or sees."""

    class State(models.TextChoices):
        SHOWN = "shown", "已显示"
        HELD = "held", "待审"
        HIDDEN = "hidden", "已隐藏"

    room = models.ForeignKey("livestream.LiveRoom", models.CASCADE)
    member = models.ForeignKey("members.Member", models.CASCADE, db_index=False)
    name = models.CharField(max_length=80)
    text = models.CharField(max_length=100)
    state = models.CharField(max_length=6, choices=State.choices, default=State.SHOWN)
    reason = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()
