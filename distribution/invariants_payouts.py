"""M4: nobody is paid twice, and nobody more than was theirs (docs/rules.md, 提现).

Each check returns how many rows it examined and a Chinese line for each violation. The
last one asks the payment platform about every number that was ever sent there.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum

from core import clock, ports
from core.errors import PortFailure
from core.invariants import Finding
from core.models import Entry
from distribution.contracts import (
    IN_TRANSIT,
    PAID_OUT,
    PROMISED,
    STATE_ACCOUNTS,
    WITHHELD,
    PayoutGateway,
    TransferFact,
    TransferState,
    party,
)
from distribution.models import PayoutAccount, PayoutDifference, Withdrawal
from distribution.selectors.payouts import OPEN_STATES
from distribution.services.payout_checking import ANSWERED_FOR, compare

State = Withdrawal.State
SETTLED = STATE_ACCOUNTS["settled"]

GRACE = dt.timedelta(minutes=10)
"""How long a transfer may have arrived there and not be known here."""

IN_MOTION = dt.timedelta(minutes=1)
"""A refund booked so shortly before a request may not have been seen by it."""


@dataclass(frozen=True)
class _Posted:
    """A line of a guide's accounts, in the order in which they were written."""

    account: str
    kind: str
    ref: str
    at: dt.datetime
    fen: int


def payouts_stay_within_credits() -> Finding:
    """M4: when money was taken, all that was taken is at most what was settled until then.

    Replays the ledger; what is settled is credits less what refunds had taken back.
    """
    examined, violations = 0, []
    for whose, lines in _posted().items():
        for index, line in enumerate(lines):
            if line.kind != "payout.reserved":
                continue
            examined += 1
            before = lines[: index + 1]
            drawn = sum(each.fen for each in before if each.account != SETTLED)
            settled = -sum(each.fen for each in before if _was_seen(each, line.at))
            if drawn > settled:
                violations.append(
                    f"{whose} 提现 {line.ref}：共取 {drawn} 分，当时只结算了 {settled} 分"
                )
    return examined, violations


def _was_seen(line: _Posted, at: dt.datetime) -> bool:
    is_in_motion = line.fen > 0 and line.at > at - IN_MOTION
    return line.account == SETTLED and not is_in_motion


def _posted() -> dict[str, list[_Posted]]:
    """{party: lines} of everybody who ever drew."""
    drawn = Entry.objects.filter(account__in=(IN_TRANSIT, PAID_OUT)).values("party")
    rows = Entry.objects.filter(account__in=(SETTLED, IN_TRANSIT, PAID_OUT), party__in=drawn)
    fields = ("party", "account", "journal__kind", "journal__ref", "journal__at", "amount_fen")
    found: dict[str, list[_Posted]] = defaultdict(list)
    for whose, *line in rows.order_by("journal_id", "pk").values_list(*fields):
        found[whose].append(_Posted(*line))
    return found


def reservations_are_single() -> Finding:
    """M4: what an account has drawn is its open and paid withdrawals, in rows and ledger."""
    rows = {row["guide_id"]: row for row in _withdrawn()}
    drawn = dict(PayoutAccount.objects.values_list("guide_id", "drawn_fen"))
    booked = _booked()
    violations = []
    for guide_id in sorted(rows.keys() | drawn.keys()):
        row = rows.get(guide_id, {"moving": 0, "paid": 0, "tax": 0, "open": 0})
        violations += _against_ledger(party(guide_id), row, booked)
        taken, total = drawn.get(guide_id, 0), row["moving"] + row["paid"]
        if taken != total:
            violations.append(f"{party(guide_id)}：账户已取 {taken} 分，提现合计 {total} 分")
        if row["open"] > 1:
            violations.append(f"{party(guide_id)}：同时有 {row['open']} 笔没有完成的提现")
    return len(rows), violations


def _against_ledger(
    whose: str, row: dict[str, Any], booked: dict[tuple[str, str], int]
) -> list[str]:
    expected = {
        IN_TRANSIT: row["moving"],
        PROMISED: -row["moving"],
        PAID_OUT: row["paid"],
        WITHHELD: -row["tax"],
    }
    return [
        f"{whose} {account}：总账 {booked[account, whose]} 分，应为 {fen} 分"
        for account, fen in expected.items()
        if booked[account, whose] != fen
    ]


def _withdrawn() -> list[dict[str, Any]]:
    open_one, paid = Q(state__in=OPEN_STATES), Q(state=State.PAID)
    rows = Withdrawal.objects.order_by().values("guide_id")
    sums = rows.annotate(
        moving=Sum("gross_fen", filter=open_one, default=0),
        paid=Sum("gross_fen", filter=paid, default=0),
        tax=Sum("tax_fen", filter=paid, default=0),
        open=Count("pk", filter=open_one),
    )
    return [dict(row) for row in sums]


def _booked() -> dict[tuple[str, str], int]:
    accounts = (IN_TRANSIT, PROMISED, PAID_OUT, WITHHELD)
    rows = Entry.objects.filter(account__in=accounts).order_by()
    found: dict[tuple[str, str], int] = defaultdict(int)
    sums = rows.values_list("account", "party").annotate(fen=Sum("amount_fen"))
    for account, whose, fen in sums:
        found[account, whose] = fen
    return found


def payouts_are_complete() -> Finding:
    """M4: a withdrawal was paid here if and only if its one transfer succeeded there.

    Asks about every number sent in the last thirty days, which is as long as it is told.
    """
    gateway = ports.get(PayoutGateway)
    sent = Withdrawal.objects.exclude(mchid="").order_by("pk")
    rows = list(sent.filter(asked_at__gte=clock.now() - ANSWERED_FOR))
    questioned = set(
        PayoutDifference.objects.filter(resolved_at__isnull=True).values_list("ref", flat=True)
    )
    found = [
        f"提现 {number}：记为已到账，却从没有向微信支付请求过"
        for number in Withdrawal.objects.filter(state=State.PAID, mchid="").values_list(
            "out_bill_no", flat=True
        )
    ]
    for row in rows:
        try:
            fact = gateway.query(row.mchid, row.out_bill_no)
        except PortFailure as failure:
            found.append(f"提现 {row.out_bill_no}：无法向微信支付查询（{failure.code}）")
            continue
        words = "" if _is_fresh(row, fact) else compare(row, fact)
        if words and row.out_bill_no not in questioned:
            found.append(f"提现 {row.out_bill_no}：{words}")
    return len(rows), found


def _is_fresh(row: Withdrawal, fact: TransferFact | None) -> bool:
    """It has arrived there just now, and the news of it is on its way."""
    if fact is None or fact.state is not TransferState.SUCCESS or row.state not in OPEN_STATES:
        return False
    return fact.finished_at is not None and fact.finished_at > clock.now() - GRACE


CHECKS = {
    "M4.credits": payouts_stay_within_credits,
    "M4.reservations": reservations_are_single,
    "M4.platform": payouts_are_complete,
}
