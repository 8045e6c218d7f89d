"""Writing ends: every touch that ends does so here, and gives back what it did not use."""

from typing import Any

from django.db import connection

from outreach.models import Chunk, Touch, TouchPlan
from outreach.selectors.policy import current_policy
from outreach.services.rules import JOINS, case, consent_rules, quota_period

_SETTLE = """
WITH verdict (id, state, reason, sent_at) AS MATERIALIZED ({verdict}),
moved AS (
    UPDATE outreach_touch t
    SET state = v.state, reason = v.reason, sent_at = v.sent_at::timestamptz, hold_until = NULL
    FROM verdict v WHERE t.id = v.id AND t.state IN ('planned', 'held', 'queued')
    RETURNING t.recipient, t.state, t.queued_at, t.plan_id
), unused AS (
    SELECT m.*, (m.queued_at AT TIME ZONE 'Asia/Shanghai')::date AS day,
           p.is_commercial::int AS commercial
    FROM moved m JOIN outreach_touchplan p ON p.id = m.plan_id
    WHERE m.state <> 'sent' AND m.queued_at IS NOT NULL
), released AS (
    UPDATE outreach_budget b SET
        day_used = GREATEST(0, b.day_used - CASE WHEN u.day = b.day THEN commercial ELSE 0 END),
        week_used = GREATEST(0, b.week_used - CASE WHEN {week} THEN commercial ELSE 0 END),
        month_used = GREATEST(0, b.month_used - CASE WHEN {month} THEN commercial ELSE 0 END),
        quota_used = GREATEST(0, b.quota_used - CASE WHEN {quota} THEN 1 ELSE 0 END),
        last_at = NULLIF(b.last_at, u.queued_at)
    FROM unused u WHERE b.recipient = u.recipient
    RETURNING 1
)
SELECT count(*), (SELECT count(*) FROM released) FROM moved
"""


def settle(verdict: str, params: dict[str, Any]) -> int:
    """End the open touches that `verdict` names as (id, state, reason, sent_at).

    What was charged for a message that never arrived is given back in the same statement.
    Call inside a transaction.
    """
    periods = {"week": "week", "month": "month", "quota": quota_period(current_policy())}
    same = {
        name: f"date_trunc('{period}', u.day::timestamp) = date_trunc('{period}', b.day::timestamp)"
        for name, period in periods.items()
    }
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE.format(verdict=verdict, **same), params)
        return int(cursor.fetchone()[0])


def end_chunk(
    chunk: Chunk, state: Chunk.State, touch_state: Touch.State, code: str, words: str = ""
) -> None:
    """End a chunk and whatever of it is still open, for one reason."""
    Chunk.objects.filter(pk=chunk.pk).update(
        state=state, reason=(words or code)[:200], poll_at=None, lease_until=None, owner=""
    )
    settle(
        "SELECT id, %(state)s, %(code)s, NULL FROM outreach_touch"
        " WHERE chunk_id = %(chunk)s AND state = 'queued'",
        {"state": touch_state, "code": code, "chunk": chunk.pk},
    )


def drop_unwilling(plan: TouchPlan, chunk: Chunk) -> int:
    """Take out of a chunk whoever deleted us or opted out since the gate."""
    rules = consent_rules(plan)
    if not rules:
        return 0
    return settle(
        f"""
        SELECT w.id, 'skipped', w.reason, NULL FROM (
            SELECT d.id, {case(rules, "reason", "''")} AS reason
            FROM outreach_touch d {JOINS}
            WHERE d.chunk_id = %(chunk)s AND d.state = 'queued') w
        WHERE w.reason <> ''
        """,
        {"chunk": chunk.pk},
    )


def fail_touches(chunk: Chunk, recipients: list[str], code: str) -> int:
    """End those recipients of a chunk as failed."""
    return settle(
        "SELECT id, 'failed', %(code)s, NULL FROM outreach_touch"
        " WHERE chunk_id = %(chunk)s AND recipient = ANY(%(recipients)s)",
        {"code": code, "chunk": chunk.pk, "recipients": recipients},
    )
