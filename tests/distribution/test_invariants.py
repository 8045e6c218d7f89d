"""Each check is green on a shop at work and red on a seeded defect."""

import random

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.db.utils import ProgrammingError

from core import ledger
from core.invariants_rights import append_only_is_denied
from core.jobs import enqueue
from core.models import AuditEntry, Entry, Journal
from distribution import invariants
from distribution.contracts import STATE_ACCOUNTS, party
from distribution.models import Commission, PerformanceShare
from mall.models import OrderLine
from tests.distribution.kit import Goods, lines_of, pay, place, receive, refund, shared_by
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(world: World) -> World:
    """A few orders in every state, some refunded."""
    dice = random.Random(20260302)
    shared_by(world, world.cai)
    for number in range(12):
        goods = [Goods(dice.randint(100, 99_999)) for _ in range(dice.randint(1, 3))]
        order = pay(place(world, *goods))
        if number % 2:
            receive(order)
        if number % 3 == 0:
            line = lines_of(order)[0]
            refund(order, (line, dice.randint(1, line.paid_fen)))
    return world


@pytest.mark.parametrize("name", sorted(invariants.CHECKS))
def test_a_shop_at_work_breaks_nothing(shop: World, name: str) -> None:
    examined, violations = invariants.CHECKS[name]()

    assert examined > 0
    assert violations == []


def test_a_commission_above_the_cap_turns_it_red(shop: World) -> None:
    row = Commission.objects.filter(reversed_fen=0).first()
    assert row is not None
    Commission.objects.filter(pk=row.pk).update(amount_fen=row.base_fen * 31 // 100)

    assert len(invariants.commission_within_cap()[1]) == 1


def test_a_refund_that_took_nothing_back_turns_it_red(shop: World) -> None:
    line = OrderLine.objects.filter(refunded_fen=0, paid_fen__gt=5_000).first()
    assert line is not None
    OrderLine.objects.filter(pk=line.pk).update(refunded_fen=F("paid_fen") / 2)

    assert len(invariants.commission_follows_refunds()[1]) == 1
    assert len(invariants.performance_is_whole()[1]) == 1


def test_a_reversal_that_is_still_owed_is_not_a_violation(world: World) -> None:
    shared_by(world, world.cai)
    order = pay(place(world, Goods(10_000)))
    row = refund(order, (lines_of(order)[0], 5_000), reverse=False)

    assert len(invariants.commission_follows_refunds()[1]) == 1
    enqueue("distribution.reverse_refund", {"refund_id": row.pk})

    assert invariants.commission_follows_refunds() == (0, [])


def test_a_row_changed_behind_the_ledger_turns_it_red(shop: World) -> None:
    row = Commission.objects.exclude(state="reversed").first()
    assert row is not None
    Commission.objects.filter(pk=row.pk).update(amount_fen=F("amount_fen") + 1)

    assert len(invariants.ledger_holds_commission()[1]) == 2


def test_a_journal_without_a_row_turns_it_red(shop: World) -> None:
    whose = party(shop.dee.pk)
    ledger.post(
        "test.forged",
        "1",
        [ledger.Line("cash", 5), ledger.Line(STATE_ACCOUNTS["settled"], -5, whose)],
    )

    assert invariants.ledger_holds_commission()[1] == [
        f"账户 commission.settled / {whose}：总账 5 分，佣金表 0 分"
    ]


def test_a_lost_part_of_performance_turns_it_red(shop: World) -> None:
    first = PerformanceShare.objects.first()
    assert first is not None
    PerformanceShare.objects.create(
        line=first.line, role="hq", weight=1, amount_fen=-1, at=first.at
    )

    assert len(invariants.performance_is_whole()[1]) == 1


def test_history_is_denied_to_the_role(shop: World) -> None:
    examined, violations = append_only_is_denied()

    assert examined >= 10
    assert violations == []


@pytest.mark.parametrize("model", [Journal, Entry, AuditEntry, PerformanceShare])
@pytest.mark.parametrize("sql", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_role_may_not_rewrite_history(shop: World, model: type, sql: str) -> None:
    table = model._meta.db_table  # type: ignore[attr-defined]

    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql.format(table))


def test_a_right_too_many_turns_it_red(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute("GRANT UPDATE ON core_entry TO siyu_app")

    examined, violations = append_only_is_denied()

    assert examined >= 10
    assert violations == ["角色 siyu_app 可以对 core_entry 执行 UPDATE"]
