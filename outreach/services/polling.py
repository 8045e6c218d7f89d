"""Asking what became of messages, ever more seldom, to the last page and to a known end."""

import datetime as dt
import time
from typing import Any

from django.db import connection, transaction
from django.db.models import Min, Q

from core import clock, ports
from core.errors import PortFailure
from outreach import reasons
from outreach.contracts import (
    ALREADY_CANCELLED,
    DeliveryResult,
    DeliveryStatus,
    GroupMessenger,
)
from outreach.models import Chunk, Touch, TouchPlan
from outreach.selectors.policy import current_policy, quota_of, quota_start
from outreach.services.gate import close_if_over
from outreach.services.rules import in_period
from outreach.services.settling import end_chunk, settle

INTERVALS = (
    (dt.timedelta(hours=1), dt.timedelta(minutes=2)),
    (dt.timedelta(hours=6), dt.timedelta(minutes=10)),
    (dt.timedelta(hours=24), dt.timedelta(minutes=30)),
)
SELDOM = dt.timedelta(hours=2)
GIVE_UP = dt.timedelta(days=7)
"""After this no confirmation and no result is waited for any more."""

BATCH = 50
POLLING_SECONDS = 30.0

State = Chunk.State

_RESULTS = """
SELECT t.id, CASE r.status WHEN 'sent' THEN 'sent' ELSE 'failed' END,
       CASE r.status WHEN 'sent' THEN '' WHEN 'not_friend' THEN %(not_friend)s
            ELSE %(over_quota)s END,
       CASE r.status WHEN 'sent' THEN COALESCE(r.sent_at::timestamptz, %(now)s) END
FROM unnest(%(recipients)s::text[], %(statuses)s::text[], %(moments)s::timestamptz[])
     AS r(recipient, status, sent_at)
JOIN outreach_touch t ON t.chunk_id = %(chunk)s AND t.recipient = r.recipient
"""

_EXHAUST = """
UPDATE outreach_budget b SET quota_used = %(quota)s, day = %(today)s,
    day_used = CASE WHEN {day} THEN b.day_used ELSE 0 END,
    week_used = CASE WHEN {week} THEN b.week_used ELSE 0 END,
    month_used = CASE WHEN {month} THEN b.month_used ELSE 0 END
WHERE recipient = ANY(%(recipients)s)
"""
"""Somebody else used what we did not know of: no more in this period. Counts of a period
that is over do not come along into today's.
"""


def poll_results(*, plan_id: int) -> float | None:
    """Ask about the chunks of a plan that are due; seconds of business time until the next
    one is, None when none is left.
    """
    end = time.monotonic() + POLLING_SECONDS
    while time.monotonic() < end and (chunks := _take_due(plan_id)):
        for chunk in chunks:
            _poll_and_note(chunk)
    return _next_in(plan_id)


def _poll_and_note(chunk: Chunk) -> None:
    """A question that failed is asked again in its turn; the chunk says what was answered.

    A week after nobody may send it any more, no answer is waited for.
    """
    try:
        poll_chunk(chunk)
    except PortFailure as failure:
        words = f"{failure.code}: {failure.text}"[:200]
        if clock.now() >= chunk.plan.deadline_at + GIVE_UP:
            _end_unanswered(chunk, words)
        else:
            Chunk.objects.filter(pk=chunk.pk).update(reason=words)


@transaction.atomic
def _end_unanswered(chunk: Chunk, words: str) -> None:
    end_chunk(chunk, State.EXPIRED, Touch.State.EXPIRED, reasons.UNANSWERED, words)


def poll_chunk(chunk: Chunk) -> None:
    """Ask about one submitted chunk and write down what is known now."""
    messenger, userid = ports.get(GroupMessenger), chunk.sender.wecom_userid or ""
    _stop_if_over(chunk)
    tasks = [task for task in messenger.list_tasks(chunk.msgid) if task.is_sent]
    confirmed = next((task for task in tasks if task.userid.lower() == userid.lower()), None)
    results = messenger.list_results(chunk.msgid, userid) if confirmed else []
    _write(chunk, confirmed.sent_at or clock.now() if confirmed else None, results)


def _take_due(plan_id: int) -> list[Chunk]:
    """Due chunks, their next question already set, so that two polls do not both ask."""
    now = clock.now()
    with transaction.atomic():
        rows = Chunk.objects.select_for_update(skip_locked=True, of=("self",))
        due = rows.filter(plan_id=plan_id, state=State.SUBMITTED, poll_at__lte=now)
        chunks = list(due.select_related("plan", "sender").order_by("poll_at", "pk")[:BATCH])
        for chunk in chunks:
            chunk.poll_at = now + _interval(chunk, now)
        Chunk.objects.bulk_update(chunks, ["poll_at"])
    return chunks


def _interval(chunk: Chunk, now: dt.datetime) -> dt.timedelta:
    age = now - (chunk.submitted_at or now)
    usual = next((pause for limit, pause in INTERVALS if age < limit), SELDOM)
    if chunk.stopped_at is None and now < chunk.plan.deadline_at:
        return min(usual, chunk.plan.deadline_at - now)
    return usual


def _is_over(chunk: Chunk, now: dt.datetime) -> bool:
    """Whether nobody may send this any more: cancelled, late, or waited for too long."""
    is_cancelled = chunk.plan.state == TouchPlan.State.CANCELLED
    waited = now - (chunk.submitted_at or now)
    return is_cancelled or now >= chunk.plan.deadline_at or waited >= GIVE_UP


def _stop_if_over(chunk: Chunk) -> None:
    """Withdraw it from the guide before looking a last time, so that none slips out after."""
    if chunk.stopped_at is not None or not _is_over(chunk, clock.now()):
        return
    if chunk.confirmed_at is None:
        try:
            ports.get(GroupMessenger).cancel(chunk.msgid)
        except PortFailure as failure:
            if failure.code != ALREADY_CANCELLED:
                raise
    chunk.stopped_at = clock.now()
    Chunk.objects.filter(pk=chunk.pk).update(stopped_at=chunk.stopped_at)


@transaction.atomic
def _write(chunk: Chunk, confirmed_at: dt.datetime | None, results: list[DeliveryResult]) -> None:
    if confirmed_at is not None and chunk.confirmed_at is None:
        chunk.confirmed_at = confirmed_at
        Chunk.objects.filter(pk=chunk.pk).update(confirmed_at=confirmed_at)
    _write_results(chunk, results)
    is_open = Touch.objects.filter(chunk=chunk, state=Touch.State.QUEUED).exists()
    if not is_open:
        Chunk.objects.filter(pk=chunk.pk).update(state=State.DONE, poll_at=None, reason="")
    elif _has_waited_enough(chunk):
        _end_rest(chunk)


def _write_results(chunk: Chunk, results: list[DeliveryResult]) -> None:
    known = [result for result in results if result.status is not DeliveryStatus.UNSENT]
    if not known:
        return
    settle(
        _RESULTS,
        {
            "chunk": chunk.pk,
            "now": clock.now(),
            "not_friend": reasons.NOT_FRIEND,
            "over_quota": reasons.OVER_QUOTA,
            "recipients": [result.recipient for result in known],
            "statuses": [str(result.status) for result in known],
            "moments": [result.sent_at for result in known],
        },
    )
    _exhaust([one for one in known if one.status is DeliveryStatus.OVER_QUOTA], chunk)


def _exhaust(refused: list[DeliveryResult], chunk: Chunk) -> None:
    """Only what was refused in the present period says anything about it."""
    policy, today = current_policy(), clock.today()
    start, confirmed_at = quota_start(policy, today), chunk.confirmed_at or clock.now()
    full = [one.recipient for one in refused if (one.sent_at or confirmed_at) >= start]
    if full:
        periods = {name: in_period(name) for name in ("day", "week", "month")}
        params: dict[str, Any] = {"today": today, "recipients": full}
        params["quota"] = quota_of(policy, today)
        with connection.cursor() as cursor:
            cursor.execute(_EXHAUST.format(**periods), params)


def _has_waited_enough(chunk: Chunk) -> bool:
    """Unconfirmed: once it was withdrawn. Confirmed: results may trickle in for a while."""
    if chunk.confirmed_at is None:
        return chunk.stopped_at is not None
    return clock.now() >= chunk.confirmed_at + GIVE_UP


def _end_rest(chunk: Chunk) -> None:
    if chunk.confirmed_at is not None:
        end_chunk(chunk, State.DONE, Touch.State.EXPIRED, reasons.NO_RESULT)
    elif chunk.plan.state == TouchPlan.State.CANCELLED:
        end_chunk(chunk, State.CANCELLED, Touch.State.CANCELLED, reasons.CANCELLED)
    else:
        end_chunk(chunk, State.EXPIRED, Touch.State.EXPIRED, reasons.NOT_CONFIRMED)


@transaction.atomic
def _next_in(plan_id: int) -> float | None:
    plan = TouchPlan.objects.select_for_update().get(pk=plan_id)
    coming = (State.QUEUED, State.SENDING, State.UNKNOWN)
    chunks = Chunk.objects.filter(plan=plan)
    if chunks.filter(state__in=coming).exists():
        return 60.0
    first = chunks.filter(state=State.SUBMITTED).aggregate(
        first=Min("poll_at", filter=Q(poll_at__isnull=False))
    )["first"]
    if first is None:
        close_if_over(plan)
        return None
    return max(1.0, float((first - clock.now()).total_seconds()))
