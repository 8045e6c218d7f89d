"""What must be true of commission at any moment at rest (docs/rules.md, 佣金).

Each check returns how many rows it examined and a Chinese line for each violation.
"""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import F, QuerySet, Sum

from core import ledger
from core.models import Entry, Job
from distribution.contracts import EXPENSE, STATE_ACCOUNTS
from distribution.models import Attribution, Commission, PerformanceShare
from distribution.terms import base_of, claim_of
from mall.models import OrderLine, Refund

Finding = tuple[int, list[str]]

REVERSING = "distribution.reverse_refund"


def commission_within_cap() -> Finding:
    """M3: what stands on a line, all earners together, is at most cap × remaining base."""
    standing: dict[int, int] = defaultdict(int)
    rows = {row.line_id: row for row in _commissions()}
    for line_id, amount, back in _commissions().values_list(
        "line_id", "amount_fen", "reversed_fen"
    ):
        standing[line_id] += amount - back
    violations = []
    for line_id, row in rows.items():
        limit = _remaining(row.line) * row.derivation["cap_ppm"] // 1_000_000
        if standing[line_id] > limit:
            violations.append(
                f"订单 {row.line.order.number} 的商品行 {line_id}："
                f"佣金 {standing[line_id]} 分，超过上限 {limit} 分"
            )
    return len(rows), violations


def commission_follows_refunds() -> Finding:
    """M3: what stands of each commission is exactly that of the base that remains."""
    examined, violations = 0, []
    for row in _commissions().iterator(chunk_size=2_000):
        examined += 1
        standing = row.standing_fen
        expected = claim_of(row).amount(_remaining(row.line))
        if standing != expected or row.base_fen != base_of(row.line):
            violations.append(
                f"佣金 {row.pk}（订单 {row.line.order.number}）：现为 {standing} 分，"
                f"按剩余计佣金额应为 {expected} 分"
            )
    return examined, violations


def ledger_holds_commission() -> Finding:
    """The ledger's commission accounts equal the rows: by state and guide, and in all."""
    rows: dict[tuple[str, str], int] = defaultdict(int)
    for state, guide_id, fen in _sums():
        if state in STATE_ACCOUNTS:
            rows[STATE_ACCOUNTS[state], f"staff:{guide_id}"] += fen
    entries: dict[tuple[str, str], int] = defaultdict(int)
    posted = Entry.objects.filter(account__in=STATE_ACCOUNTS.values())
    for account, whose, fen in posted.values_list("account", "party").annotate(
        fen=Sum("amount_fen")
    ):
        entries[account, whose] = -fen
    pairs = sorted(rows.keys() | entries.keys())
    violations = [
        f"账户 {account} / {whose}：总账 {entries[account, whose]} 分，"
        f"佣金表 {rows[account, whose]} 分"
        for account, whose in pairs
        if entries[account, whose] != rows[account, whose]
    ]
    expense, standing = ledger.balance(EXPENSE), sum(rows.values())
    if expense != standing:
        violations.append(f"佣金费用 {expense} 分，应付佣金合计 {standing} 分")
    return len(pairs), violations


def performance_is_whole() -> Finding:
    """业绩 of each line of a decided order sums to what remains of its base, exactly."""
    sums = dict(
        PerformanceShare.objects.values_list("line_id").annotate(fen=Sum("amount_fen")).order_by()
    )
    decided = Attribution.objects.values("order_id")
    lines = OrderLine.objects.select_related("order").filter(order_id__in=decided)
    examined, violations = 0, []
    for line in lines.exclude(order_id__in=_orders_in_motion()).order_by("pk"):
        examined += 1
        if sums.get(line.pk, 0) != _remaining(line):
            violations.append(
                f"订单 {line.order.number} 的商品行 {line.pk}：业绩 {sums.get(line.pk, 0)} 分，"
                f"应为 {_remaining(line)} 分"
            )
    return examined, violations


CHECKS = {
    "M3.cap": commission_within_cap,
    "M3.refunds": commission_follows_refunds,
    "M3.ledger": ledger_holds_commission,
    "M3.performance": performance_is_whole,
}


def _commissions() -> QuerySet[Commission]:
    rows = Commission.objects.select_related("line__order")
    return rows.exclude(line__order_id__in=_orders_in_motion()).order_by("pk")


def _remaining(line: OrderLine) -> int:
    return max(0, base_of(line) - line.refunded_fen) if not line.is_gift else 0


def _orders_in_motion() -> list[int]:
    """Orders with a refund whose reversal is still owed by a job: not at rest."""
    jobs = Job.objects.filter(name=REVERSING, state__in=(Job.State.DUE, Job.State.RUNNING))
    ids = [payload["refund_id"] for payload in jobs.values_list("payload", flat=True)]
    return list(Refund.objects.filter(pk__in=ids).values_list("order_id", flat=True))


def _sums() -> Iterable[tuple[str, int, int]]:
    rows = Commission.objects.order_by().values_list("state", "guide_id")
    return rows.annotate(fen=Sum(F("amount_fen") - F("reversed_fen")))
