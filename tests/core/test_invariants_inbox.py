import datetime as dt

import pytest

from core import clock, inbox, jobs
from core.invariants_inbox import messages_act_once, messages_end
from core.models import InboxMessage, Job
from tests.world import MONDAY

pytestmark = pytest.mark.django_db


@jobs.job("tests.finish_message")
def finish_message(payload: jobs.Payload) -> None:
    inbox.finish(InboxMessage.objects.get(pk=payload["inbox_id"]))


@pytest.fixture
def message() -> InboxMessage:
    """Two copies of one message and one other, stored and not yet handled."""
    for key in ("k1", "k1", "k2"):
        inbox.receive("tests", key, "event", f"<xml>{key}</xml>", "tests.finish_message")
    return InboxMessage.objects.get(key="k1")


def test_messages_on_their_way_and_at_their_end_are_in_order(message: InboxMessage) -> None:
    assert messages_end() == (2, [])
    jobs.run_due("default")
    with clock.frozen(MONDAY + dt.timedelta(hours=1)):
        assert messages_end() == (2, [])
    assert messages_act_once() == (2, [])


def test_a_message_without_a_duty_is_found(message: InboxMessage) -> None:
    Job.objects.filter(key=f"inbox:{message.pk}").delete()
    (line,) = messages_end()[1]
    assert line == f"消息 {message.pk}（event）已确认收到，却没有对应的作业"


def test_a_duty_done_without_an_end_is_found(message: InboxMessage) -> None:
    Job.objects.filter(key=f"inbox:{message.pk}").update(state="done")
    (line,) = messages_end()[1]
    assert "还停在“已收到”" in line


def test_a_message_that_waits_too_long_is_found(message: InboxMessage) -> None:
    with clock.frozen(MONDAY + dt.timedelta(seconds=61)):
        assert len(messages_end()[1]) == 2
    Job.objects.update(due_at=MONDAY + dt.timedelta(minutes=5))
    with clock.frozen(MONDAY + dt.timedelta(seconds=61)):
        assert messages_end()[1] == []


def test_a_failure_without_a_reason_is_found(message: InboxMessage) -> None:
    jobs.run_due("default")
    InboxMessage.objects.filter(pk=message.pk).update(state="dead", reason="")
    (line,) = messages_end()[1]
    assert "没有写明原因" in line


def test_a_message_owed_twice_is_found(message: InboxMessage) -> None:
    jobs.enqueue("tests.record_twice", {"inbox_id": message.pk}, key=f"inbox:{message.pk}")
    (line,) = messages_act_once()[1]
    assert "有 2 个作业" in line


def test_a_copy_stored_under_another_key_is_found(message: InboxMessage) -> None:
    inbox.receive("tests", "k3", "event", message.body, "tests.finish_message")
    (line,) = messages_act_once()[1]
    assert "是同一份内容" in line


@jobs.job("tests.record_twice")
def record_twice(payload: jobs.Payload) -> None:
    return None
