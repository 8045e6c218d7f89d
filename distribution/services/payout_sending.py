"""Bringing a withdrawal to its end at the platform: ask first, then call, never a new number.

What went out and was not answered may have happened. So `sending` is committed before the
call, the next step asks what became of the number, and only then calls again under it.
"""

import datetime as dt

from django.db import transaction

from core import clock, faults, ports
from core.errors import Outcome, PortFailure
from core.jobs import RetryLater
from core.locks import lock_objects
from core.money import format_yuan
from distribution.contracts import Payer, PayoutGateway, TransferFact, TransferOrder, TransferState
from distribution.models import PayoutAccount, Withdrawal
from distribution.services.payout_queue import log_call, note_difference
from distribution.services.payout_settling import PayoutSettled, give_back, settle_transfer

State, Call = Withdrawal.State, Withdrawal.Call

IN_FLIGHT = dt.timedelta(minutes=1)
"""A call is over by then, answered or not: the adapter gives up long before."""

OUTCOMES = {Outcome.UNKNOWN: "结果未知", Outcome.RETRYABLE: "稍后再试", Outcome.REJECTED: "被拒绝"}

AFTER_REFUSAL = dt.timedelta(hours=1)


def advance_payout(withdrawal_id: int) -> PayoutSettled:
    """One step; calls out, so holds no transaction. Idempotent.

    Raises `PortFailure` and `RetryLater` to be tried again under the same number.
    """
    row = Withdrawal.objects.get(pk=withdrawal_id)
    if row.state not in (State.APPROVED, State.SENDING, State.WAITING):
        return PayoutSettled.REPEATED
    gateway = ports.get(PayoutGateway)
    fact = gateway.query(row.mchid, row.out_bill_no) if row.last_call else None
    if fact is not None and not _is_unconfirmable(row, fact):
        return _follow(gateway, row, fact)
    if row.state == State.WAITING and fact is None:
        note_difference("payout_vanished", row.out_bill_no, withdrawal=row)
        return PayoutSettled.EXCEPTION
    if fact is None and row.cancel_asked_at and _was_never_there(row.pk):
        return PayoutSettled.RETURNED
    return _send(gateway, row)


def check_payout(withdrawal_id: int) -> PayoutSettled | None:
    """Only ask what became of it; None when nothing is known. Raises `PortFailure`."""
    row = Withdrawal.objects.get(pk=withdrawal_id)
    if not row.last_call:
        return None
    fact = ports.get(PayoutGateway).query(row.mchid, row.out_bill_no)
    return settle_transfer(fact) if fact else None


def _is_unconfirmable(row: Withdrawal, fact: TransferFact) -> bool:
    """It waits there for a confirmation that we cannot open: only a repeat tells us how."""
    return fact.state is TransferState.WAITING and not row.package and not row.cancel_asked_at


def _follow(gateway: PayoutGateway, row: Withdrawal, fact: TransferFact) -> PayoutSettled:
    settled = settle_transfer(fact)
    if settled is not PayoutSettled.WAITING or row.cancel_asked_at is None:
        return settled
    log_call(row.pk, "请求微信支付撤销")
    gateway.cancel(row.mchid, row.out_bill_no)
    told = gateway.query(row.mchid, row.out_bill_no)
    return settle_transfer(told) if told else settled


@transaction.atomic
def _was_never_there(withdrawal_id: int) -> bool:
    """Give up a number that the platform refused each time and does not know.

    A number with a call of unknown outcome is not given up: it is made to exist under the
    same number, and then cancelled there.
    """
    (row,) = lock_objects(Withdrawal, [withdrawal_id])
    if row.state != State.SENDING or row.last_call != Call.REFUSED:
        return False
    give_back(row, State.CANCELLED, "已撤回，微信支付没有受理过")
    return True


def _send(gateway: PayoutGateway, row: Withdrawal) -> PayoutSettled:
    faults.point("payout.claimed")
    order, was_doubtful = _begin(row.pk, gateway.payer())
    if order is None:
        return PayoutSettled.PROCESSING
    faults.point("payout.sending")
    try:
        fact = gateway.transfer(order)
    except PortFailure as failure:
        _note_failure(row.pk, failure, was_doubtful=was_doubtful)
        raise
    faults.point("payout.called")
    settled = settle_transfer(fact)
    faults.point("payout.marked")
    return settled


@transaction.atomic
def _begin(withdrawal_id: int, payer: Payer) -> tuple[TransferOrder | None, bool]:
    """Commit that a call goes out, and what it says; whether one before it is in doubt.

    Nothing while the guide has bound no WeChat, or has changed it lately.
    """
    (row,) = lock_objects(Withdrawal, [withdrawal_id])
    account = PayoutAccount.objects.get(guide_id=row.guide_id)
    is_ready = account.openid and account.usable_at and account.usable_at <= clock.now()
    if row.state not in (State.APPROVED, State.SENDING, State.WAITING) or not is_ready:
        return None, False
    was_doubtful = row.last_call == Call.DOUBTFUL
    if was_doubtful and row.called_at and row.called_at > clock.now() - IN_FLIGHT:
        raise RetryLater(IN_FLIGHT.total_seconds(), "上一次请求可能还在路上")
    if not row.mchid:
        row.mchid, row.appid, row.openid = payer.mchid, account.appid, account.openid
    row.state = State.SENDING
    row.last_call, row.called_at = Call.DOUBTFUL, clock.now()
    row.check_at = clock.now() + IN_FLIGHT
    row.save()
    log_call(row.pk, f"向微信支付请求转账 {format_yuan(row.amount_fen)}")
    return _order(row, account), was_doubtful


def _order(row: Withdrawal, account: PayoutAccount) -> TransferOrder:
    return TransferOrder(
        out_bill_no=row.out_bill_no,
        mchid=row.mchid,
        appid=row.appid,
        openid=row.openid,
        amount_fen=row.amount_fen,
        remark=row.remark,
        reward=f"{row.remark[:-2]}销售佣金",
        real_name=account.real_name,
    )


@transaction.atomic
def _note_failure(withdrawal_id: int, failure: PortFailure, *, was_doubtful: bool) -> None:
    """An unknown outcome stays in doubt, and a refusal takes no earlier doubt away."""
    (row,) = lock_objects(Withdrawal, [withdrawal_id])
    log_call(
        row.pk, f"微信支付没有受理：{failure.code} {failure.text}（{OUTCOMES[failure.outcome]}）"
    )
    if row.state != State.SENDING or failure.outcome is Outcome.UNKNOWN:
        return
    row.last_call = Call.DOUBTFUL if was_doubtful else Call.REFUSED
    row.failure = f"{failure.code}: {failure.text}"[:160]
    if failure.outcome is Outcome.REJECTED:
        row.check_at = clock.now() + AFTER_REFUSAL
        note_difference("payout_refused", row.out_bill_no, withdrawal=row, failure=row.failure)
    row.save(update_fields=["last_call", "failure", "check_at"])
