"""Finding out what became of calls whose answer was lost.

The other side is asked for what it has of that time. A message with a link carries the
chunk's own mark; one without is told by its text, its sender and its recipients. What
stays ambiguous waits for a person: nothing is ever sent again on a guess.
"""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from core import audit, clock, ports
from core.errors import NotFound
from outreach import reasons
from outreach.contracts import ChatType, GroupMessenger, Submission
from outreach.models import Chunk, Touch
from outreach.services.claims import claim_doubtful, owned
from outreach.services.gate import owe_sending
from outreach.services.sending import mark_submitted, message_of
from outreach.services.settling import end_chunk

SETTLE_SECONDS = 60.0
"""Real time after the lease in which a call may still arrive at the other side."""

SLACK = dt.timedelta(minutes=3)
"""What the two clocks may differ by, and a call may take."""

ASK_AGAIN_SECONDS = 5.0

State = Chunk.State


def reconcile_chunks(*, plan_id: int) -> int:
    """Ask once about all doubtful chunks of a plan; how many are known now.

    Raises `PortFailure`; the chunks then stay unknown and are asked about again.
    """
    chunks = claim_doubtful(plan_id)
    if not chunks:
        return 0
    asked_at = clock.real_now()
    there = _ask(chunks)
    return sum(_decide(chunk, _find(chunk, there), asked_at) for chunk in chunks)


def _ask(chunks: list[Chunk]) -> list[Submission]:
    """What the other side has around the calls, by our business time and by real time."""
    moments = [chunk.sending_at for chunk in chunks if chunk.sending_at] or [clock.now()]
    since, until = min(moments) - SLACK, max(moments) + SLACK
    ahead = clock.now() - clock.real_now()
    spans = [(since, until)]
    if abs(ahead) > SLACK / 2:
        spans.append((since - ahead, until - ahead))
    messenger, chat_type = ports.get(GroupMessenger), ChatType(chunks[0].plan.channel)
    found = {
        one.msgid: one
        for start, end in spans
        for one in messenger.list_submissions(chat_type=chat_type, since=start, until=end)
    }
    return list(found.values())


def _find(chunk: Chunk, there: list[Submission]) -> list[str]:
    """The msgids that may be this chunk's."""
    message = message_of(chunk.plan, chunk)
    if any(card.kind == "link" for card in message.attachments):
        return [one.msgid for one in there if any(chunk.mark in url for url in one.urls)]
    known = set(
        Chunk.objects.filter(msgid__in=[one.msgid for one in there]).values_list("msgid", flat=True)
    )
    return [
        one.msgid
        for one in there
        if one.text == message.text and one.msgid not in known and _is_of(chunk, one.msgid)
    ]


def _is_of(chunk: Chunk, msgid: str) -> bool:
    """Whether a message of the same words has our sender and none but our recipients."""
    messenger, userid = ports.get(GroupMessenger), chunk.sender.wecom_userid or ""
    senders = [task.userid.lower() for task in messenger.list_tasks(msgid)]
    if senders != [userid.lower()]:
        return False
    theirs = {result.recipient for result in messenger.list_results(msgid, userid)}
    ours = set(Touch.objects.filter(chunk=chunk).values_list("recipient", flat=True))
    return theirs <= ours


@transaction.atomic
def _decide(claimed: Chunk, found: Sequence[str], asked_at: dt.datetime) -> int:
    """1 when the chunk is known now; only by the token it was claimed with."""
    chunk = owned(claimed, State.UNKNOWN).select_for_update().first()
    if chunk is None:
        return 0
    if len(found) == 1 and not Chunk.objects.filter(msgid=found[0]).exists():
        mark_submitted(chunk, found[0])
        return 1
    if found:
        chunk.state, chunk.candidates = State.PARKED, list(found)
        chunk.reason = "有多条相符的群发，无法判断是哪一条"
        chunk.save(update_fields=["state", "candidates", "reason"])
        return 1
    if not _is_settled(chunk, asked_at):
        chunk.retry_at = clock.now() + dt.timedelta(seconds=ASK_AGAIN_SECONDS)
        chunk.save(update_fields=["retry_at"])
        return 0
    _queue_again(chunk)
    return 1


def _is_settled(chunk: Chunk, asked_at: dt.datetime) -> bool:
    """Whether nothing of the call could still be under way when we asked."""
    lapsed = chunk.lease_until or asked_at
    return asked_at > lapsed + dt.timedelta(seconds=SETTLE_SECONDS)


def _queue_again(chunk: Chunk) -> None:
    chunk.state, chunk.retry_at = State.QUEUED, clock.now()
    chunk.owner, chunk.lease_until = "", None
    chunk.save(update_fields=["state", "retry_at", "owner", "lease_until"])


@transaction.atomic
def adopt_submission(*, mark: str, msgid: str) -> Chunk:
    """A person says which message a parked chunk became."""
    chunk = _lock_parked(mark)
    if msgid not in chunk.candidates:
        raise NotFound
    mark_submitted(chunk, msgid)
    owe_sending(chunk.plan, clock.now())
    audit.record("outreach.chunk.adopted", chunk, after={"msgid": msgid})
    return chunk


@transaction.atomic
def send_chunk_again(*, mark: str) -> Chunk:
    """A person says that a parked chunk was never accepted; it goes out once more."""
    chunk = _lock_parked(mark)
    _queue_again(chunk)
    owe_sending(chunk.plan, clock.now())
    audit.record("outreach.chunk.requeued", chunk)
    return chunk


@transaction.atomic
def give_up_chunk(*, mark: str) -> Chunk:
    """A person says that a parked chunk is not to be sent again."""
    chunk = _lock_parked(mark)
    end_chunk(chunk, State.FAILED, Touch.State.FAILED, reasons.GIVEN_UP)
    audit.record("outreach.chunk.given_up", chunk)
    return chunk


def _lock_parked(mark: str) -> Chunk:
    rows = Chunk.objects.select_for_update().filter(state=State.PARKED)
    chunk = rows.filter(mark=mark).first()
    if chunk is None:
        raise NotFound
    return chunk
