"""Reading plans: whose they are, what became of them, and what waits for whom."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from org.contracts import Role
from org.models import OrgUnit, Staff
from org.selectors import scope_path
from outreach.contracts import UnknownPlan
from outreach.models import Chunk, Touch, TouchPlan
from outreach.reasons import reason_text

STATES = {
    **dict(Touch.State.choices),
    "sending": "提交中",
    "unknown": "结果待查",
    "parked": "待人工确认",
    "submitted": "待导购确认",
}
"""Every state of `fact_touch` in Chinese."""


def get_plan(public_id: str) -> TouchPlan:
    """Raises `UnknownPlan`."""
    plan = TouchPlan.objects.filter(public_id=public_id).first()
    if plan is None:
        raise UnknownPlan
    return plan


def find_plan(*, source: str, step: str, version: int, occurrence: str) -> TouchPlan | None:
    return TouchPlan.objects.filter(
        source=source, step=step, version=version, occurrence=occurrence
    ).first()


def list_plans_for(actor: Staff) -> QuerySet[TouchPlan]:
    """Plans that reach customers of the actor's subtree, the latest due first."""
    plans = TouchPlan.objects.order_by("-due_at", "-pk")
    touches = Touch.objects.filter(plan=OuterRef("pk"))
    if actor.role == Role.GUIDE:
        return plans.filter(Exists(touches.filter(sender=actor)))
    path = scope_path(actor)
    if path == "/":
        return plans
    below = OrgUnit.objects.filter(path__startswith=path).values("pk")
    return plans.filter(Exists(touches.filter(unit_id__in=below)))


def get_plan_for(actor: Staff, public_id: str) -> TouchPlan:
    """Raises `UnknownPlan` for another's as for none."""
    plan = list_plans_for(actor).filter(public_id=public_id).first()
    if plan is None:
        raise UnknownPlan
    return plan


@dataclass(frozen=True)
class StateCount:
    """`state` as in `fact_touch`; `reason` is a code, `reason_text` its Chinese."""

    state: str
    state_text: str
    reason: str
    reason_text: str
    count: int


@dataclass(frozen=True)
class SenderCount:
    """What became of one guide's part; `confirmed_at` is the latest of the chunks."""

    sender_id: int
    name: str
    unit_name: str
    planned: int
    submitted: int
    sent: int
    failed: int
    confirmed_at: dt.datetime | None


@dataclass(frozen=True)
class PlanResult:
    """`submitted` counts those in a guide's hands, confirmed or not; `sent` what arrived."""

    planned: int
    submitted: int
    sent: int
    holdout: int
    by_state: list[StateCount] = field(default_factory=list)
    by_sender: list[SenderCount] = field(default_factory=list)


_BY_STATE = """
SELECT state, reason, count(*), count(submitted_at), count(*) FILTER (WHERE is_holdout)
FROM fact_touch WHERE plan_id = %(plan)s {scope}
GROUP BY state, reason ORDER BY count(*) DESC, state, reason
"""

_BY_SENDER = """
SELECT sender_id, count(*), count(submitted_at), count(*) FILTER (WHERE state = 'sent'),
       count(*) FILTER (WHERE state IN ('failed', 'expired')), max(confirmed_at)
FROM fact_touch WHERE plan_id = %(plan)s {scope}
GROUP BY sender_id ORDER BY sender_id
"""


def plan_result(plan: TouchPlan, *, path: str = "/") -> PlanResult:
    """Counts by state and reason, and by sender; `path` bounds them to a subtree."""
    scope, params = "", dict[str, Any](plan=plan.pk)
    if path != "/":
        scope = "AND unit_id = ANY(%(units)s)"
        units = OrgUnit.objects.filter(path__startswith=path)
        params["units"] = list(units.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_BY_STATE.format(scope=scope), params)
        states = cursor.fetchall()
        cursor.execute(_BY_SENDER.format(scope=scope), params)
        senders = cursor.fetchall()
    return PlanResult(
        planned=sum(row[2] for row in states),
        submitted=sum(row[3] for row in states),
        sent=sum(row[2] for row in states if row[0] == "sent"),
        holdout=sum(row[4] for row in states),
        by_state=[
            StateCount(state, STATES.get(state, state), code, reason_text(code), total)
            for state, code, total, _, _ in states
        ],
        by_sender=_name_senders(senders),
    )


def _name_senders(rows: list[tuple[Any, ...]]) -> list[SenderCount]:
    people = Staff.objects.select_related("unit").in_bulk([row[0] for row in rows])
    return [
        SenderCount(
            row[0],
            people[row[0]].name if row[0] in people else "",
            str(people[row[0]].unit or "") if row[0] in people else "",
            *row[1:],
        )
        for row in rows
    ]


def list_waiting_for(staff: Staff) -> QuerySet[Chunk]:
    """Chunks that wait for this guide's confirmation, the next to expire first."""
    rows = Chunk.objects.filter(
        sender=staff, state=Chunk.State.SUBMITTED, confirmed_at__isnull=True
    )
    return rows.select_related("plan").order_by("plan__deadline_at", "pk")


def list_parked() -> QuerySet[Chunk]:
    """Chunks whose outcome only a person can tell, oldest first."""
    rows = Chunk.objects.filter(state=Chunk.State.PARKED)
    return rows.select_related("plan", "sender").order_by("sending_at", "pk")


def list_chunks_of(plan: TouchPlan) -> QuerySet[Chunk]:
    return Chunk.objects.filter(plan=plan).select_related("sender__unit").order_by("pk")
