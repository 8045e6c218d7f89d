"""The greeting: owed with the push, said once, and never without a known end.

A welcome code is good for one message within 20 s. That makes the code itself the guard
against saying it twice: whatever became of an attempt, trying again with the same code
either says it for the first time or is told that it was said (docs/rules.md, 欢迎语).
"""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from core import clock, faults, jobs, ports
from core.errors import Outcome, PortFailure
from core.jobs import RetryLater
from org.models import Staff
from outreach.contracts import ALREADY_GREETED, EXPIRED_CODE, Greeter, Link
from outreach.models import Greeting

CODE_SECONDS = 20.0
"""How long a welcome code lives, in real time from the push."""

QUESTION_SECONDS = 40.0
"""How long after that we still ask what became of an attempt; the code can no longer say it."""

RETRY_SECONDS = 0.7

State = Greeting.State
OPEN = (State.QUEUED, State.SENDING)


@transaction.atomic
def owe_greeting(
    *,
    key: str,
    welcome_code: str,
    staff: Staff,
    external_userid: str,
    text: str,
    link_title: str = "",
    link_url: str = "",
    received_at: dt.datetime,
) -> Greeting:
    """Owe the one greeting of an add event; the same `key` owes it once.

    `received_at` is the business time at which the push arrived; the deadline is kept in
    real time, because codes do not travel with a demo's clock.
    """
    waited = max(dt.timedelta(0), clock.now() - received_at)
    greeting, created = Greeting.objects.get_or_create(
        key=key,
        defaults={
            "welcome_code": welcome_code,
            "staff": staff,
            "external_userid": external_userid,
            "text": text,
            "link_title": link_title[:60],
            "link_url": link_url,
            "received_at": received_at,
            "deadline_at": clock.real_now() + dt.timedelta(seconds=CODE_SECONDS) - waited,
        },
    )
    if created:
        jobs.enqueue(
            "outreach.send_greeting", {"greeting_id": greeting.pk}, key=f"greeting:{greeting.pk}"
        )
    return greeting


def send_greeting(*, greeting_id: int) -> None:
    """Bring a greeting one step nearer to a known end; calls out, so holds no transaction.

    Raises `RetryLater` while the end is open. At most once: see the module.
    """
    faults.point("greeting.claimed")
    attempt = _begin(greeting_id)
    if attempt is None:
        return
    faults.point("greeting.sending")
    failure = _call(attempt.greeting)
    faults.point("greeting.called")
    _conclude(attempt, failure)
    faults.point("greeting.marked")


@dataclass(frozen=True)
class _Attempt:
    """`is_doubtful`: an earlier attempt went out and nobody knows what became of it."""

    greeting: Greeting
    is_doubtful: bool
    is_late: bool


@transaction.atomic
def _begin(greeting_id: int) -> _Attempt | None:
    """Commit that a call is about to go out, so that a crash leaves a doubt and not a gap."""
    greeting = Greeting.objects.select_for_update().get(pk=greeting_id)
    if greeting.state not in OPEN:
        return None
    is_doubtful = greeting.state == State.SENDING
    is_late = clock.real_now() > greeting.deadline_at
    if is_late and not is_doubtful:
        _end(greeting, State.EXPIRED, "20 秒内没有轮到发送")
        return None

    greeting.state = State.SENDING
    greeting.attempts += 1
    greeting.save(update_fields=["state", "attempts"])
    return _Attempt(greeting, is_doubtful, is_late)


def _call(greeting: Greeting) -> PortFailure | None:
    link = Link(greeting.link_title, greeting.link_url) if greeting.link_url else None
    try:
        ports.get(Greeter).send(greeting.welcome_code, greeting.text, link)
    except PortFailure as failure:
        return failure
    return None


def _conclude(attempt: _Attempt, failure: PortFailure | None) -> None:
    greeting = attempt.greeting
    if failure is None:
        _end(greeting, State.SENT, "")
    elif failure.outcome is Outcome.UNKNOWN:
        _try_again(attempt, failure, State.SENDING)
    elif failure.outcome is Outcome.RETRYABLE:
        _try_again(attempt, failure, State.SENDING if attempt.is_doubtful else State.QUEUED)
    else:
        _end(greeting, *_verdict(failure, is_doubtful=attempt.is_doubtful))


def _verdict(failure: PortFailure, *, is_doubtful: bool) -> tuple[Greeting.State, str]:
    """What a plain no means; after a doubtful attempt, "already greeted" was us."""
    if failure.code == ALREADY_GREETED and is_doubtful:
        return State.SENT, "上一次发送的结果由平台确认"
    if failure.code == ALREADY_GREETED:
        return State.REFUSED, "已由其他应用问候或已开始聊天"
    doubt = "，之前一次的结果未知" if is_doubtful else ""
    if failure.code == EXPIRED_CODE:
        return State.EXPIRED, f"欢迎码已过期{doubt}"
    return State.REFUSED, f"{failure.code}: {failure.text}{doubt}"


def _try_again(attempt: _Attempt, failure: PortFailure, state: Greeting.State) -> None:
    greeting = attempt.greeting
    given_up_at = greeting.deadline_at + dt.timedelta(
        seconds=QUESTION_SECONDS if state == State.SENDING else 0
    )
    if clock.real_now() > given_up_at:
        doubt = "结果未知，可能已送达" if state == State.SENDING else "20 秒内未能送达"
        _end(greeting, State.EXPIRED, f"{doubt}（{failure.code}）")
        return
    _still_open(greeting).update(state=state, reason=failure.code[:200])
    raise RetryLater(min(failure.retry_after or RETRY_SECONDS, 2.0), failure.code)


def _end(greeting: Greeting, state: Greeting.State, reason: str) -> None:
    """Write a known end; a faster attempt's end stands."""
    sent_at = clock.now() if state == State.SENT else None
    _still_open(greeting).update(state=state, reason=reason[:200], sent_at=sent_at)


def _still_open(greeting: Greeting) -> QuerySet[Greeting]:
    return Greeting.objects.filter(pk=greeting.pk, state__in=OPEN)
