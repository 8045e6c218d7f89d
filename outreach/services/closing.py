"""Reminding guides, taking a plan back, telling guides that something waits."""

from typing import Any

from django.db import connection, transaction

from core import audit, clock, jobs, ports
from core.errors import Outcome, PortFailure
from org.contracts import SiteUrls
from outreach import reasons
from outreach.contracts import (
    REMINDER_REFUSED,
    GroupMessenger,
    PlanIsOver,
    RemindedEnough,
    StaffNotifier,
)
from outreach.models import Chunk, TouchPlan
from outreach.services.gate import owe_sending
from outreach.services.settling import settle

MAX_REMINDERS = 3
"""In 24 hours for each message, by the platform's limit."""

WAITING_PATH = "/g/confirm"
NOTIFY_AT_ONCE = 1_000

_REMIND = """
UPDATE outreach_chunk SET reminded_at = (
    SELECT array_agg(r) FROM unnest(reminded_at || %(now)s::timestamptz) r
    WHERE r > %(now)s - interval '24 hours')
WHERE plan_id = %(plan)s AND state = 'submitted' AND confirmed_at IS NULL
  AND (%(sender)s::bigint IS NULL OR sender_id = %(sender)s)
  AND (SELECT count(*) FROM unnest(reminded_at) r
       WHERE r > %(now)s - interval '24 hours') < %(most)s
RETURNING id
"""


@transaction.atomic
def remind_plan(plan: TouchPlan, *, sender_id: int | None = None) -> int:
    """Remind the guides of a plan who have not confirmed, or one of them; how many.

    At most three times in 24 hours for each message; raises `RemindedEnough` when none
    may be reminded now.
    """
    params: dict[str, Any] = {
        "now": clock.now(),
        "plan": plan.pk,
        "sender": sender_id,
        "most": MAX_REMINDERS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_REMIND, params)
        ids = [row[0] for row in cursor.fetchall()]
    if not ids:
        raise RemindedEnough

    for chunk_id in ids:
        jobs.enqueue("outreach.remind_chunks", {"chunk_ids": [chunk_id]})
    audit.record("outreach.plan.reminded", plan, after={"chunks": len(ids)})
    return len(ids)


def remind_chunks(*, chunk_ids: list[int]) -> None:
    """Pass reminders on; one the platform has had enough of is dropped, and one whose
    answer was lost is not repeated.
    """
    for chunk in Chunk.objects.filter(pk__in=chunk_ids, state=Chunk.State.SUBMITTED):
        try:
            ports.get(GroupMessenger).remind(chunk.msgid)
        except PortFailure as failure:
            if failure.code != REMINDER_REFUSED and failure.outcome is not Outcome.UNKNOWN:
                raise


@transaction.atomic
def cancel_plan(plan: TouchPlan) -> TouchPlan:
    """Stop whatever has not reached a customer yet; what was sent stays sent.

    What guides have not confirmed is withdrawn from them by a job. Raises `PlanIsOver`.
    """
    plan = TouchPlan.objects.select_for_update().get(pk=plan.pk)
    if plan.state != TouchPlan.State.OPEN:
        raise PlanIsOver

    plan.state, plan.gate_at = TouchPlan.State.CANCELLED, None
    plan.save(update_fields=["state", "gate_at"])
    _end_before_sending(plan)
    Chunk.objects.filter(plan=plan, state=Chunk.State.SUBMITTED).update(poll_at=clock.now())
    owe_sending(plan, clock.now())
    audit.record("outreach.plan.cancelled", plan)
    return plan


def _end_before_sending(plan: TouchPlan) -> None:
    """Queued chunks no worker is at; a chunk under way ends when it looks at its plan."""
    rows = Chunk.objects.select_for_update(skip_locked=True).filter(plan=plan)
    idle = list(rows.filter(state=Chunk.State.QUEUED).values_list("pk", flat=True))
    Chunk.objects.filter(pk__in=idle).update(
        state=Chunk.State.CANCELLED, reason=reasons.CANCELLED, poll_at=None
    )
    settle(
        "SELECT id, 'cancelled', %(code)s, NULL FROM outreach_touch"
        " WHERE plan_id = %(plan)s AND (state IN ('planned', 'held')"
        " OR (state = 'queued' AND chunk_id = ANY(%(idle)s)))",
        {"code": reasons.CANCELLED, "plan": plan.pk, "idle": idle},
    )


def notify_staff(*, userids: list[str], title: str, text: str, path: str, key: str) -> list[str]:
    """Tell guides about a page of theirs; the userids that could not be reached.

    The same `key` says it once. Calls out, so holds no transaction.
    """
    url = ports.get(SiteUrls).staff_url(path)
    missed: list[str] = []
    notifier = ports.get(StaffNotifier)
    for start in range(0, len(userids), NOTIFY_AT_ONCE):
        some = userids[start : start + NOTIFY_AT_ONCE]
        missed += notifier.notify(
            userids=some, title=title, text=text, url=url, key=f"{key}:{start}"
        )
    return missed


def notify_senders(*, plan_id: int) -> list[str]:
    """Tell the guides of a plan that messages wait for them to confirm."""
    plan = TouchPlan.objects.get(pk=plan_id)
    waiting = Chunk.objects.filter(
        plan=plan,
        state=Chunk.State.SUBMITTED,
        confirmed_at=None,
        sender__wecom_userid__isnull=False,
    )
    found = waiting.values_list("sender__wecom_userid", flat=True)
    userids = sorted({userid for userid in found if userid})
    if not userids:
        return []
    words = plan.text or "有一条群发消息等待您确认"
    return notify_staff(
        userids=userids,
        title="有群发消息待确认",
        text=words[:120],
        path=WAITING_PATH,
        key=f"plan:{plan.public_id}",
    )
