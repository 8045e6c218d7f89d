"""Asking again about open transfers, and holding our book against the platform's.

The platform answers about one number at a time and for thirty days; it lists nothing.
"""

import datetime as dt

from django.db import transaction
from django.db.models import Q, QuerySet

from core import audit, clock, jobs, ports, tasks
from core.errors import InvalidInput, PortFailure
from core.models import LongTask
from distribution.contracts import TRANSFER_WORDS, PayoutGateway, TransferFact, TransferState
from distribution.models import PayoutDifference, Withdrawal
from distribution.selectors.payouts import OPEN_STATES, RECONCILE
from distribution.services.payout_queue import note_difference, owe_payout
from distribution.services.payout_settling import RETURNED, settle_transfer

State, Call = Withdrawal.State, Withdrawal.Call

BATCH = 500
ANSWERED_FOR = dt.timedelta(days=30)
MOST_DAYS = 31
MOST_BILLS = 5_000


def sweep_payouts() -> int:
    """Owe a step for every withdrawal that is due for one, one job each; how many."""
    now = clock.now()
    ready = Q(state=State.APPROVED, guide__payout_account__usable_at__lte=now)
    ready &= ~Q(guide__payout_account__openid="")
    due = Q(state__in=(State.SENDING, State.WAITING), check_at__lte=now)
    rows = list(Withdrawal.objects.filter(ready | due).order_by("asked_at", "pk")[:BATCH])
    for row in rows:
        owe_payout(row, slot=f"{now:%Y%m%d%H%M}")
    return len(rows)


@transaction.atomic
def start_reconcile(*, since: dt.date, until: dt.date) -> LongTask:
    """Owe a comparison of every transfer asked for from `since` to `until`, both included."""
    if not dt.timedelta(0) <= until - since < dt.timedelta(days=MOST_DAYS):
        raise InvalidInput(f"请选择 {MOST_DAYS} 天以内的日期")
    days = {"since": since.isoformat(), "until": until.isoformat()}
    task = tasks.create_task(RECONCILE, f"提现对账 {since} 至 {until}", days)
    jobs.enqueue("distribution.reconcile_payouts", {"task_id": task.pk}, key=task.public_id)
    audit.record("distribution.payout.reconciled", task, after=days)
    return task


def reconcile_payouts(task_id: int) -> None:
    """Ask about each number of the task's days; what differs is noted for a person."""
    task = LongTask.objects.get(pk=task_id)
    if task.finished_at is not None:
        return
    rows = _sent_between(task.params["since"], task.params["until"])[:MOST_BILLS]
    tasks.start_task(task, total=len(rows))
    found = 0
    try:
        for done, row in enumerate(rows, start=1):
            found += _check(row)
            tasks.report_progress(task, done=done)
    except tasks.TaskCancelled:
        tasks.cancel_task(task, {"examined": task.done, "differences": found})
    except PortFailure as failure:
        tasks.fail_task(task, failure.code, failure.text)
    else:
        tasks.finish_task(task, {"examined": len(rows), "differences": found})


def _sent_between(since: str, until: str) -> QuerySet[Withdrawal]:
    start = clock.day_start(dt.date.fromisoformat(since))
    end = clock.day_start(dt.date.fromisoformat(until) + dt.timedelta(days=1))
    start = max(start, clock.now() - ANSWERED_FOR)
    rows = Withdrawal.objects.filter(asked_at__gte=start, asked_at__lt=end)
    return rows.exclude(mchid="").order_by("asked_at", "pk")


def _check(row: Withdrawal) -> int:
    """One number: what ended there ends here too, and only then is it compared."""
    fact = ports.get(PayoutGateway).query(row.mchid, row.out_bill_no)
    if fact is not None and row.state in OPEN_STATES:
        settle_transfer(fact)
        row.refresh_from_db()
    words = compare(row, fact)
    if words:
        note_difference("payout_differs", row.out_bill_no, withdrawal=row, message=words)
    return bool(words)


def compare(row: Withdrawal, fact: TransferFact | None) -> str:
    """What is not the same in both books, in words; "" when they agree."""
    there = fact.state if fact else None
    word = TRANSFER_WORDS[there] if there else "查无此单"
    if there is TransferState.SUCCESS and fact and fact.amount_fen != row.amount_fen:
        return f"微信支付付了 {fact.amount_fen} 分，这里是 {row.amount_fen} 分"
    if (row.state == State.PAID) != (there is TransferState.SUCCESS):
        return f"这里是「{State(row.state).label}」，微信支付是「{word}」"
    if row.state in RETURNED and there not in (
        None,
        TransferState.FAILED,
        TransferState.CANCELLED,
    ):
        return f"这里已退回余额，微信支付还是「{word}」"
    return ""


@transaction.atomic
def resolve_difference(*, difference: PayoutDifference, reason: str) -> None:
    """A person has dealt with it."""
    if not reason.strip():
        raise InvalidInput("请写下怎么处理的，方便以后核对")
    open_one = PayoutDifference.objects.filter(pk=difference.pk, resolved_at__isnull=True)
    if open_one.update(resolved_at=clock.now()):
        audit.record("distribution.payout.resolved", difference, reason=reason.strip()[:200])
