"""The gate: every touch that is due is let through, held or stopped, and keeps the reason.

One statement decides a slice of a plan, charges the budgets of whom it lets through and
cuts them into chunks by sender. Gates pass one at a time, so two plans never both find
the last of a budget (docs/rules.md, 触达).
"""

import datetime as dt
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Min, Q

from core import clock, jobs, locks
from outreach.contracts import ChatType
from outreach.models import Policy, Touch, TouchPlan
from outreach.selectors.policy import current_policy
from outreach.services import rules
from outreach.services.rules import JOINS, case, in_period, quota_period

SLICE = 100_000
CHUNK_SIZE = {ChatType.SINGLE: 10_000, ChatType.GROUP: 2_000}
"""What one call takes, by the platform's limits."""

_PASS = """
WITH due AS MATERIALIZED (
    SELECT id, recipient, member_id, sender_id FROM outreach_touch
    WHERE plan_id = %(plan)s AND state IN ('planned', 'held')
      AND (hold_until IS NULL OR hold_until <= %(now)s)
    ORDER BY id LIMIT %(slice)s
), weighed AS MATERIALIZED (
    SELECT d.*, b.last_at AS b_last_at, {reason} AS reason
    FROM due d {joins} LEFT JOIN outreach_budget b ON b.recipient = d.recipient
), charged AS (
    INSERT INTO outreach_budget AS b
        (recipient, day, day_used, week_used, month_used, quota_used, last_at)
    SELECT recipient, %(today)s, %(commercial)s, %(commercial)s, %(commercial)s, 1, %(now)s
    FROM weighed WHERE reason = '' ORDER BY recipient
    ON CONFLICT (recipient) DO UPDATE SET
        day_used = {day_used} + %(commercial)s, week_used = {week_used} + %(commercial)s,
        month_used = {month_used} + %(commercial)s, quota_used = {quota_used} + 1,
        day = excluded.day, last_at = excluded.last_at
    WHERE {quota_used} < %(quota)s
    RETURNING 1
), numbered AS (
    SELECT id, sender_id,
           (row_number() OVER (PARTITION BY sender_id ORDER BY id) - 1) / %(size)s AS part
    FROM weighed WHERE reason = ''
), cut AS MATERIALIZED (
    SELECT nextval('outreach_chunk_id_seq') AS id, sender_id, array_agg(id) AS touch_ids
    FROM (SELECT * FROM numbered ORDER BY sender_id, part, id) n GROUP BY sender_id, part
), made AS (
    INSERT INTO outreach_chunk (id, plan_id, sender_id, mark, size, state, reason, msgid,
        candidates, attempts, retry_at, owner, reminded_at, created_at)
    SELECT id, %(plan)s, sender_id, replace(gen_random_uuid()::text, '-', ''),
           cardinality(touch_ids), 'queued', '', '', '[]', 0, %(now)s, '', '{{}}', %(now)s
    FROM cut
), passed AS (
    UPDATE outreach_touch t SET chunk_id = q.chunk_id, state = 'queued', reason = '',
        hold_until = NULL, queued_at = %(now)s
    FROM (SELECT id AS chunk_id, unnest(touch_ids) AS id FROM cut) q WHERE t.id = q.id
    RETURNING 1
), stopped AS (
    UPDATE outreach_touch t SET state = {state}, reason = w.reason,
        is_holdout = w.reason = 'holdout', hold_until = {hold_until}
    FROM weighed w WHERE t.id = w.id AND w.reason <> ''
    RETURNING 1
)
SELECT (SELECT count(*) FROM stopped), (SELECT count(*) FROM passed),
       (SELECT count(*) FROM charged)
"""
"""No two intermediate results are joined: the planner knows nothing of their sizes, and
would go through one for each row of the other.
"""


class BudgetsDisagree(RuntimeError):
    """Fewer were charged than let through: another hand wrote a budget; nothing is kept."""


@dataclass(frozen=True)
class Passed:
    """How many touches a gate decided, and how many of them it let through."""

    decided: int
    queued: int


def hold_the_gate() -> None:
    """Let no other gate pass until this transaction ends; raises `Busy` after 3 s."""
    locks.lock_name("outreach", "gate")


def run_gate(*, plan_id: int, slice_size: int = SLICE) -> Passed:
    """Decide whatever of a plan is due, in slices with a transaction each."""
    decided = queued = 0
    while True:
        passed = _pass_slice(plan_id, slice_size)
        decided, queued = decided + passed.decided, queued + passed.queued
        if passed.decided < slice_size:
            break
    _look_ahead(plan_id)
    return Passed(decided, queued)


@transaction.atomic
def _pass_slice(plan_id: int, slice_size: int) -> Passed:
    hold_the_gate()
    plan = TouchPlan.objects.select_for_update().get(pk=plan_id)
    if plan.state != TouchPlan.State.OPEN:
        return Passed(0, 0)
    now, policy = clock.now(), current_policy()

    params = rules.gate_params(plan, policy, now)
    params |= {"slice": slice_size, "size": CHUNK_SIZE[ChatType(plan.channel)]}
    with connection.cursor() as cursor:
        cursor.execute(_statement(plan, policy, now), params)
        stopped, queued, charged = cursor.fetchone()
    if charged != queued:
        raise BudgetsDisagree(f"plan {plan_id}: {queued} let through, {charged} charged")

    if queued:
        owe_sending(plan, now)
    return Passed(stopped + queued, queued)


def _statement(plan: TouchPlan, policy: Policy, now: dt.datetime) -> str:
    ordered = rules.gate_rules(plan, policy, now)
    periods = {name: name for name in ("day", "week", "month")} | {"quota": quota_period(policy)}
    used = {
        f"{name}_used": f"CASE WHEN {in_period(period)} THEN b.{name}_used ELSE 0 END"
        for name, period in periods.items()
    }
    return _PASS.format(
        joins=JOINS,
        reason=case(ordered, "reason", "''"),
        state=case(ordered, "state", f"'{Touch.State.SKIPPED}'"),
        hold_until=case(ordered, "hold_until", "NULL::timestamptz"),
        **used,
    )


def owe_sending(plan: TouchPlan, now: dt.datetime) -> None:
    """Owe the calls and the questions about their results, in the gate's transaction."""
    stamp = f"{plan.pk}:{now.timestamp():.6f}"
    jobs.enqueue("outreach.send_plan", {"plan_id": plan.pk, "depth": 0}, key=f"send:{stamp}")
    jobs.enqueue("outreach.poll_plan", {"plan_id": plan.pk}, key=f"poll:{stamp}")


@transaction.atomic
def _look_ahead(plan_id: int) -> None:
    """Owe the next gate for what is held; close a plan in which nothing waits any more."""
    plan = TouchPlan.objects.select_for_update().get(pk=plan_id)
    waiting = Touch.objects.filter(plan=plan, state__in=(Touch.State.PLANNED, Touch.State.HELD))
    found = waiting.aggregate(first=Min("hold_until"), now=Min("pk", filter=Q(hold_until=None)))
    if plan.state != TouchPlan.State.OPEN:
        return
    plan.gate_at = clock.now() if found["now"] is not None else found["first"]
    if plan.gate_at is None:
        plan.save(update_fields=["gate_at"])
        close_if_over(plan)
        return
    plan.gates += 1
    plan.save(update_fields=["gate_at", "gates"])
    jobs.enqueue(
        "outreach.run_gate",
        {"plan_id": plan.pk},
        key=f"gate:{plan.pk}:{plan.gates}",
        due_at=plan.gate_at,
    )


def close_if_over(plan: TouchPlan) -> None:
    """Call holding the plan: done when no touch of it can change any more."""
    open_touches = Touch.objects.filter(
        plan=plan, state__in=(Touch.State.PLANNED, Touch.State.HELD, Touch.State.QUEUED)
    )
    if plan.state == TouchPlan.State.OPEN and not open_touches.exists():
        plan.state = TouchPlan.State.DONE
        plan.save(update_fields=["state"])
