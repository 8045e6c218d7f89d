"""Each check is quiet on a healthy house and speaks when one thing is broken."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection

from core import clock
from members.contracts import Preference
from members.services import set_preference
from outreach.invariants import (
    touches_are_said_once,
    touches_end_with_a_reason,
    touches_keep_to_the_rules,
)
from outreach.models import Chunk, Touch, TouchPlan
from tests.outreach.street import Street, later

pytestmark = pytest.mark.django_db
LONG_AGO = dt.timedelta(hours=1)


@pytest.fixture
def lived(street: Street) -> Street:
    """A plan of two guides, one of whom has confirmed, and a plan that is to come."""
    street.friends(street.world.cai, 2, "wa")
    street.friends(street.world.dee, 1, "wb")
    plan = street.submit()
    street.messenger.confirm("msg1")
    with later(minutes=2):
        street.poll(plan)
    Chunk.objects.filter(state="submitted").update(poll_at=clock.now())
    street.plan(occurrence="next", due_at=clock.now() + dt.timedelta(days=1))
    return street


def test_a_healthy_house_has_nothing_to_report(lived: Street) -> None:
    assert touches_are_said_once() == (6, [])
    assert touches_end_with_a_reason() == (6, [])
    assert touches_keep_to_the_rules() == (2, [])


def sent() -> Touch:
    return Touch.objects.filter(state="sent").order_by("pk")[0]


def waiting_chunk() -> Chunk:
    return Chunk.objects.get(state="submitted")


def move_to_another_chunk() -> None:
    Touch.objects.filter(pk=sent().pk).update(chunk=waiting_chunk())


@pytest.mark.parametrize(
    ("breaks", "words"),
    [
        (move_to_another_chunk, "属于别的计划或导购"),
        (move_to_another_chunk, "切成 2 条，现有 1 条"),
    ],
)
def test_what_may_be_said_twice_is_found(
    lived: Street, breaks: Callable[[], None], words: str
) -> None:
    breaks()
    assert any(words in line for line in touches_are_said_once()[1])


def leave_due() -> None:
    TouchPlan.objects.filter(occurrence="next").update(due_at=clock.now() - LONG_AGO)


def leave_held() -> None:
    rows = Touch.objects.filter(state="planned")
    rows.update(state="held", reason="quiet", hold_until=clock.now() - LONG_AGO)


def leave_unknown() -> None:
    Chunk.objects.filter(state="submitted").update(
        state="unknown", sending_at=clock.now() - LONG_AGO
    )


def leave_unpolled() -> None:
    Chunk.objects.filter(state="submitted").update(poll_at=clock.now() - LONG_AGO)


def forget_to_ask() -> None:
    Chunk.objects.filter(state="submitted").update(poll_at=None)


def leave_the_plan_open() -> None:
    Touch.objects.exclude(state="planned").update(state="sent", sent_at=clock.now())
    TouchPlan.objects.filter(occurrence="2026-03-02").update(
        due_at=clock.now() - LONG_AGO, created_at=clock.now() - LONG_AGO
    )


def end_without_reason() -> None:
    Touch.objects.filter(pk=sent().pk).update(state="skipped")


def end_the_chunk_alone() -> None:
    Chunk.objects.filter(state="submitted").update(state="failed")


@pytest.mark.parametrize(
    ("breaks", "words"),
    [
        (leave_due, "planned 到期后无人处理"),
        (leave_held, "held 到期后无人处理"),
        (leave_unknown, "unknown 超过 10 分钟没有结果"),
        (leave_unpolled, "submitted 超过 10 分钟没有结果"),
        (forget_to_ask, "submitted 超过 10 分钟没有结果"),
        (leave_the_plan_open, "没有未了的触达，却还在进行中"),
        (end_without_reason, "原因“”不在册"),
        (end_the_chunk_alone, "自己还开着"),
    ],
)
def test_silence_is_found(lived: Street, breaks: Callable[[], None], words: str) -> None:
    breaks()
    assert any(words in line for line in touches_end_with_a_reason()[1])


def send_at_night() -> None:
    night = dt.datetime(2026, 3, 1, 23, tzinfo=clock.SHANGHAI)
    Chunk.objects.filter(state="submitted").update(sending_at=night)


def send_after_leaving() -> None:
    contact = Touch.objects.get(chunk=waiting_chunk()).recipient
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE members_contact SET is_active = false, removed_at = %s"
            " WHERE external_userid = %s",
            [clock.now() - LONG_AGO, contact],
        )


def send_after_opting_out() -> None:
    member = Touch.objects.get(chunk=waiting_chunk()).member
    assert member is not None
    with clock.frozen(clock.now() - LONG_AGO):
        set_preference(member=member, preference=Preference.NONE)


@pytest.mark.parametrize(
    ("breaks", "words"),
    [
        (send_at_night, "静默时段"),
        (send_after_leaving, "已经离开"),
        (send_after_opting_out, "不接收消息"),
    ],
)
def test_an_unwelcome_message_is_found(
    lived: Street, breaks: Callable[[], None], words: str
) -> None:
    breaks()
    assert [words in line for line in touches_keep_to_the_rules()[1]] == [True]
