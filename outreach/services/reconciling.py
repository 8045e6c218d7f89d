"""Finding out what became of calls whose answer was lost.

The other side is asked for what it has of that time. A message with a link carries the
chunk's own mark; one without is told by its text, its sender and its recipients. What
stays ambiguous waits for a person: nothing is ever sent again on a guess.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from core import audit, clock, ports
from core.errors import NotFound, Outcome, PortFailure
from outreach import reasons
from outreach.contracts import ChatType, GroupMessenger, Submission, SubmissionTaken
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
    there = _ask_or_wait(chunks)
    return sum(_look_and_decide(chunk, there, asked_at) for chunk in chunks)


def _ask_or_wait(chunks: list[Chunk]) -> list[Submission]:
    """A plain no to the question says nothing about the chunks: they are asked about again."""
    try:
        return _ask(chunks)
    except PortFailure as failure:
        if failure.outcome is not Outcome.REJECTED:
            raise
        again = PortFailure(failure.code, failure.text, outcome=Outcome.RETRYABLE)
        raise again from failure


def _look_and_decide(chunk: Chunk, there: list[Submission], asked_at: dt.datetime) -> int:
    """A chunk that cannot be told for now stays unknown and holds up no other."""
    try:
        found = _find(chunk, there)
    except PortFailure as failure:
        words = f"{failure.code}: {failure.text}"[:200]
        owned(chunk, State.UNKNOWN).update(reason=words)
        return 0
    return _decide(chunk, found, asked_at)


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


@dataclass(frozen=True)
class _Found:
    """The msgids that may be a chunk's; unsure where they may be another chunk's as well."""

    msgids: list[str]
    is_sure: bool = True


def _find(chunk: Chunk, there: list[Submission]) -> _Found:
    message = message_of(chunk.plan, chunk)
    if any(card.kind == "link" for card in message.attachments):
        return _Found([one.msgid for one in there if any(chunk.mark in url for url in one.urls)])
    is_sure = not _has_twin(chunk)
    known = set(
        Chunk.objects.filter(msgid__in=[one.msgid for one in there]).values_list("msgid", flat=True)
    )
    alike = [one for one in there if one.text == message.text and one.msgid not in known]
    return _Found([one.msgid for one in alike if _is_of(chunk, one.msgid)], is_sure)


def _has_twin(chunk: Chunk) -> bool:
    """Whether another call of this guide's with these words is under way or in doubt.

    Groups are named only once the guide has confirmed, so until then nothing tells the
    two apart. Ask before looking at what is known: a call that ends meanwhile is then known.
    """
    if chunk.plan.channel != ChatType.GROUP or chunk.sending_at is None:
        return False
    twins = Chunk.objects.filter(
        state__in=(State.SENDING, State.UNKNOWN, State.PARKED),
        sender=chunk.sender,
        sending_at__range=(chunk.sending_at - 2 * SLACK, chunk.sending_at + 2 * SLACK),
        plan__channel=chunk.plan.channel,
        plan__text=chunk.plan.text,
    )
    return twins.exclude(pk=chunk.pk).exists()


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
def _decide(claimed: Chunk, found: _Found, asked_at: dt.datetime) -> int:
    """1 when the chunk is known now; only by the token it was claimed with."""
    chunk = owned(claimed, State.UNKNOWN).select_for_update().first()
    if chunk is None:
        return 0
    msgids = found.msgids
    if len(msgids) == 1 and found.is_sure and not Chunk.objects.filter(msgid=msgids[0]).exists():
        mark_submitted(chunk, msgids[0])
        return 1
    if msgids:
        chunk.state, chunk.candidates = State.PARKED, msgids
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
    """A person says which message a parked chunk became; raises `SubmissionTaken`."""
    chunk = _lock_parked(mark)
    if msgid not in chunk.candidates:
        raise NotFound
    if Chunk.objects.filter(msgid=msgid).exists():
        raise SubmissionTaken
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
    owe_sending(chunk.plan, clock.now())
    audit.record("outreach.chunk.given_up", chunk)
    return chunk


def _lock_parked(mark: str) -> Chunk:
    rows = Chunk.objects.select_for_update().filter(state=State.PARKED)
    chunk = rows.filter(mark=mark).first()
    if chunk is None:
        raise NotFound
    return chunk
