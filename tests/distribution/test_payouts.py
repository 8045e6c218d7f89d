"""Withdrawals: taken once, sent under one number, ended by the platform's word alone."""

import datetime as dt
from collections.abc import Iterator

import pytest

from core import clock, ledger, ports
from core.errors import InvalidInput, Outcome, PortFailure
from core.jobs import RetryLater
from core.models import Journal
from distribution.contracts import (
    IN_TRANSIT,
    OVERDUE_REASON,
    PAID_OUT,
    PROMISED,
    TRANSFER_CASH,
    WITHHELD,
    PayoutAmountRefused,
    PayoutDayFull,
    PayoutGateway,
    PayoutNotYours,
    PayoutOpen,
    PayoutOpenidTaken,
    PayoutStateRefused,
    PayoutTooMuch,
    RealNameNeeded,
    TransferState,
    party,
)
from distribution.models import PayoutAccount, PayoutDifference, Withdrawal
from distribution.selectors import income_of
from distribution.services import (
    PayoutSettled,
    advance_payout,
    approve_withdrawal,
    ask_withdrawal,
    bind_payout_account,
    cancel_withdrawal,
    decline_withdrawal,
    publish_rules,
    release_payout_account,
    settle_transfer,
    sweep_payouts,
)
from org.models import Staff
from tests.distribution.kit import config
from tests.distribution.payees import (
    OPENID,
    PAYER,
    UNKNOWN,
    FakeTransfers,
    advance,
    bind,
    drawn,
    earn,
    later,
    steps_owed,
)
from tests.world import World

pytestmark = pytest.mark.django_db

State = Withdrawal.State


@pytest.fixture
def bank() -> Iterator[FakeTransfers]:
    fake = FakeTransfers()
    former = ports.swap(PayoutGateway, fake)
    yield fake
    ports.swap(PayoutGateway, former)


@pytest.fixture
def cai(world: World, bank: FakeTransfers) -> Staff:
    """Cai has 150.00 to draw and has bound a WeChat."""
    earn(world.cai, 15_000)
    bind(world.cai)
    return world.cai


def accounts(guide: Staff) -> dict[str, int]:
    names = (IN_TRANSIT, PAID_OUT, PROMISED, WITHHELD)
    found = {name: ledger.balance(name, party(guide.pk)) for name in names}
    return {name: fen for name, fen in found.items() if fen}


def test_asking_takes_the_balance_at_once(cai: Staff) -> None:
    row = ask_withdrawal(guide=cai, gross_fen=8_800)

    assert (row.state, row.amount_fen, row.tax_fen) == (State.APPROVED, 8_800, 0)
    assert accounts(cai) == {IN_TRANSIT: 8_800, PROMISED: -8_800}
    income = income_of(cai)
    assert (income.in_transit_fen, drawn(cai), steps_owed()) == (8_800, 8_800, 1)


def test_the_number_fits_the_platform(cai: Staff) -> None:
    number = ask_withdrawal(guide=cai, gross_fen=100).out_bill_no

    assert len(number) <= 32
    assert number.isascii()
    assert number.isalnum()


@pytest.mark.parametrize("fen", [99, 0, -500, 20_001])
def test_an_amount_outside_the_limits_is_refused(cai: Staff, fen: int) -> None:
    with pytest.raises(PayoutAmountRefused):
        ask_withdrawal(guide=cai, gross_fen=fen)

    assert (Withdrawal.objects.count(), drawn(cai)) == (0, 0)


def test_more_than_the_balance_is_refused(cai: Staff) -> None:
    with pytest.raises(PayoutTooMuch):
        ask_withdrawal(guide=cai, gross_fen=15_001)

    assert (Withdrawal.objects.count(), drawn(cai)) == (0, 0)
    assert ask_withdrawal(guide=cai, gross_fen=15_000).gross_fen == 15_000


def test_a_second_request_waits_for_the_first(cai: Staff) -> None:
    ask_withdrawal(guide=cai, gross_fen=1_000)

    with pytest.raises(PayoutOpen):
        ask_withdrawal(guide=cai, gross_fen=1_000)

    assert (Withdrawal.objects.count(), drawn(cai)) == (1, 1_000)


def test_a_debt_is_never_paid_out(cai: Staff) -> None:
    earn(cai, -20_000)

    assert (income_of(cai).payable_fen, drawn(cai)) == (0, 0)
    with pytest.raises(PayoutTooMuch):
        ask_withdrawal(guide=cai, gross_fen=100)


def test_the_day_has_a_cap(cai: Staff, world: World, bank: FakeTransfers) -> None:
    limits = {"most_fen": 6_000, "most_daily_fen": 10_000}
    publish_rules(brand=world.brand, config=config(payout=limits))
    finish(ask_withdrawal(guide=cai, gross_fen=6_000), bank)

    with pytest.raises(PayoutDayFull):
        ask_withdrawal(guide=cai, gross_fen=4_001)

    assert drawn(cai) == 6_000
    with later(24 * 60):
        assert ask_withdrawal(guide=cai, gross_fen=4_001).gross_fen == 4_001


def finish(row: Withdrawal, bank: FakeTransfers) -> Withdrawal:
    advance(row)
    bank.end(row.out_bill_no, TransferState.SUCCESS)
    return advance(row)


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


def test_above_the_limit_somebody_has_to_agree(cai: Staff, bank: FakeTransfers) -> None:
    row = ask_withdrawal(guide=cai, gross_fen=10_001)

    assert (advance(row).state, bank.calls, steps_owed()) == (State.ASKED, [], 0)
    approve_withdrawal(withdrawal=row)
    with pytest.raises(PayoutStateRefused):
        approve_withdrawal(withdrawal=row)
    assert (advance(row).state, steps_owed()) == (State.WAITING, 1)


def test_a_declined_request_gives_the_money_back(cai: Staff) -> None:
    row = ask_withdrawal(guide=cai, gross_fen=10_001)

    with pytest.raises(InvalidInput):
        decline_withdrawal(withdrawal=row, reason=" ")
    decline_withdrawal(withdrawal=row, reason="先核对上月退款")

    row.refresh_from_db()
    assert (row.state, row.failure) == (State.CANCELLED, "没有同意：先核对上月退款")
    assert (accounts(cai), drawn(cai)) == ({}, 0)
    with pytest.raises(PayoutStateRefused):
        approve_withdrawal(withdrawal=row)


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


def test_nothing_goes_out_before_a_wechat_is_bound(world: World, bank: FakeTransfers) -> None:
    earn(world.cai, 15_000)
    row = ask_withdrawal(guide=world.cai, gross_fen=8_800)

    assert (advance(row).state, bank.calls, sweep_payouts()) == (State.APPROVED, [], 0)
    bind_payout_account(withdrawal=row, appid=PAYER.appid, openid="o_new")
    assert (advance(row).state, row.openid, sweep_payouts()) == (State.WAITING, "o_new", 0)


def test_another_wechat_is_refused_for_good(cai: Staff) -> None:
    row = ask_withdrawal(guide=cai, gross_fen=8_800)

    with pytest.raises(PayoutNotYours):
        bind_payout_account(withdrawal=row, appid=PAYER.appid, openid="o_dee")

    assert PayoutAccount.objects.get(guide=cai).openid == OPENID


def test_one_wechat_is_bound_to_one_guide(cai: Staff, world: World) -> None:
    earn(world.dee, 1_000)
    row = ask_withdrawal(guide=world.dee, gross_fen=1_000)

    with pytest.raises(PayoutOpenidTaken):
        bind_payout_account(withdrawal=row, appid=PAYER.appid, openid=OPENID)

    assert PayoutAccount.objects.get(guide=world.dee).openid == ""


def test_a_changed_wechat_waits_for_a_day(cai: Staff, bank: FakeTransfers) -> None:
    release_payout_account(guide=cai, reason="换手机")
    row = ask_withdrawal(guide=cai, gross_fen=8_800)
    bind_payout_account(withdrawal=row, appid=PAYER.appid, openid="o_new")

    assert (advance(row).state, sweep_payouts()) == (State.APPROVED, 0)
    with later(24 * 60):
        assert sweep_payouts() == 1
        assert (advance(row).state, row.openid) == (State.WAITING, "o_new")


def test_a_wechat_is_not_changed_while_money_is_on_its_way(cai: Staff) -> None:
    ask_withdrawal(guide=cai, gross_fen=8_800)

    with pytest.raises(PayoutOpen):
        release_payout_account(guide=cai, reason="换手机")

    assert PayoutAccount.objects.get(guide=cai).openid == OPENID


def test_from_two_thousand_yuan_on_the_real_name_goes_along(
    cai: Staff, world: World, bank: FakeTransfers
) -> None:
    earn(cai, 300_000)
    publish_rules(brand=world.brand, config=config(payout={"most_fen": 200_000}))

    with pytest.raises(RealNameNeeded):
        ask_withdrawal(guide=cai, gross_fen=200_000)
    assert drawn(cai) == 0
    row = ask_withdrawal(guide=cai, gross_fen=200_000, real_name=" 蔡明 ")
    approve_withdrawal(withdrawal=row)
    advance(row)

    assert bank.orders[row.out_bill_no].real_name == "蔡明"


def test_labour_is_taxed_by_the_month(cai: Staff, world: World, bank: FakeTransfers) -> None:
    earn(cai, 985_000)
    limits = {
        "most_fen": 500_000,
        "most_daily_fen": 900_000,
        "approve_above_fen": 900_000,
        "tax_profile": "labour",
    }
    publish_rules(brand=world.brand, config=config(payout=limits))

    rows = [
        finish(ask_withdrawal(guide=cai, gross_fen=fen, real_name="蔡明"), bank)
        for fen in (80_000, 320_000, 500_000)
    ]

    assert [(row.tax_fen, row.amount_fen) for row in rows] == [
        (0, 80_000),
        (64_000, 256_000),
        (80_000, 420_000),
    ]
    assert accounts(cai) == {PAID_OUT: 900_000, WITHHELD: -144_000}
    assert ledger.balance(TRANSFER_CASH) == -756_000


def test_the_sweep_asks_about_what_told_us_nothing(cai: Staff, bank: FakeTransfers) -> None:
    row = advance(ask_withdrawal(guide=cai, gross_fen=8_800))

    with later(5):
        assert sweep_payouts() == 0
    with later(11):
        assert sweep_payouts() == 1
        assert sweep_payouts() == 1, "the same slot is owed once"
    assert (steps_owed(), row.state) == (2, State.WAITING)


def test_a_payout_of_a_day_ago_counts_in_its_month(cai: Staff) -> None:
    assert clock.today() == dt.date(2026, 3, 2)
    assert ask_withdrawal(guide=cai, gross_fen=100).remark == "3月佣金"


def test_an_unreachable_platform_leaves_no_doubt(cai: Staff, bank: FakeTransfers) -> None:
    row = ask_withdrawal(guide=cai, gross_fen=8_800)
    bank.failures = [PortFailure("unreachable", outcome=Outcome.RETRYABLE)]
    with pytest.raises(PortFailure):
        advance_payout(row.pk)

    row.refresh_from_db()
    assert (row.last_call, PayoutDifference.objects.count()) == ("refused", 0)
    assert advance(row).state == State.WAITING
