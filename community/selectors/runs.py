"""What became of the touches of a slot, as outreach knows it."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q

from community.models import SlotRun
from outreach.models import Touch, TouchPlan

PUNCTUAL = dt.timedelta(minutes=15)
"""A slot is on time within this much of its moment, and missed after it."""


@dataclass(frozen=True)
class Outcome:
    """`on_time` of `sent`; `failed` will not be sent any more, for whatever reason."""

    groups: int
    sent: int
    on_time: int
    failed: int


def outcome_of(plan_id: str, due_at: dt.datetime) -> Outcome:
    """Counts of a plan's touches around the moment they were due."""
    rows = Touch.objects.filter(plan__public_id=plan_id)
    sent, waiting = Touch.State.SENT, ("planned", "held", "queued")
    near = Q(sent_at__gte=due_at - PUNCTUAL, sent_at__lte=due_at + PUNCTUAL)
    found = rows.aggregate(
        groups=Count("pk"),
        sent=Count("pk", filter=Q(state=sent)),
        on_time=Count("pk", filter=Q(state=sent) & near),
        waiting=Count("pk", filter=Q(state__in=waiting)),
    )
    return Outcome(
        found["groups"],
        found["sent"],
        found["on_time"],
        found["groups"] - found["sent"] - found["waiting"],
    )


def is_plan_over(plan_id: str) -> bool:
    """Whether no touch of the plan can change any more."""
    return TouchPlan.objects.filter(public_id=plan_id).exclude(state="open").exists()


def list_open_runs() -> list[SlotRun]:
    """Runs that may still change and whose moment has come, the oldest first."""
    return list(SlotRun.objects.filter(state=SlotRun.State.OPEN).order_by("due_at", "pk"))
