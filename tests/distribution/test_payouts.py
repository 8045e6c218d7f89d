"""Withdrawals: taken from the balance once, within limits, to one WeChat."""

import datetime as dt

import pytest

from core import clock, ledger
from core.errors import InvalidInput
from distribution.contracts import (
    IN_TRANSIT,
    PAID_OUT,
    PROMISED,
    TRANSFER_CASH,
    WITHHELD,
    PayoutAmountRefused,
    PayoutDayFull,
    PayoutNotYours,
    PayoutOpen,
    PayoutOpenidTaken,
    PayoutStateRefused,
    PayoutTooMuch,
    RealNameNeeded,
)
from distribution.models import PayoutAccount, Withdrawal
from distribution.selectors import income_of
from distribution.services import (
    approve_withdrawal,
    ask_withdrawal,
    bind_payout_account,
    cancel_withdrawal,
    decline_withdrawal,
    publish_rules,
    release_payout_account,
    sweep_payouts,
)
from org.models import Staff
from tests.distribution.kit import config
from tests.distribution.payees import (
    OPENID,
    PAYER,
    FakeTransfers,
    accounts,
    advance,
    drawn,
    earn,
    finish,
    later,
    steps_owed,
)
from tests.world import World

pytestmark = pytest.mark.django_db

State = Withdrawal.State


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


def test_a_first_wechat_does_not_shorten_the_wait_for_a_changed_name(
    world: World, bank: FakeTransfers
) -> None:
    earn(world.cai, 15_000)
    first = ask_withdrawal(guide=world.cai, gross_fen=1_000, real_name="蔡明")
    cancel_withdrawal(withdrawal=first, reason="写错了名字")
    row = ask_withdrawal(guide=world.cai, gross_fen=8_800, real_name="蔡鸣")

    bind_payout_account(withdrawal=row, appid=PAYER.appid, openid="o_new")

    assert (advance(row).state, bank.calls) == (State.APPROVED, [])
    with later(24 * 60):
        assert advance(row).state == State.WAITING


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


def test_the_remark_names_the_month(cai: Staff) -> None:
    assert clock.today() == dt.date(2026, 3, 2)
    assert ask_withdrawal(guide=cai, gross_fen=100).remark == "3月佣金"
