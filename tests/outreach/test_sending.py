"""From a chunk to a message in a guide's hands: at most once, and never in silence."""

import datetime as dt
from typing import Any

import pytest

from core import clock
from core.errors import Outcome, PortFailure
from core.jobs import list_dead
from members.contracts import Preference
from members.services import set_preference
from outreach.contracts import Audience, Message, SubmissionTaken
from outreach.models import Budget, Chunk, Touch, TouchPlan
from outreach.services import adopt_submission, give_up_chunk, send_chunk_again
from outreach.services.claims import claim_chunk
from outreach.services.sending import send_chunk
from tests.outreach.street import Street, later, run_lanes

pytestmark = pytest.mark.django_db
PLAIN = Message("周末会员日")


def lapse(chunk: Chunk, seconds: float = 1) -> None:
    """The lease ended so long ago, in real time."""
    until = clock.real_now() - dt.timedelta(seconds=seconds)
    Chunk.objects.filter(pk=chunk.pk).update(lease_until=until, retry_at=clock.now())


def test_a_chunk_becomes_one_message_with_its_mark_in_the_link(street: Street) -> None:
    street.friends(street.world.cai, 3)

    plan = street.submit()

    chunk, (sent,) = street.chunk(plan), street.messenger.accepted.values()
    assert (chunk.state, chunk.msgid, chunk.attempts) == ("submitted", "msg1", 0)
    assert sent["sender"] == "wx_cai"
    assert sorted(sent["recipients"]) == ["wm000", "wm001", "wm002"]
    url = sent["message"].attachments[0].url
    assert url == f"https://m.aurora.localhost/p/1?from=a&t={chunk.mark}#top"


def test_sending_is_committed_before_the_call(street: Street) -> None:
    street.friends(street.world.cai, 1)
    plan, seen = street.gate(), []
    street.messenger.submit = lambda **_: seen.append(street.chunk(plan).state) or 1 / 0  # type: ignore[method-assign,assignment,func-returns-value]

    with pytest.raises(ZeroDivisionError):
        street.send_again(plan)

    assert seen == ["sending"]
    assert street.chunk(plan).state == "sending"


def test_who_left_or_opted_out_after_the_gate_is_not_sent_to(street: Street) -> None:
    gone, tired, stays = street.friends(street.world.cai, 3)
    plan = street.gate()
    gone.is_active = False
    gone.save()
    set_preference(member=tired.member, preference=Preference.NONE)

    street.send_again(plan)

    (sent,) = street.messenger.accepted.values()
    assert sent["recipients"] == [stays.external_userid]
    assert street.states(plan)[gone.external_userid] == ("skipped", "not_friend")
    assert street.states(plan)[tired.external_userid] == ("skipped", "opted_out")
    assert Budget.objects.get(recipient=gone.external_userid).quota_used == 0
    assert Budget.objects.get(recipient=stays.external_userid).quota_used == 1


def test_a_chunk_of_nobody_is_over_without_a_call(street: Street) -> None:
    contact = street.friend(street.world.cai, "wm-only")
    plan = street.gate()
    contact.is_active = False
    contact.save()

    street.send_again(plan)

    assert street.messenger.calls == 0
    assert street.chunk(plan).state == "done"


def test_a_chunk_left_for_the_night_waits_for_the_morning(street: Street) -> None:
    street.friends(street.world.cai, 1)
    plan = street.gate()
    with clock.frozen(dt.datetime(2026, 3, 2, 22, 30, tzinfo=clock.SHANGHAI)):
        wait = street.send_again(plan)
        assert street.messenger.calls == 0
        assert wait == pytest.approx(9.5 * 3600)
    with clock.frozen(dt.datetime(2026, 3, 3, 8, tzinfo=clock.SHANGHAI)):
        street.send_again(plan)

    assert street.messenger.calls == 1


def test_a_chunk_past_its_deadline_expires(street: Street) -> None:
    street.friends(street.world.cai, 1)
    plan = street.gate()
    with later(days=2):
        street.send_again(plan)

    assert street.messenger.calls == 0
    assert street.states(plan) == {"wm000": ("expired", "late")}


def test_a_guide_who_left_fails_the_chunk(street: Street) -> None:
    street.friends(street.world.cai, 1)
    plan = street.gate()
    street.world.cai.is_active = False
    street.world.cai.save()

    street.send_again(plan)

    assert street.states(plan) == {"wm000": ("failed", "sender_gone")}
    assert Budget.objects.get().day_used == 0


def test_a_lost_answer_is_found_by_the_mark_and_not_sent_again(street: Street) -> None:
    street.friends(street.world.cai, 2)
    street.messenger.script = ["lost"]
    plan = street.submit()
    assert street.chunk(plan).state == "unknown"

    lapse(street.chunk(plan))
    street.send_again(plan)

    assert street.messenger.calls == 1
    assert (street.chunk(plan).state, street.chunk(plan).msgid) == ("submitted", "msg1")


def test_what_never_arrived_is_sent_again_once_nothing_can_be_under_way(street: Street) -> None:
    street.friends(street.world.cai, 1)
    street.messenger.script = ["never"]
    plan = street.submit()

    lapse(street.chunk(plan), seconds=59)
    street.send_again(plan)
    assert (street.messenger.calls, street.chunk(plan).state) == (1, "unknown")

    lapse(street.chunk(plan), seconds=61)
    street.send_again(plan)
    street.send_again(plan)
    assert (street.messenger.calls, street.chunk(plan).state) == (2, "submitted")


def test_a_worker_that_died_in_the_call_is_asked_about(street: Street) -> None:
    street.friends(street.world.cai, 1)
    plan = street.submit()
    Chunk.objects.filter(plan=plan).update(state="sending", msgid="")

    lapse(street.chunk(plan))
    street.send_again(plan)

    assert street.messenger.calls == 1
    assert street.chunk(plan).msgid == "msg1"


def test_a_live_lease_is_left_alone(street: Street) -> None:
    street.friends(street.world.cai, 1)
    plan = street.gate()
    assert claim_chunk(plan.pk) is not None

    assert claim_chunk(plan.pk) is None
    street.send_again(plan)
    assert street.messenger.calls == 0


def test_a_stopped_worker_does_not_call_after_its_lease(street: Street) -> None:
    street.friends(street.world.cai, 1)
    plan = street.gate()
    chunk = claim_chunk(plan.pk)
    assert chunk is not None
    chunk.lease_until = clock.real_now() - dt.timedelta(seconds=1)

    send_chunk(chunk)

    assert street.messenger.calls == 0
    assert street.chunk(plan).state == "unknown"


def test_a_slow_worker_cannot_mark_what_another_has_taken(street: Street) -> None:
    street.friends(street.world.cai, 1)
    plan = street.gate()
    chunk = claim_chunk(plan.pk)
    assert chunk is not None
    Chunk.objects.filter(pk=chunk.pk).update(owner="another")

    send_chunk(chunk)

    assert street.messenger.calls == 0
    assert street.chunk(plan).state == "queued"


def test_while_nobody_can_be_asked_it_stays_unknown(street: Street) -> None:
    street.friends(street.world.cai, 1)
    street.messenger.script, street.messenger.deaf = ["lost"], True
    plan = street.gate()
    with pytest.raises(Exception, match="no_answer"):
        lapse_and_send(street, plan)

    assert street.chunk(plan).state == "unknown"
    assert street.messenger.calls == 1


def lapse_and_send(street: Street, plan: object) -> None:
    street.send_again(plan)  # type: ignore[arg-type]
    lapse(street.chunk(plan), seconds=100)  # type: ignore[arg-type]
    street.send_again(plan)  # type: ignore[arg-type]


def test_without_a_link_it_is_told_by_words_sender_and_recipients(street: Street) -> None:
    street.friends(street.world.cai, 2, "wa")
    street.friends(street.world.dee, 2, "wb")
    street.messenger.script = ["lost", "lost"]
    plan = street.submit(message=PLAIN)

    for chunk in Chunk.objects.filter(plan=plan):
        lapse(chunk)
    street.send_again(plan)

    found = Chunk.objects.filter(plan=plan).order_by("pk").values_list("state", "msgid")
    assert list(found) == [("submitted", "msg1"), ("submitted", "msg2")]
    assert street.messenger.calls == 2


def parked(street: Street) -> Chunk:
    """The same words to the same person by the same guide, twice, and an answer lost."""
    contact = street.friend(street.world.cai, "wm-eve")
    street.submit(message=PLAIN, is_commercial=False)
    Chunk.objects.update(msgid="", state="done")
    street.messenger.script = ["lost"]
    plan = street.submit(message=PLAIN, is_commercial=False, occurrence="2")
    chunk = street.chunk(plan)
    assert contact.external_userid == "wm-eve"
    lapse(chunk)
    street.send_again(plan)
    chunk.refresh_from_db()
    return chunk


def test_an_ambiguous_answer_waits_for_a_person(street: Street) -> None:
    chunk = parked(street)

    assert (chunk.state, chunk.candidates) == ("parked", ["msg1", "msg2"])
    assert street.messenger.calls == 2
    lapse(chunk, seconds=1000)
    assert street.send_again(chunk.plan) is None
    assert street.messenger.calls == 2


def test_a_person_says_which_message_it_was(street: Street) -> None:
    chunk = adopt_submission(mark=parked(street).mark, msgid="msg2")

    assert (chunk.state, chunk.msgid) == ("submitted", "msg2")


def test_a_person_says_that_it_is_to_be_sent_again(street: Street) -> None:
    chunk = send_chunk_again(mark=parked(street).mark)
    street.send_again(chunk.plan)

    assert street.messenger.calls == 3
    assert street.chunk(chunk.plan).state == "submitted"


def test_a_person_gives_up_and_the_touches_say_so(street: Street) -> None:
    chunk = give_up_chunk(mark=parked(street).mark)

    assert street.states(chunk.plan) == {"wm-eve": ("failed", "given_up")}


def test_a_plan_is_over_once_a_person_has_given_up_on_it(street: Street) -> None:
    chunk = parked(street)
    with later(minutes=2):
        run_lanes()
        give_up_chunk(mark=chunk.mark)
        run_lanes()

    assert TouchPlan.objects.get(pk=chunk.plan_id).state == "done"


def two_plans_of_a_group(street: Street) -> list[Chunk]:
    """The same words to two groups of one guide, one answer lost, one call not arrived."""
    street.messenger.script = ["lost", "never"]
    plans = [
        street.submit(message=PLAIN, channel="group", occurrence=name, audience=one_group(name))
        for name in ("first", "second")
    ]
    for row in street.messenger.accepted.values():
        row["recipients"] = []  # groups are named only once the guide has confirmed
    return [street.chunk(plan) for plan in plans]


def one_group(name: str) -> Audience:
    return Audience(
        "SELECT 'group', %(chat)s, NULL::bigint, s.id, s.unit_id FROM org_staff s"
        " WHERE s.wecom_userid = 'wx_cai'",
        {"chat": name},
    )


def test_words_said_to_two_groups_at_once_are_not_mixed_up(street: Street) -> None:
    first, second = two_plans_of_a_group(street)
    for chunk in (second, first):
        lapse(chunk, seconds=100)
        street.send_again(chunk.plan)

    for chunk in (first, second):
        chunk.refresh_from_db()
        assert (chunk.state, chunk.candidates) == ("parked", ["msg1"])
    assert street.messenger.calls == 2


def test_one_message_is_not_two_chunks(street: Street) -> None:
    first, second = two_plans_of_a_group(street)
    for chunk in (second, first):
        lapse(chunk, seconds=100)
        street.send_again(chunk.plan)
    adopt_submission(mark=first.mark, msgid="msg1")

    with pytest.raises(SubmissionTaken):
        adopt_submission(mark=second.mark, msgid="msg1")


def test_a_plain_no_to_the_question_is_asked_again(street: Street) -> None:
    street.friends(street.world.cai, 1)
    street.messenger.script = ["lost"]
    plan = street.gate()
    run_lanes()
    asked = street.messenger.list_submissions
    street.messenger.list_submissions = refuse  # type: ignore[method-assign,assignment]
    lapse(street.chunk(plan))
    with later(minutes=1):
        run_lanes()
    assert list(list_dead()) == []

    street.messenger.list_submissions = asked  # type: ignore[method-assign]
    with later(minutes=10):
        run_lanes()
    assert street.chunk(plan).msgid == "msg1"


def refuse(*_: object, **__: object) -> list[Any]:
    raise PortFailure("60020")


def test_a_busy_platform_is_tried_three_times(street: Street) -> None:
    street.friends(street.world.cai, 1)
    street.messenger.script = ["-1", "-1", "-1", "ok"]
    plan = street.submit()
    for _ in range(5):
        Chunk.objects.filter(plan=plan, state="queued").update(retry_at=clock.now())
        street.send_again(plan)

    assert street.messenger.calls == 3
    assert street.states(plan) == {"wm000": ("failed", "busy")}
    assert street.chunk(plan).reason.startswith("-1")


def test_without_a_token_no_call_was_tried(street: Street) -> None:
    street.friends(street.world.cai, 1)
    kept = street.messenger.submit
    street.messenger.submit = no_token  # type: ignore[method-assign,assignment]
    plan = street.gate()
    for _ in range(5):
        assert street.send_again(plan) == 5.0
        Chunk.objects.update(retry_at=clock.now())
    assert street.chunk(plan).attempts == 0

    street.messenger.submit = kept  # type: ignore[method-assign]
    street.send_again(plan)
    assert street.chunk(plan).state == "submitted"


def no_token(**_: object) -> None:
    raise PortFailure("token_unavailable", outcome=Outcome.RETRYABLE)


def test_a_pause_is_waited_out_and_is_no_try(street: Street) -> None:
    street.friends(street.world.cai, 1, "wa")
    street.friends(street.world.dee, 1, "wb")
    street.messenger.script = ["45009"]
    plan = street.gate()

    wait = street.send_again(plan)

    assert wait == 60.0
    assert street.messenger.calls == 1
    first = Chunk.objects.order_by("pk").first()
    assert first is not None
    assert (first.state, first.attempts) == ("queued", 0)
    assert first.retry_at == clock.now() + dt.timedelta(seconds=60)


def test_a_plain_no_fails_with_its_reason_and_gives_the_budget_back(street: Street) -> None:
    street.friends(street.world.cai, 1)
    street.messenger.script = ["48002"]
    plan = street.submit()

    assert street.states(plan) == {"wm000": ("failed", "refused")}
    assert street.chunk(plan).reason == "48002: 48002"
    budget = Budget.objects.get()
    assert (budget.day_used, budget.quota_used, budget.last_at) == (0, 0, None)


def test_recipients_nobody_can_write_to_fail_and_the_others_go(street: Street) -> None:
    street.friends(street.world.cai, 2)
    street.messenger.strangers = {"wm001"}

    plan = street.submit()

    assert street.states(plan) == {"wm000": ("queued", ""), "wm001": ("failed", "unreachable")}
    assert Touch.objects.get(recipient="wm000").chunk == street.chunk(plan)


def test_the_guides_are_told_once_when_all_is_out(street: Street) -> None:
    from core import jobs  # noqa: PLC0415

    street.friends(street.world.cai, 1, "wa")
    street.friends(street.world.dee, 1, "wb")
    street.submit()

    jobs.run_due("send")

    (told,) = street.notifier.told
    assert told["userids"] == ["wx_cai", "wx_dee"]
    assert told["url"].endswith("/g/confirm")
