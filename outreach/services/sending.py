"""Handing chunks over, each at most once.

`sending` is committed before the call. Whatever lies between that commit and the mark is
an unknown outcome, and is asked about (`reconciling`) before anything is sent again.
"""

import datetime as dt
import time
from dataclasses import dataclass

from django.db import transaction

from core import clock, faults, ports
from core.errors import Outcome, PortFailure
from outreach import reasons
from outreach.contracts import (
    NOBODY_REACHABLE,
    Attachment,
    ChatType,
    GroupMessenger,
    Message,
    Submitted,
)
from outreach.models import Chunk, Touch, TouchPlan
from outreach.selectors.policy import current_policy, find_quiet_end
from outreach.services.claims import claim_chunk, owned
from outreach.services.settling import drop_unwilling, end_chunk, fail_touches

MAX_BUSY = 3
"""Calls that are answered with a busy signal, until the chunk has failed."""

FIRST_POLL_SECONDS = 60.0
UNREACHED = ("unreachable", "token_unavailable")
"""Failures in which no call was made: they are no tries."""

State = Chunk.State


@dataclass(frozen=True)
class _Call:
    sender: str
    recipients: list[str]
    message: Message


def send_chunks(*, plan_id: int, seconds: float) -> float:
    """Hand over what is due of a plan for about so long; how long the other side asks us
    to pause, 0 when it does not.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        chunk = claim_chunk(plan_id)
        if chunk is None:
            return 0.0
        pause = send_chunk(chunk)
        if pause:
            return pause
    return 0.0


def send_chunk(chunk: Chunk) -> float:
    """Bring a claimed chunk to submitted, failed or unknown; seconds to pause, or 0."""
    faults.point("chunk.claimed")
    call = _begin(chunk)
    if call is None:
        return 0.0
    faults.point("chunk.sending")
    submitted, failure = _call(chunk, call)
    faults.point("chunk.called")
    pause = _conclude(chunk, submitted, failure)
    faults.point("chunk.marked")
    return pause


@transaction.atomic
def _begin(claimed: Chunk) -> _Call | None:
    """Commit that a call is about to go out, on the state of people as it is now."""
    chunk = owned(claimed, State.QUEUED).select_for_update().first()
    if chunk is None:
        return None
    plan = TouchPlan.objects.get(pk=chunk.plan_id)
    if _ends_before_call(plan, chunk, claimed.sender.wecom_userid or "", clock.now()):
        return None

    drop_unwilling(plan, chunk)
    open_touches = Touch.objects.filter(chunk=chunk, state=Touch.State.QUEUED).order_by("pk")
    recipients = list(open_touches.values_list("recipient", flat=True))
    if not recipients:
        end_chunk(chunk, State.DONE, Touch.State.SKIPPED, reasons.OPTED_OUT, "没有可发送的人")
        return None
    chunk.state, chunk.sending_at = State.SENDING, clock.now()
    chunk.save(update_fields=["state", "sending_at"])
    return _Call(claimed.sender.wecom_userid or "", recipients, message_of(plan, chunk))


def _ends_before_call(plan: TouchPlan, chunk: Chunk, userid: str, now: dt.datetime) -> bool:
    """Whether the plan, the clock or the sender forbid the call; the chunk says which."""
    if plan.state == TouchPlan.State.CANCELLED:
        end_chunk(chunk, State.CANCELLED, Touch.State.CANCELLED, reasons.CANCELLED)
        return True
    if now >= plan.deadline_at:
        end_chunk(chunk, State.EXPIRED, Touch.State.EXPIRED, reasons.LATE)
        return True
    if not (userid and chunk.sender.is_active):
        end_chunk(chunk, State.FAILED, Touch.State.FAILED, reasons.SENDER_GONE)
        return True
    quiet_end = find_quiet_end(current_policy(), now, plan.channel)
    if quiet_end is not None:
        chunk.retry_at, chunk.lease_until, chunk.reason = quiet_end, None, reasons.QUIET
        chunk.save(update_fields=["retry_at", "lease_until", "reason"])
    return quiet_end is not None


def message_of(plan: TouchPlan, chunk: Chunk) -> Message:
    """What the plan says, its links carrying the mark of the chunk."""
    cards = [Attachment(**card) for card in plan.attachments]
    return Message(
        plan.text,
        tuple(
            Attachment(
                card.kind, card.title, _marked(card, chunk.mark), card.description, card.picture_url
            )
            for card in cards
        ),
    )


def _marked(card: Attachment, mark: str) -> str:
    if card.kind != "link":
        return card.url
    address, hash_sign, fragment = card.url.partition("#")
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}t={mark}{hash_sign}{fragment}"


def _call(chunk: Chunk, call: _Call) -> tuple[Submitted | None, PortFailure | None]:
    """One call; none when the lease has lapsed meanwhile, as after a long stop."""
    if chunk.lease_until is None or chunk.lease_until < clock.real_now():
        return None, PortFailure("lease_lapsed", outcome=Outcome.UNKNOWN)
    try:
        submitted = ports.get(GroupMessenger).submit(
            chat_type=ChatType(chunk.plan.channel),
            sender=call.sender,
            recipients=call.recipients,
            message=call.message,
        )
    except PortFailure as failure:
        return None, failure
    return submitted, None


@transaction.atomic
def _conclude(chunk: Chunk, submitted: Submitted | None, failure: PortFailure | None) -> float:
    """Mark what the call came to, unless somebody else has taken the chunk over."""
    mine = owned(chunk, State.SENDING).select_for_update().first()
    if mine is None:
        return 0.0
    if submitted is not None:
        mark_submitted(mine, submitted.msgid)
        fail_touches(mine, list(submitted.failed), reasons.UNREACHABLE)
        return 0.0
    assert failure is not None
    if failure.outcome is Outcome.UNKNOWN:
        mine.state, mine.retry_at = State.UNKNOWN, clock.now() + dt.timedelta(seconds=2)
        mine.reason = f"{failure.code}: {failure.text}"[:200]
        mine.save(update_fields=["state", "retry_at", "reason"])
        return 0.0
    if failure.outcome is Outcome.RETRYABLE:
        return _put_back(mine, failure)
    code = reasons.UNREACHABLE if failure.code == NOBODY_REACHABLE else reasons.REFUSED
    end_chunk(mine, State.FAILED, Touch.State.FAILED, code, f"{failure.code}: {failure.text}")
    return 0.0


def mark_submitted(chunk: Chunk, msgid: str) -> None:
    """The other side has it: from now on its results are asked for."""
    chunk.state, chunk.msgid, chunk.reason = State.SUBMITTED, msgid, ""
    chunk.submitted_at = clock.now()
    chunk.poll_at = clock.now() + dt.timedelta(seconds=FIRST_POLL_SECONDS)
    chunk.owner, chunk.lease_until = "", None
    chunk.save()


def _put_back(chunk: Chunk, failure: PortFailure) -> float:
    """A plain no for now: a pause is waited out, a busy signal is tried three times."""
    waits = failure.retry_after is not None or failure.code in UNREACHED
    chunk.attempts += 0 if waits else 1
    words = f"{failure.code}: {failure.text}"[:200]
    if chunk.attempts >= MAX_BUSY:
        end_chunk(chunk, State.FAILED, Touch.State.FAILED, reasons.BUSY, words)
        return 0.0
    pause = (failure.retry_after or 5.0) if waits else 0.0
    delay = pause or 2.0**chunk.attempts
    chunk.state, chunk.reason, chunk.lease_until = State.QUEUED, words, None
    chunk.retry_at = clock.now() + dt.timedelta(seconds=delay)
    chunk.save(update_fields=["state", "reason", "lease_until", "retry_at", "attempts"])
    return pause
