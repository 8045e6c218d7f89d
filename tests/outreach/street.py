"""Customers with guides, and the way of a message to them in one call each."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from core import clock, jobs
from members.models import Contact, Member
from org.models import Staff
from outreach.contracts import Attachment, Audience, Message
from outreach.models import Chunk, Touch, TouchPlan
from outreach.services import plan_touches, poll_results, run_gate, send_plan
from tests.outreach.fakes import FakeMessenger, FakeNotifier
from tests.world import World

EVERYBODY = Audience(
    """
    SELECT 'contact', c.external_userid, c.member_id, c.staff_id, c.unit_id
    FROM fact_contact c
    """
)
LINK = Message(
    "周末会员日", (Attachment("link", "进店有礼", "https://m.aurora.localhost/p/1?from=a#top"),)
)


@dataclass
class Street:
    world: World
    messenger: FakeMessenger
    notifier: FakeNotifier

    def friend(self, guide: Staff, external: str) -> Contact:
        member = Member.objects.create(name=external, source="test", created_at=clock.now())
        return Contact.objects.create(
            member=member, staff=guide, external_userid=external, added_at=clock.now()
        )

    def friends(self, guide: Staff, count: int, prefix: str = "wm") -> list[Contact]:
        return [self.friend(guide, f"{prefix}{number:03d}") for number in range(count)]

    def plan(self, **changes: Any) -> TouchPlan:
        given: dict[str, Any] = {
            "source": "sop:1",
            "step": "1",
            "version": 1,
            "occurrence": "2026-03-02",
            "channel": "single",
            "audience": EVERYBODY,
            "message": LINK,
            "due_at": clock.now(),
            "deadline_at": clock.now() + dt.timedelta(days=2),
            "holdout_ppm": 0,
        }
        return plan_touches(**{**given, **changes})

    def gate(self, **changes: Any) -> TouchPlan:
        """Plan and decide."""
        plan = self.plan(**changes)
        run_gate(plan_id=plan.pk)
        plan.refresh_from_db()
        return plan

    def submit(self, **changes: Any) -> TouchPlan:
        """Plan, decide and hand over."""
        plan = self.gate(**changes)
        send_plan(plan_id=plan.pk, depth=0, seconds=600)
        return plan

    def send_again(self, plan: TouchPlan) -> float | None:
        return send_plan(plan_id=plan.pk, depth=0, seconds=600)

    def poll(self, plan: TouchPlan) -> float | None:
        return poll_results(plan_id=plan.pk)

    def states(self, plan: TouchPlan) -> dict[str, tuple[str, str]]:
        rows = Touch.objects.filter(plan=plan).values_list("recipient", "state", "reason")
        return {recipient: (state, reason) for recipient, state, reason in rows}

    def chunk(self, plan: TouchPlan) -> Chunk:
        return Chunk.objects.get(plan=plan)


def later(**delta: float) -> Any:
    """Business time moved on by so much, for a `with`."""
    return clock.frozen(clock.now() + dt.timedelta(**delta))


def run_lanes() -> int:
    return sum(jobs.run_due(lane) for lane in ("send", "sync"))
