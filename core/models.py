"""Rows every floor leans on: work owed, news, what came in, the ledger, the audit."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.ids import public_id


class AppendOnly(models.Model):
    """A row that is written once: the role `siyu_app` may not UPDATE or DELETE it."""

    append_only: ClassVar[bool] = True

    class Meta:
        abstract = True


class Job(models.Model):
    """An obligation: one row that stands until it is done, dead or cancelled.

    `ran_in` is the schema that the database itself named when the body began.
    """

    class State(models.TextChoices):
        DUE = "due", "待执行"
        RUNNING = "running", "执行中"
        DONE = "done", "已完成"
        DEAD = "dead", "已停止"
        CANCELLED = "cancelled", "已取消"

    name = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    payload = models.JSONField(default=dict)
    lane = models.CharField(max_length=16)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DUE)
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField(default=8)
    lease_until = models.DateTimeField(null=True)
    owner = models.CharField(max_length=40, blank=True)
    request_id = models.CharField(max_length=40, blank=True)
    ran_in = models.CharField(max_length=63, blank=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("name", "key"), name="job_name_key"),)
        indexes = (
            models.Index(
                fields=("lane", "due_at"),
                name="job_open",
                condition=Q(state__in=("due", "running")),
            ),
            models.Index(fields=("id",), name="job_dead", condition=Q(state="dead")),
        )


class Event(AppendOnly):
    """News in the past tense; each listener gets a job of its own."""

    name = models.CharField(max_length=80)
    payload = models.JSONField()
    at = models.DateTimeField()
    request_id = models.CharField(max_length=40, blank=True)


class InboxMessage(models.Model):
    """What the outside pushed to us, stored raw before it was acknowledged."""

    class State(models.TextChoices):
        STORED = "stored", "已收到"
        DONE = "done", "已处理"
        DEAD = "dead", "处理失败"

    source = models.CharField(max_length=20)
    key = models.CharField(max_length=64)
    kind = models.CharField(max_length=60, blank=True)
    body = models.TextField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.STORED)
    reason = models.TextField(blank=True)
    deliveries = models.PositiveIntegerField(default=1)
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "key"), name="inbox_source_key"),)


class Journal(AppendOnly):
    """One balanced posting; `kind` and `ref` name the one fact that it records."""

    kind = models.CharField(max_length=40)
    ref = models.CharField(max_length=80)
    at = models.DateTimeField()
    memo = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("kind", "ref"), name="journal_kind_ref"),)


class Entry(AppendOnly):
    """A line of a journal: fen on an account, positive is a debit.

    `party` says whose sub-account it is ("order:…", "staff:…"), "" for the house.
    """

    journal = models.ForeignKey(Journal, models.PROTECT, related_name="entries")
    account = models.CharField(max_length=40)
    party = models.CharField(max_length=60, blank=True)
    order_ref = models.CharField(max_length=40, blank=True)
    amount_fen = models.BigIntegerField()

    class Meta:
        indexes = (
            models.Index(fields=("account", "party"), name="entry_account_party"),
            models.Index(fields=("order_ref",), name="entry_order", condition=~Q(order_ref="")),
        )


class AuditEntry(AppendOnly):
    """Who did what to which row, from where, and what it changed."""

    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=80, blank=True)
    behalf_of = models.CharField(max_length=80, blank=True)
    action = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(max_length=200, blank=True)
    ip = models.CharField(max_length=45, blank=True)
    request_id = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = (models.Index(fields=("action", "at"), name="audit_action_at"),)


class IdempotencyKey(models.Model):
    """The first answer to a key, given again to whoever repeats the same request."""

    scope = models.CharField(max_length=80)
    key = models.CharField(max_length=80)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveIntegerField(null=True)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("scope", "key"), name="idempotency_key"),)


class LongTask(models.Model):
    """Long work a person watches: import, export, nightly run, provisioning."""

    class State(models.TextChoices):
        QUEUED = "queued", "排队中"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "失败"
        CANCELLED = "cancelled", "已取消"

    public_id = models.CharField(max_length=26, unique=True, default=public_id)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True)
    cursor = models.JSONField(default=dict)
    params = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    log = models.TextField(blank=True)
    cancel_asked = models.BooleanField(default=False)
    created_by = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
