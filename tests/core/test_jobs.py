import datetime as dt

import pytest
from django.db import transaction

from core import clock, jobs
from core.errors import Outcome, PortFailure, Refusal
from core.locks import Busy
from core.models import Job
from tests.world import MONDAY

pytestmark = pytest.mark.django_db

ran: list[str] = []


@jobs.job("tests.record")
def record(payload: jobs.Payload) -> None:
    ran.append(payload["word"])
    if payload.get("fail") == "refused":
        raise Refusal
    if payload.get("fail") == "retryable":
        raise PortFailure("busy", outcome=Outcome.RETRYABLE, retry_after=5)
    if payload.get("fail") == "bug":
        raise ZeroDivisionError


@pytest.fixture(autouse=True)
def _forget() -> None:
    ran.clear()
    Job.objects.all().delete()


def test_the_same_key_is_owed_once() -> None:
    assert jobs.enqueue("tests.record", {"word": "a"}, key="k")
    assert not jobs.enqueue("tests.record", {"word": "b"}, key="k")

    assert jobs.run_due("default") == 1
    assert ran == ["a"]
    assert jobs.run_due("default") == 0


def test_a_job_waits_for_its_moment() -> None:
    jobs.enqueue("tests.record", {"word": "later"}, due_at=MONDAY + dt.timedelta(hours=1))

    assert jobs.run_due("default") == 0
    with clock.frozen(MONDAY + dt.timedelta(hours=1)):
        assert jobs.run_due("default") == 1


def test_a_rolled_back_transaction_owes_nothing() -> None:
    with transaction.atomic():
        jobs.enqueue("tests.record", {"word": "never"})
        transaction.set_rollback(True)

    assert jobs.run_due("default") == 0


def test_a_refusal_is_a_dead_letter_at_once_and_can_be_retried() -> None:
    jobs.enqueue("tests.record", {"word": "x", "fail": "refused"}, key="r")
    jobs.run_due("default")

    dead = jobs.list_dead().get()
    assert dead.last_error.startswith("refused: ")
    assert jobs.retry_dead(dead.pk)
    jobs.run_due("default")
    assert ran == ["x", "x"]


def test_a_retryable_failure_comes_back_when_it_said() -> None:
    jobs.enqueue("tests.record", {"word": "x", "fail": "retryable"}, key="t")
    jobs.run_due("default")

    row = Job.objects.get(key="t")
    assert (row.state, row.due_at) == ("due", MONDAY + dt.timedelta(seconds=5))


def test_a_bug_ends_as_a_dead_letter_after_its_tries() -> None:
    jobs.enqueue("tests.record", {"word": "x", "fail": "bug"}, key="b")
    for hour in range(20):
        with clock.frozen(MONDAY + dt.timedelta(hours=hour)):
            jobs.run_due("default")

    row = Job.objects.get(key="b")
    assert (row.state, row.attempts) == ("dead", row.max_attempts)
    assert "ZeroDivisionError" in row.last_error


def test_an_abandoned_lease_is_taken_over_and_its_former_owner_may_not_finish() -> None:
    jobs.enqueue("tests.record", {"word": "x"}, key="lease")
    (lost,) = jobs.claim("default")
    assert jobs.claim("default") == []

    Job.objects.filter(pk=lost.pk).update(lease_until=clock.real_now())
    (taken,) = jobs.claim("default")
    jobs.run(lost)
    assert Job.objects.get(pk=lost.pk).state == "running"
    jobs.run(taken)
    assert Job.objects.get(pk=lost.pk).state == "done"


@jobs.job("tests.busy")
def busy(payload: jobs.Payload) -> None:
    raise Busy


def test_a_row_that_somebody_holds_is_waited_for_and_is_no_dead_letter() -> None:
    jobs.enqueue("tests.busy", key="busy")
    jobs.run_due("default")
    row = Job.objects.get(key="busy")
    assert (row.state, row.due_at) == ("due", MONDAY + dt.timedelta(seconds=2))
