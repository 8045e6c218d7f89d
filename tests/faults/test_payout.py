"""Payouts under the platform's and our own failures: by the twin, nothing is paid twice.

Real commits and real HTTP; the verdict is the twin's list of transfers, not our tables.
"""

import signal
from functools import partial

import pytest

from core import clock
from distribution import invariants_payouts as invariants
from distribution.contracts import PayoutOpen, PayoutTooMuch
from distribution.models import PayoutAccount, Withdrawal
from distribution.services import ask_withdrawal, cancel_withdrawal
from tests.concurrency.crowd import all_at_once
from tests.distribution.payees import earn
from tests.faults.paying import Purse, advance, step_in_a_process

State = Withdrawal.State


def healthy() -> None:
    with clock.frozen(clock.real_now()):
        for name, check in invariants.CHECKS.items():
            examined, violations = check()
            assert (examined > 0, violations) == (True, []), name


@pytest.mark.parametrize(
    ("point", "bills"),
    [
        ("payout.claimed", 0),
        ("payout.sending", 0),
        ("payout.called", 1),
        ("payout.marked", 1),
    ],
)
def test_a_process_killed_on_the_way_pays_once(purse: Purse, point: str, bills: int) -> None:
    row = ask_withdrawal(guide=purse.guide, gross_fen=8_800)

    assert step_in_a_process(purse, row, f"{point}:1") == -signal.SIGKILL
    assert len(purse.bills()) == bills
    for minutes in (0, 2, 3):
        advance(row, minutes)
    assert row.state == State.WAITING
    purse.confirm(row)

    assert advance(row, 4).state == State.PAID
    assert purse.paid() == [(row.out_bill_no, 8_800)]
    assert len(purse.bills()) == 1
    healthy()


@pytest.mark.parametrize(
    ("mode", "options"),
    [
        ("reset_after", {}),
        ("timeout_after", {}),
        ("reset_before", {}),
        ("http500", {}),
        ("truncate", {}),
        ("errcode", {"errcode": "SYSTEM_ERROR"}),
        ("errcode", {"errcode": "FREQUENCY_LIMITED"}),
        ("errcode", {"errcode": "NOT_ENOUGH"}),
    ],
)
def test_an_answer_that_is_no_answer_keeps_the_number(
    purse: Purse, mode: str, options: dict[str, str]
) -> None:
    row = ask_withdrawal(guide=purse.guide, gross_fen=8_800)
    purse.fault(mode, **options)

    assert advance(row).state == State.SENDING
    assert PayoutAccount.objects.get().drawn_fen == 8_800
    for minutes in (2, 4):
        advance(row, minutes)
    assert row.state == State.WAITING, row.log
    purse.confirm(row)

    assert advance(row, 6).state == State.PAID
    assert purse.paid() == [(row.out_bill_no, 8_800)]
    assert [bill["out_bill_no"] for bill in purse.bills()] == [row.out_bill_no]
    healthy()


def test_other_parameters_under_the_number_are_refused_there_and_pay_nothing_new(
    purse: Purse,
) -> None:
    """Our answer is lost, and by mistake the amount changes: the platform holds us to it."""
    row = ask_withdrawal(guide=purse.guide, gross_fen=8_800)
    purse.fault("reset_after")
    advance(row)
    Withdrawal.objects.filter(pk=row.pk).update(amount_fen=9_900, gross_fen=9_900)

    for minutes in (2, 4):
        advance(row, minutes)

    assert row.state == State.SENDING
    assert [bill["transfer_amount"] for bill in purse.bills()] == [8_800]
    assert purse.paid() == []


def test_what_nobody_confirms_comes_back_after_a_day(purse: Purse) -> None:
    row = advance(ask_withdrawal(guide=purse.guide, gross_fen=8_800))
    assert row.state == State.WAITING
    purse.twin.post(
        "act/confirm_transfer", out_bill_no=row.out_bill_no, fail_reason="OVERDUE_CLOSE"
    )

    assert advance(row, 5).state == State.OVERDUE

    assert PayoutAccount.objects.get().drawn_fen == 0
    again = advance(ask_withdrawal(guide=purse.guide, gross_fen=8_800), 6)
    purse.confirm(again)
    assert advance(again, 7).state == State.PAID
    assert purse.paid() == [(again.out_bill_no, 8_800)]
    healthy()


def test_a_lost_request_that_is_taken_back_ends_cancelled_there(purse: Purse) -> None:
    row = ask_withdrawal(guide=purse.guide, gross_fen=8_800)
    purse.fault("reset_after")
    advance(row)
    cancel_withdrawal(withdrawal=row, reason="不提了")

    assert advance(row, 2).state == State.CANCELLED

    assert [bill["state"] for bill in purse.bills()] == ["CANCELLED"]
    assert PayoutAccount.objects.get().drawn_fen == 0
    healthy()


def test_a_crowd_draws_one_balance_once(purse: Purse) -> None:
    """Each asks for more than half of what is there: one gets it, the others nothing."""
    ask = partial(ask_withdrawal, guide=purse.guide, gross_fen=9_900)

    answers = all_at_once(purse.tenant, [ask] * 16)

    refused = [answer for answer in answers if isinstance(answer, PayoutOpen | PayoutTooMuch)]
    assert (len(refused), Withdrawal.objects.count()) == (15, 1)
    row = Withdrawal.objects.get()
    all_at_once(purse.tenant, [partial(advance, row)] * 8)
    purse.confirm(row)
    all_at_once(purse.tenant, [partial(advance, row, 3)] * 8)
    assert purse.paid() == [(row.out_bill_no, 9_900)]
    healthy()


def test_a_guide_who_keeps_asking_never_gets_more_than_was_earned(purse: Purse) -> None:
    for round_ in range(6):
        for answer in all_at_once(
            purse.tenant, [partial(ask_withdrawal, guide=purse.guide, gross_fen=4_000)] * 4, 4
        ):
            if isinstance(answer, Withdrawal):
                row = advance(answer, 10 * round_)
                purse.confirm(row)
                advance(row, 10 * round_ + 5)

    assert [fen for _, fen in purse.paid()] == [4_000] * 3
    earn(purse.guide, 1_000)
    assert ask_withdrawal(guide=purse.guide, gross_fen=4_000).state == State.APPROVED
