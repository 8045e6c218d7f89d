"""Believing what the platform says of a transfer, once, whoever tells it.

A number is given up only on its definite word: failed, cancelled, or never confirmed.
"""

import datetime as dt
from enum import StrEnum

from django.db import transaction
from django.db.models import F

from core import clock
from core.locks import lock_objects
from distribution.contracts import (
    OVERDUE_REASON,
    TRANSFER_WORDS,
    TransferFact,
    TransferState,
)
from distribution.models import PayoutAccount, Withdrawal
from distribution.services import postings
from distribution.services.payout_queue import log_call, note_difference

State, Call = Withdrawal.State, Withdrawal.Call

LOOK_AGAIN = dt.timedelta(minutes=10)
"""How long an open transfer is left to tell us by itself."""

RETURNED = (State.FAILED, State.OVERDUE, State.CANCELLED)


class PayoutSettled(StrEnum):
    """What a fact came to here."""

    PAID = "paid"
    WAITING = "waiting"
    PROCESSING = "processing"
    RETURNED = "returned"
    REPEATED = "repeated"
    EXCEPTION = "exception"


@transaction.atomic
def settle_transfer(fact: TransferFact) -> PayoutSettled:
    """Book what became of a number, once, in whatever order it is told. Locks: withdrawal."""
    found = Withdrawal.objects.filter(out_bill_no=fact.out_bill_no).first()
    if found is None:
        return _doubt("payout_unknown", fact, None, amount_fen=fact.amount_fen)
    (row,) = lock_objects(Withdrawal, [found.pk])
    if differences := _differences(fact, row):
        return _doubt("payout_mismatch", fact, row, **differences)
    if row.state not in (State.SENDING, State.WAITING):
        return _told_again(fact, row)
    if fact.state in (TransferState.FAILED, TransferState.CANCELLED):
        give_back(row, _end_of(fact), fact.fail_reason or fact.state.value)
        return PayoutSettled.RETURNED
    if fact.state is TransferState.SUCCESS and fact.amount_fen:
        return _pay(row, fact)
    return _keep(row, fact)


def _differences(fact: TransferFact, row: Withdrawal) -> dict[str, list[object]]:
    """Where the fact is not the transfer we asked for, as field → [ours, theirs]."""
    pairs: dict[str, list[object]] = {
        "amount": [row.amount_fen, fact.amount_fen or row.amount_fen],
        "openid": [row.openid, fact.openid or row.openid],
        "mchid": [row.mchid, fact.mchid or row.mchid],
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _doubt(
    kind: str, fact: TransferFact, row: Withdrawal | None, **detail: object
) -> PayoutSettled:
    state: object = TRANSFER_WORDS[fact.state]
    if row is not None:
        state = [State(row.state).label, state]
    note_difference(kind, fact.out_bill_no, withdrawal=row, state=state, **detail)
    return PayoutSettled.EXCEPTION


def _told_again(fact: TransferFact, row: Withdrawal) -> PayoutSettled:
    """Old news is nothing; another end than ours, or news of what we never sent, is."""
    is_success = fact.state is TransferState.SUCCESS
    is_end = is_success or fact.state in (TransferState.FAILED, TransferState.CANCELLED)
    was_sent = row.state == State.PAID or row.state in RETURNED
    if not was_sent or (is_end and is_success != (row.state == State.PAID)):
        return _doubt("payout_contradiction", fact, row)
    return PayoutSettled.REPEATED


def _end_of(fact: TransferFact) -> Withdrawal.State:
    if fact.state is TransferState.CANCELLED:
        return State.CANCELLED
    return State.OVERDUE if fact.fail_reason == OVERDUE_REASON else State.FAILED


def _pay(row: Withdrawal, fact: TransferFact) -> PayoutSettled:
    row.state, row.failure, row.package = State.PAID, "", ""
    row.last_call, row.transfer_bill_no = Call.TAKEN, fact.transfer_bill_no
    row.finished_at = fact.finished_at or clock.now()
    names = ("state", "failure", "package", "last_call", "transfer_bill_no", "finished_at")
    row.save(update_fields=names)
    postings.pay_out(row)
    log_call(row.pk, f"微信支付：已到账，微信单号 {fact.transfer_bill_no}")
    return PayoutSettled.PAID


def give_back(row: Withdrawal, state: Withdrawal.State, reason: str) -> None:
    """End a withdrawal without payment; what it drew is in the balance again, once.

    Call holding the withdrawal's lock, in one of its open states.
    """
    row.state, row.failure, row.package = state, reason[:160], ""
    row.finished_at = clock.now()
    row.save(update_fields=["state", "failure", "package", "finished_at"])
    drawn = PayoutAccount.objects.filter(guide_id=row.guide_id)
    drawn.update(drawn_fen=F("drawn_fen") - row.gross_fen)
    postings.return_payout(row, reason[:120])
    log_call(row.pk, f"已退回余额：{reason}")


def _keep(row: Withdrawal, fact: TransferFact) -> PayoutSettled:
    """Still open there: keep what it takes to confirm it, and look again later."""
    is_waiting = fact.state is TransferState.WAITING
    if is_waiting and row.state != State.WAITING:
        row.waiting_at = clock.now()
        log_call(row.pk, "微信支付：已受理，等待本人确认")
    row.state = State.WAITING if is_waiting else row.state
    row.last_call, row.failure = Call.TAKEN, ""
    row.package = fact.package or row.package
    row.transfer_bill_no = fact.transfer_bill_no or row.transfer_bill_no
    row.check_at = clock.now() + (LOOK_AGAIN if is_waiting else dt.timedelta(seconds=30))
    names = ("state", "last_call", "failure", "package", "transfer_bill_no", "check_at")
    row.save(update_fields=(*names, "waiting_at"))
    return PayoutSettled.WAITING if is_waiting else PayoutSettled.PROCESSING
