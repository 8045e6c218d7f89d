"""A call whose answer was lost: asked about, told apart, or left to a person."""

import datetime as dt
from typing import Any

import pytest

from core import clock
from core.errors import PortFailure
from core.jobs import list_dead
from outreach.contracts import Audience, Message, SubmissionTaken
from outreach.models import Chunk, TouchPlan
from outreach.services import adopt_submission, give_up_chunk, send_chunk_again
from tests.outreach.street import Street, later, run_lanes

pytestmark = pytest.mark.django_db
PLAIN = Message("周末会员日")


def lapse(chunk: Chunk, seconds: float = 1) -> None:
    """The lease ended so long ago, in real time."""
    until = clock.real_now() - dt.timedelta(seconds=seconds)
    Chunk.objects.filter(pk=chunk.pk).update(lease_until=until, retry_at=clock.now())


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


def test_while_nobody_can_be_asked_it_stays_unknown(street: Street) -> None:
    street.friends(street.world.cai, 1)
    street.messenger.script, street.messenger.deaf = ["lost"], True
    plan = street.gate()
    with pytest.raises(Exception, match="no_answer"):
        lapse_and_send(street, plan)

    assert street.chunk(plan).state == "unknown"
    assert street.messenger.calls == 1


def lapse_and_send(street: Street, plan: TouchPlan) -> None:
    street.send_again(plan)
    lapse(street.chunk(plan), seconds=100)
    street.send_again(plan)


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
    street.messenger.list_submissions = refuse
    lapse(street.chunk(plan))
    with later(minutes=1):
        run_lanes()
    assert list(list_dead()) == []

    street.messenger.list_submissions = asked
    with later(minutes=10):
        run_lanes()
    assert street.chunk(plan).msgid == "msg1"


def refuse(*_: object, **__: object) -> list[Any]:
    raise PortFailure("60020")
