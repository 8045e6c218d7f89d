"""Transfers: sent under one number, ended by the platform's word alone."""

import pytest

from core import ledger
from core.errors import Outcome, PortFailure
from core.jobs import RetryLater
from core.models import Journal
from distribution.contracts import (
    IN_TRANSIT,
    OVERDUE_REASON,
    PAID_OUT,
    PROMISED,
    TRANSFER_CASH,
    TransferState,
)
from distribution.models import PayoutDifference, Withdrawal
from distribution.services import (
    PayoutSettled,
    advance_payout,
    ask_withdrawal,
    cancel_withdrawal,
    settle_transfer,
    sweep_payouts,
)
from org.models import Staff
from tests.distribution.payees import (
    OPENID,
    PAYER,
    UNKNOWN,
    FakeTransfers,
    accounts,
    advance,
    drawn,
    later,
    steps_owed,
)

pytestmark = pytest.mark.django_db

State = Withdrawal.State


def test_a_confirmed_transfer_is_booked_once(cai: Staff, bank: FakeTransfers) -> None:
    row = ask_withdrawal(guide=cai, gross_fen=8_800)

    assert advance(row).state == State.WAITING
    assert (row.package, row.openid, row.mchid) == ("ABBQ1", OPENID, PAYER.mchid)
    fact = bank.end(row.out_bill_no, TransferState.SUCCESS)
    told = [settle_transfer(fact) for _ in range(3)]

    row.refresh_from_db()
    assert told == [PayoutSettled.PAID, PayoutSettled.REPEATED, PayoutSettled.REPEATED]
    assert (row.state, row.package) == (State.PAID, "")
    assert accounts(cai) == {PAID_OUT: 8_800}
    assert ledger.balance(TRANSFER_CASH) == -8_800
    assert Journal.objects.filter(kind="payout.paid").count() == 1
    assert bank.count("transfer") == 1


@pytest.mark.parametrize(
    ("state", "reason", "end"),
    [
        (TransferState.FAILED, "NAME_NOT_CORRECT", State.FAILED),
        (TransferState.FAILED, OVERDUE_REASON, State.OVERDUE),
        (TransferState.CANCELLED, "MCH_CANCEL", State.CANCELLED),
    ],
)
def test_a_definite_end_gives_the_money_back_once(
    cai: Staff, bank: FakeTransfers, state: TransferState, reason: str, end: str
) -> None:
    row = advance(ask_withdrawal(guide=cai, gross_fen=8_800))

    fact = bank.end(row.out_bill_no, state, reason)
    assert [settle_transfer(fact) for _ in range(2)] == ["returned", "repeated"]

    row.refresh_from_db()
    assert (row.state, row.failure, accounts(cai), drawn(cai)) == (end, reason, {}, 0)
    again = ask_withdrawal(guide=cai, gross_fen=15_000)
    assert again.out_bill_no != row.out_bill_no


def test_a_lost_answer_is_asked_about_and_never_sent_anew(cai: Staff, bank: FakeTransfers) -> None:
    row = ask_withdrawal(guide=cai, gross_fen=8_800)
    bank.lost = 1

    with pytest.raises(PortFailure):
        advance_payout(row.pk)
    row.refresh_from_db()
    assert (row.state, row.last_call) == (State.SENDING, Withdrawal.Call.DOUBTFUL)
    with later(2):
        assert advance(row).state == State.WAITING

    assert list(bank.bills) == [row.out_bill_no]
    assert [name for name, _ in bank.calls] == ["transfer", "query", "transfer"]


def test_a_call_that_may_be_under_way_is_not_repeated(cai: Staff, bank: FakeTransfers) -> None:
    row = ask_withdrawal(guide=cai, gross_fen=8_800)
    bank.failures = [UNKNOWN]
    with pytest.raises(PortFailure):
        advance_payout(row.pk)

    with pytest.raises(RetryLater):
        advance_payout(row.pk)

    assert bank.count("transfer") == 1
    with later(2):
        assert advance(row).state == State.WAITING
    assert {number for _, number in bank.calls} == {row.out_bill_no}


def test_a_refusal_keeps_the_number_and_the_reservation(cai: Staff, bank: FakeTransfers) -> None:
    row = ask_withdrawal(guide=cai, gross_fen=8_800)
    bank.failures = [PortFailure("PARAM_ERROR", "参数错误")]

    with pytest.raises(PortFailure):
        advance_payout(row.pk)

    row.refresh_from_db()
    assert (row.state, row.last_call, row.failure) == (
        "sending",
        "refused",
        "PARAM_ERROR: 参数错误",
    )
    assert (drawn(cai), PayoutDifference.objects.get().kind) == (8_800, "payout_refused")
    assert advance(row).state == State.WAITING
    assert len(bank.bills) == 1


def test_what_was_only_ever_refused_may_be_taken_back(cai: Staff, bank: FakeTransfers) -> None:
    row = ask_withdrawal(guide=cai, gross_fen=8_800)
    bank.failures = [PortFailure("PARAM_ERROR")]
    with pytest.raises(PortFailure):
        advance_payout(row.pk)

    cancel_withdrawal(withdrawal=row, reason="不提了")

    assert (advance(row).state, bank.bills, drawn(cai)) == (State.CANCELLED, {}, 0)


def test_what_is_in_doubt_is_made_to_exist_before_it_is_taken_back(
    cai: Staff, bank: FakeTransfers
) -> None:
    """Not found after a lost answer is no proof: the number is used again, then cancelled."""
    row = ask_withdrawal(guide=cai, gross_fen=8_800)
    refusal = PortFailure("SIGN_ERROR")
    bank.failures = [UNKNOWN, refusal]
    for minutes in (0, 2):
        with later(minutes), pytest.raises(PortFailure):
            advance_payout(row.pk)
    cancel_withdrawal(withdrawal=row, reason="不提了")

    with later(4):
        assert advance(row).state == State.WAITING
        assert advance(row).state == State.CANCELLED

    assert bank.bills[row.out_bill_no].state is TransferState.CANCELLED
    assert drawn(cai) == 0


def test_a_waiting_transfer_is_taken_back_at_the_platform(cai: Staff, bank: FakeTransfers) -> None:
    row = advance(ask_withdrawal(guide=cai, gross_fen=8_800))

    cancel_withdrawal(withdrawal=row, reason="不提了")
    row.refresh_from_db()
    assert (row.state, drawn(cai)) == (State.WAITING, 8_800)

    assert (advance(row).state, drawn(cai)) == (State.CANCELLED, 0)


def test_confirmed_before_it_could_be_taken_back_is_paid(cai: Staff, bank: FakeTransfers) -> None:
    row = advance(ask_withdrawal(guide=cai, gross_fen=8_800))
    cancel_withdrawal(withdrawal=row, reason="不提了")

    bank.end(row.out_bill_no, TransferState.SUCCESS)

    assert (advance(row).state, drawn(cai)) == (State.PAID, 8_800)


@pytest.mark.parametrize(
    "wrong", [{"amount_fen": 8_801}, {"openid": "o_dee"}, {"mchid": "1900000002"}]
)
def test_a_fact_that_is_not_ours_moves_nothing(
    cai: Staff, bank: FakeTransfers, wrong: dict[str, object]
) -> None:
    row = advance(ask_withdrawal(guide=cai, gross_fen=8_800))
    fact = bank.end(row.out_bill_no, TransferState.SUCCESS)

    told = settle_transfer(type(fact)(**{**fact.__dict__, **wrong}))

    row.refresh_from_db()
    assert (told, row.state) == (PayoutSettled.EXCEPTION, State.WAITING)
    assert (accounts(cai), PayoutDifference.objects.get().kind) == (
        {IN_TRANSIT: 8_800, PROMISED: -8_800},
        "payout_mismatch",
    )


def test_another_end_after_the_end_is_a_difference(cai: Staff, bank: FakeTransfers) -> None:
    row = advance(ask_withdrawal(guide=cai, gross_fen=8_800))
    settle_transfer(bank.end(row.out_bill_no, TransferState.FAILED, "OTHER"))

    told = settle_transfer(bank.end(row.out_bill_no, TransferState.SUCCESS))

    row.refresh_from_db()
    assert (told, row.state, accounts(cai)) == ("exception", State.FAILED, {})
    assert PayoutDifference.objects.get().kind == "payout_contradiction"


def test_the_sweep_asks_about_what_told_us_nothing(cai: Staff, bank: FakeTransfers) -> None:
    row = advance(ask_withdrawal(guide=cai, gross_fen=8_800))

    with later(5):
        assert sweep_payouts() == 0
    with later(11):
        assert sweep_payouts() == 1
        assert sweep_payouts() == 1, "the same slot is owed once"
    assert (steps_owed(), row.state) == (2, State.WAITING)


def test_an_unreachable_platform_leaves_no_doubt(cai: Staff, bank: FakeTransfers) -> None:
    row = ask_withdrawal(guide=cai, gross_fen=8_800)
    bank.failures = [PortFailure("unreachable", outcome=Outcome.RETRYABLE)]
    with pytest.raises(PortFailure):
        advance_payout(row.pk)

    row.refresh_from_db()
    assert (row.last_call, PayoutDifference.objects.count()) == ("refused", 0)
    assert advance(row).state == State.WAITING
