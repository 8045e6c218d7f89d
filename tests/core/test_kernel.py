"""Events, ledger, locks, clock, audit, keys: what every floor leans on."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from django.db import DatabaseError, connection, transaction

from core import audit, clock, events, jobs, ledger, ports
from core.clock import ClockOffset
from core.context import acting_as, tkey
from core.invariants import history_is_append_only, journals_balance
from core.locks import lock_name, lock_objects
from core.models import AuditEntry, Entry, Event, Job, Journal
from members.models import Member
from tenants.clock_offset import ClockFixed
from tenants.context import entered
from tenants.models import Tenant
from tests.conftest import tenant_called
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Happened(events.Event):
    name: ClassVar[str] = "tests.happened"
    number: int


heard: list[dict[str, Any]] = []


@jobs.job("tests.first_listener")
def first(payload: jobs.Payload) -> None:
    heard.append(payload)


@jobs.job("tests.second_listener")
def second(payload: jobs.Payload) -> None:
    raise ZeroDivisionError


events.subscribe(Happened, "tests.first_listener", "tests.second_listener")


def test_each_listener_owes_its_own_job_and_one_that_fails_holds_up_no_other() -> None:
    heard.clear()
    events.announce(Happened(7))
    jobs.run_due("default")

    assert heard == [{"number": 7}]
    assert Event.objects.get(name="tests.happened").payload == {"number": 7}
    assert Job.objects.get(name="tests.second_listener").state == Job.State.DUE


def test_news_of_a_rolled_back_transaction_is_no_news() -> None:
    with transaction.atomic():
        events.announce(Happened(8))
        transaction.set_rollback(True)
    assert not Event.objects.exists()
    assert not Job.objects.filter(name__startswith="tests.").exists()


def _post(*amounts: int, ref: str = "r1") -> bool:
    return ledger.post("test", ref, [ledger.Line("a", fen) for fen in amounts])


def test_a_balanced_journal_is_posted_once_for_its_fact() -> None:
    assert _post(500, -300, -200)
    assert not _post(500, -500)
    assert Entry.objects.count() == 3
    assert ledger.balance("a") == 0


def test_an_unbalanced_journal_is_refused_and_nothing_is_written() -> None:
    with pytest.raises(ledger.Unbalanced):
        _post(500, -499)
    assert not Journal.objects.exists()


def test_a_journal_made_unbalanced_behind_our_back_is_found() -> None:
    _post(500, -500)
    assert journals_balance() == (1, [])
    Entry.objects.create(journal=Journal.objects.get(), account="a", amount_fen=1)
    assert len(journals_balance()[1]) == 1


@pytest.mark.parametrize("table", ["core_entry", "core_journal", "core_auditentry"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_history_cannot_be_rewritten_by_the_role_that_works(table: str, change: str) -> None:
    denied = pytest.raises(DatabaseError, match="permission denied")
    with denied, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(table))


def test_the_rights_on_history_are_checked_table_by_table() -> None:
    examined, found = history_is_append_only()
    assert found == []
    assert examined >= 8


def test_a_lock_is_held_only_inside_a_transaction(world: World) -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        _outside_any_transaction(lambda: lock_name("x"))


def _outside_any_transaction(work: Any) -> None:
    former, connection.in_atomic_block = connection.in_atomic_block, False
    try:
        work()
    finally:
        connection.in_atomic_block = former


def test_objects_are_locked_in_the_order_of_their_ids(world: World) -> None:
    other = Member.objects.create(name="乙", created_at=MONDAY)
    locked = lock_objects(Member, [other.pk, world.eve.pk, other.pk])
    assert [member.pk for member in locked] == sorted([world.eve.pk, other.pk])


def test_a_key_begins_with_the_tenant(aurora: Tenant) -> None:
    here = tkey("limit", 7)
    assert aurora.schema_name in here
    with entered(tenant_called("breeze")):
        assert tkey("limit", 7) != here


def test_an_audit_row_says_who_and_goes_with_the_change(world: World) -> None:
    with acting_as(kind="staff", id=world.ann.pk, label="安", ip="10.0.0.1", request_id="req-1"):
        audit.record("members.note.added", world.eve, after={"text": "x"}, reason="问候")
    row = AuditEntry.objects.get(action="members.note.added")
    assert (row.actor_id, row.subject_id, row.ip, row.request_id) == (
        world.ann.pk,
        world.eve.public_id,
        "10.0.0.1",
        "req-1",
    )
    with transaction.atomic():
        audit.record("members.note.removed", world.eve)
        transaction.set_rollback(True)
    assert not AuditEntry.objects.filter(action="members.note.removed").exists()


def test_a_business_day_ends_at_midnight_in_shanghai() -> None:
    before = dt.datetime(2026, 3, 2, 15, 59, 59, tzinfo=dt.UTC)
    assert clock.day_of(before) == dt.date(2026, 3, 2)
    assert clock.day_of(before + dt.timedelta(seconds=1)) == dt.date(2026, 3, 3)
    assert clock.day_start(dt.date(2026, 3, 3)) == before + dt.timedelta(seconds=1)


def test_business_time_moves_forward_only() -> None:
    source = ports.get(ClockOffset)
    ahead = source.advance(dt.timedelta(days=8))
    assert ahead >= dt.timedelta(days=8)
    with pytest.raises(ClockFixed):
        source.advance(dt.timedelta(seconds=-1))


@pytest.mark.parametrize("env", ["production", "develop"])
def test_business_time_is_real_time_where_people_work(env: str, settings: Any) -> None:
    ports.get(ClockOffset).advance(dt.timedelta(days=1))
    settings.SIYU_ENV = env
    assert ports.get(ClockOffset).offset() == dt.timedelta(0)
    with pytest.raises(ClockFixed):
        ports.get(ClockOffset).advance(dt.timedelta(days=1))
