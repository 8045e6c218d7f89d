"""Reading what the kernel keeps: lanes, tasks, messages, the audit log."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from core import clock
from core.errors import NotFound
from core.jobs import LANES
from core.models import AuditEntry, InboxMessage, Job, LongTask

LANE_NAMES = {
    "greeting": "欢迎语",
    "send": "触达",
    "money": "资金",
    "default": "日常",
    "sync": "同步与导入",
    "nightly": "夜间",
    "ddl": "结构变更",
}


@dataclass(frozen=True)
class Lane:
    """`lag` is how long the oldest due job has waited, in business time."""

    code: str
    name: str
    due: int
    running: int
    dead: int
    lag: dt.timedelta


def list_lanes() -> list[Lane]:
    now = clock.now()
    due = Q(state=Job.State.DUE, due_at__lte=now)
    rows = {
        row["lane"]: row
        for row in Job.objects.exclude(state=Job.State.DONE)
        .values("lane")
        .annotate(
            due=Count("pk", filter=due),
            running=Count("pk", filter=Q(state=Job.State.RUNNING)),
            dead=Count("pk", filter=Q(state=Job.State.DEAD)),
            oldest=Min("due_at", filter=due),
        )
    }
    return [_lane(code, rows.get(code), now) for code in LANES]


def _lane(code: str, row: Mapping[str, Any] | None, now: dt.datetime) -> Lane:
    if row is None:
        return Lane(code, LANE_NAMES[code], 0, 0, 0, dt.timedelta(0))
    lag = now - row["oldest"] if row["oldest"] else dt.timedelta(0)
    return Lane(code, LANE_NAMES[code], row["due"], row["running"], row["dead"], lag)


def list_tasks() -> QuerySet[LongTask]:
    return LongTask.objects.order_by("-created_at", "-pk")


def get_task(public_id: str) -> LongTask:
    found = LongTask.objects.filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def count_running_tasks() -> int:
    return LongTask.objects.filter(state__in=("queued", "running")).count()


def list_dead_messages() -> QuerySet[InboxMessage]:
    rows = InboxMessage.objects.filter(state=InboxMessage.State.DEAD)
    return rows.order_by("-received_at", "-pk")


def list_audit() -> QuerySet[AuditEntry]:
    return AuditEntry.objects.order_by("-at", "-pk")
