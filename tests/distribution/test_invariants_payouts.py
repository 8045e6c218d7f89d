"""M4 is green while guides draw, and red on each seeded defect."""

from collections.abc import Callable

import pytest
from django.db import connection

from core import clock, ledger
from distribution import invariants_payouts as invariants
from distribution.contracts import IN_TRANSIT, PAID_OUT, PROMISED, TransferState, party
from distribution.models import PayoutAccount, PayoutDifference, Withdrawal
from distribution.services import ask_withdrawal, settle_transfer
from org.models import Staff
from tests.distribution.payees import FakeTransfers, advance, bind, earn, finish
from tests.world import World

pytestmark = pytest.mark.django_db

State = Withdrawal.State


@pytest.fixture
def desk(cai: Staff, world: World, bank: FakeTransfers) -> Staff:
    """Cai has been paid, was refused by name, and has one under way; Dee waits for approval."""
    finish(ask_withdrawal(guide=cai, gross_fen=3_000), bank)
    row = advance(ask_withdrawal(guide=cai, gross_fen=2_000))
    settle_transfer(bank.end(row.out_bill_no, TransferState.FAILED, "NAME_NOT_CORRECT"))
    advance(ask_withdrawal(guide=cai, gross_fen=5_000))
    earn(world.dee, 20_000)
    bind(world.dee, "o_dee")
    ask_withdrawal(guide=world.dee, gross_fen=15_000)
    return cai


def broken(check: Callable[[], tuple[int, list[str]]]) -> int:
    return len(check()[1])


@pytest.mark.parametrize("name", sorted(invariants.CHECKS))
def test_guides_who_draw_break_nothing(desk: Staff, name: str) -> None:
    examined, violations = invariants.CHECKS[name]()

    assert (examined > 0, violations) == (True, [])


def test_a_payout_beyond_what_was_settled_turns_it_red(desk: Staff) -> None:
    whose = party(desk.pk)
    lines = [ledger.Line(IN_TRANSIT, 7_001, whose), ledger.Line(PROMISED, -7_001, whose)]
    ledger.post("payout.reserved", "TXSECOND", lines)

    assert broken(invariants.payouts_stay_within_credits) == 1
    assert broken(invariants.reservations_are_single) == 2


def test_a_payout_before_it_was_earned_turns_it_red(world: World) -> None:
    """The sums agree afterwards; at that moment the money was not there."""
    whose = party(world.cai.pk)
    lines = [ledger.Line(IN_TRANSIT, 1_000, whose), ledger.Line(PROMISED, -1_000, whose)]
    ledger.post("payout.reserved", "TXEARLY", lines)
    earn(world.cai, 1_000)

    assert broken(invariants.payouts_stay_within_credits) == 1


def test_a_balance_drawn_in_the_account_alone_turns_it_red(desk: Staff) -> None:
    PayoutAccount.objects.filter(guide=desk).update(drawn_fen=7_999)

    assert broken(invariants.reservations_are_single) == 1


def test_a_second_open_request_turns_it_red(desk: Staff) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET ROLE NONE")
        cursor.execute("DROP INDEX withdrawal_one_open; SET ROLE siyu_app")
    Withdrawal.objects.create(
        out_bill_no="TXSECOND",
        guide=desk,
        state=State.APPROVED,
        gross_fen=100,
        amount_fen=100,
        asked_at=clock.now(),
    )

    assert any("同时有 2 笔" in line for line in invariants.reservations_are_single()[1])


def test_paid_here_and_not_there_turns_it_red(desk: Staff, bank: FakeTransfers) -> None:
    row = Withdrawal.objects.get(state=State.PAID)
    bank.end(row.out_bill_no, TransferState.FAILED)

    assert broken(invariants.payouts_are_complete) == 1


def test_paid_there_and_given_back_here_turns_it_red(desk: Staff, bank: FakeTransfers) -> None:
    row = Withdrawal.objects.get(state=State.FAILED)
    bank.end(row.out_bill_no, TransferState.SUCCESS)

    assert broken(invariants.payouts_are_complete) == 1
    PayoutDifference.objects.create(kind="payout_differs", ref=row.out_bill_no, at=row.asked_at)
    assert broken(invariants.payouts_are_complete) == 0, "a person knows of it"


def test_paid_without_ever_being_sent_turns_it_red(desk: Staff) -> None:
    Withdrawal.objects.filter(state=State.PAID).update(mchid="")

    assert broken(invariants.payouts_are_complete) == 1


def test_another_amount_there_turns_it_red(desk: Staff, bank: FakeTransfers) -> None:
    row = Withdrawal.objects.get(state=State.PAID)
    Withdrawal.objects.filter(pk=row.pk).update(gross_fen=3_001, amount_fen=3_001)

    assert broken(invariants.payouts_are_complete) == 1
    assert ledger.balance(PAID_OUT, party(desk.pk)) == 3_000
    assert broken(invariants.reservations_are_single) == 2


def test_news_that_is_still_on_its_way_is_no_violation(desk: Staff, bank: FakeTransfers) -> None:
    row = Withdrawal.objects.get(state=State.WAITING)
    bank.end(row.out_bill_no, TransferState.SUCCESS)

    assert broken(invariants.payouts_are_complete) == 0
