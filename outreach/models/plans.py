"""A step towards many people: the plan, a touch for each of them, a chunk for each call."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from core.ids import public_id


class TouchPlan(models.Model):
    """One occurrence of one step of one version of a source, and what it says.

    `gate_at` is when touches wait to be decided next, null when none does; `gates` counts
    the decisions so far.
    """

    class State(models.TextChoices):
        OPEN = "open", "进行中"
        DONE = "done", "已完成"
        CANCELLED = "cancelled", "已取消"

    public_id = models.CharField(max_length=26, unique=True, default=public_id)
    source = models.CharField(max_length=60)
    step = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    occurrence = models.CharField(max_length=40)
    channel = models.CharField(max_length=8)
    scene = models.CharField(max_length=40, blank=True)
    content_type = models.CharField(max_length=20, blank=True)
    text = models.TextField(blank=True)
    attachments = models.JSONField(default=list)
    is_commercial = models.BooleanField(default=True)
    rank = models.PositiveSmallIntegerField()
    score_fen = models.BigIntegerField(default=0)
    holdout_ppm = models.PositiveIntegerField()
    due_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    gate_at = models.DateTimeField(null=True)
    gates = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("source", "step", "version", "occurrence"), name="touchplan_once"
            ),
        )


class Chunk(models.Model):
    """Touches of one plan and one sender that go out in one call.

    `sending` is committed before the call: found in it after the lease has lapsed, its
    outcome is unknown and is asked for. `mark` is in the message's links and in nobody
    else's, so that the other side can be asked. `attempts` counts calls that were answered
    with a busy signal. Leases are real time, everything else is business time.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "待提交"
        SENDING = "sending", "提交中"
        UNKNOWN = "unknown", "结果待查"
        PARKED = "parked", "待人工确认"
        SUBMITTED = "submitted", "待导购确认"
        DONE = "done", "已有结果"
        FAILED = "failed", "失败"
        EXPIRED = "expired", "已过期"
        CANCELLED = "cancelled", "已取消"

    plan = models.ForeignKey(TouchPlan, models.PROTECT, related_name="chunks")
    sender = models.ForeignKey("org.Staff", models.PROTECT, db_index=False)
    mark = models.CharField(max_length=32, unique=True)
    size = models.PositiveIntegerField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.QUEUED)
    reason = models.CharField(max_length=200, blank=True)
    msgid = models.CharField(max_length=80, blank=True)
    candidates = models.JSONField(default=list)
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField()
    owner = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    sending_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    poll_at = models.DateTimeField(null=True)
    reminded_at = ArrayField(models.DateTimeField(), default=list)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("msgid",), condition=~Q(msgid=""), name="chunk_msgid_once"
            ),
        )
        indexes = (
            models.Index(
                fields=("sender",),
                name="chunk_waiting",
                condition=Q(state="submitted", confirmed_at__isnull=True),
            ),
            models.Index(fields=("state",), name="chunk_parked", condition=Q(state="parked")),
        )


class Touch(models.Model):
    """What one recipient was to get, what was decided, and what became of it.

    `queued` is refined by the state of its chunk. Hundreds of thousands are written at a
    time: the foreign keys are the writer's promise and not checked row by row.
    """

    class State(models.TextChoices):
        PLANNED = "planned", "待判定"
        HELD = "held", "暂缓"
        QUEUED = "queued", "已排队"
        SENT = "sent", "已送达"
        SKIPPED = "skipped", "未发送"
        FAILED = "failed", "发送失败"
        EXPIRED = "expired", "已过期"
        CANCELLED = "cancelled", "已取消"

    plan = models.ForeignKey(TouchPlan, models.DO_NOTHING, db_constraint=False)
    recipient = models.CharField(max_length=64)
    member = models.ForeignKey(
        "members.Member", models.DO_NOTHING, null=True, db_index=False, db_constraint=False
    )
    sender = models.ForeignKey("org.Staff", models.DO_NOTHING, db_index=False, db_constraint=False)
    unit = models.ForeignKey(
        "org.OrgUnit", models.DO_NOTHING, null=True, db_index=False, db_constraint=False
    )
    chunk = models.ForeignKey(
        Chunk, models.DO_NOTHING, null=True, db_index=False, db_constraint=False
    )
    state = models.CharField(max_length=9, choices=State.choices, default=State.PLANNED)
    reason = models.CharField(max_length=16, blank=True)
    is_holdout = models.BooleanField(default=False)
    hold_until = models.DateTimeField(null=True)
    queued_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("recipient", "plan"), name="touch_recipient_plan"),
        )
        indexes = (
            models.Index(fields=("chunk",), name="touch_chunk", condition=Q(chunk__isnull=False)),
        )
