"""E7: what was committed is owed to each listener and run; what was rolled back is neither."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import pytest
from django.db import transaction

from core import clock, events, jobs
from core.invariants_inbox import news_reaches_listeners, work_is_not_left
from core.models import Event, Job

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Rang(events.Event):
    name: ClassVar[str] = "tests.rang"
    number: int


@jobs.job("tests.hear_ring")
def hear_ring(payload: jobs.Payload) -> None: ...


@pytest.fixture(autouse=True)
def _listening() -> None:
    Job.objects.all().delete()
    events.subscribe(Rang, "tests.hear_ring")


def test_each_listener_of_committed_news_is_owed_a_job():
    before = Event.objects.count()
    for number in range(3):
        events.announce(Rang(number))

    assert news_reaches_listeners() == (before + 3, [])


def test_news_without_its_job_is_found():
    for number in range(2):
        events.announce(Rang(number))
    lost = Event.objects.order_by("pk").last()
    Job.objects.filter(key=f"event:{lost.pk}").delete()

    assert news_reaches_listeners()[1] == [f"消息 {lost.pk}（tests.rang）没有交给 tests.hear_ring"]


def test_news_that_was_rolled_back_owes_nothing():
    with transaction.atomic():
        events.announce(Rang(1))
        transaction.set_rollback(True)

    assert not Job.objects.filter(name="tests.hear_ring").exists()


def test_a_job_of_news_that_was_never_committed_is_found():
    jobs.enqueue("tests.hear_ring", key="event:999999999")

    assert news_reaches_listeners()[1] == [
        "作业 tests.hear_ring（event:999999999）来自一条没有提交的消息"
    ]


def test_work_that_a_push_brought_is_no_news_of_ours():
    jobs.enqueue("tests.hear_ring", key=f"event:{'0f' * 32}")

    assert news_reaches_listeners()[1] == []


def test_a_job_left_past_its_time_is_found():
    late = clock.now() - timedelta(minutes=6)
    jobs.enqueue("tests.hear_ring", key="late", due_at=late)
    Job.objects.update(created_at=late)

    assert work_is_not_left() == (1, ["作业 tests.hear_ring（late）到期后超过 5 分钟没有执行"])


def test_a_job_that_waits_for_its_time_is_not_left():
    jobs.enqueue("tests.hear_ring", key="later", due_at=clock.now() + timedelta(days=1))

    assert work_is_not_left() == (1, [])
