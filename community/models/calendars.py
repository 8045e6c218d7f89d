"""Calendars of what is said in groups through a day, and what became of each slot."""

from django.db import models
from django.db.models import Q

from community.contracts import CONTENT_TYPE_NAMES, SCENE_NAMES
from community.models.groups import GROUP_TYPES
from core.ids import public_id

SCENES = [(scene.value, name) for scene, name in SCENE_NAMES.items()]
CONTENT_TYPES = [(kind.value, name) for kind, name in CONTENT_TYPE_NAMES.items()]


class SopCalendar(models.Model):
    """What the groups of one type of a brand hear through a day; `state` is of the whole."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        LIVE = "live", "进行中"
        STOPPED = "stopped", "已停用"

    public_id = models.CharField(max_length=26, unique=True, default=public_id)
    name = models.CharField(max_length=60)
    brand = models.ForeignKey("org.OrgUnit", models.PROTECT, db_index=False)
    group_type = models.CharField(max_length=12, choices=GROUP_TYPES)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class SopVersion(models.Model):
    """A calendar's slots as they were published; the one without a date is the draft.

    A slot follows the newest version with `effective_at` not after its own moment, so a
    publication leaves alone what is due within the freeze.
    """

    calendar = models.ForeignKey(SopCalendar, models.CASCADE, db_index=False)
    number = models.PositiveIntegerField()
    published_at = models.DateTimeField(null=True)
    effective_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("calendar", "number"), name="sop_version_number"),
            models.UniqueConstraint(
                fields=("calendar",),
                condition=Q(published_at__isnull=True),
                name="sop_one_draft",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True, effective_at__isnull=True)
                | Q(published_at__isnull=False, effective_at__isnull=False),
                name="sop_version_dates",
            ),
        )


class SopSlot(models.Model):
    """A moment of the day and what is said then; `key` is the same in every version.

    `minute` counts from midnight in Shanghai, in steps of 15; `weekdays` has bit 0 for
    Monday. `deadline_minutes` is how long after its moment the slot may still be done.
    """

    version = models.ForeignKey(SopVersion, models.CASCADE, db_index=False, related_name="slots")
    key = models.CharField(max_length=26, default=public_id)
    minute = models.PositiveSmallIntegerField()
    weekdays = models.PositiveSmallIntegerField(default=127)
    scene = models.CharField(max_length=10, choices=SCENES)
    content_type = models.CharField(max_length=12, choices=CONTENT_TYPES)
    title = models.CharField(max_length=40)
    text = models.TextField(blank=True)
    link_title = models.CharField(max_length=60, blank=True)
    link_url = models.CharField(max_length=1000, blank=True)
    deadline_minutes = models.PositiveSmallIntegerField(default=120)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("version", "key"), name="sop_slot_key"),
            models.CheckConstraint(
                condition=Q(minute__lt=1440) & Q(weekdays__gte=1) & Q(weekdays__lte=127),
                name="sop_slot_moment",
            ),
        )


class SlotRun(models.Model):
    """A slot on a day: opened once, whatever version is in force when it is looked at.

    `groups` is how many were due; `sent` were sent at all, `on_time` within 15 minutes of
    the moment, `failed` will not be any more. `plan_id` names the touches in outreach.
    """

    class State(models.TextChoices):
        OPEN = "open", "进行中"
        CLOSED = "closed", "已结束"
        SKIPPED = "skipped", "已跳过"
        CANCELLED = "cancelled", "已取消"

    public_id = models.CharField(max_length=26, unique=True, default=public_id)
    calendar = models.ForeignKey(SopCalendar, models.CASCADE, db_index=False)
    slot = models.ForeignKey(SopSlot, models.PROTECT, db_index=False)
    slot_key = models.CharField(max_length=26)
    day = models.DateField()
    due_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    reason = models.CharField(max_length=200, blank=True)
    plan_id = models.CharField(max_length=26, blank=True)
    groups = models.PositiveIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0)
    on_time = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("calendar", "slot_key", "day"), name="sop_run_once"),
            models.CheckConstraint(
                condition=Q(on_time__lte=models.F("sent")) & Q(sent__lte=models.F("groups")),
                name="sop_run_counts",
            ),
        )
        indexes = (
            models.Index(fields=("day", "calendar"), name="sop_run_day"),
            models.Index(fields=("deadline_at",), name="sop_run_open", condition=Q(state="open")),
        )
