"""A refund takes back f(before) − f(after): exact, in any order, however often."""

from collections import defaultdict

from django.db import transaction
from django.db.models import Sum

from core import clock
from core.locks import lock_name
from distribution.formulas import parts_of
from distribution.models import Commission, PerformanceShare, Reversal
from distribution.services.attribution import decide_order, lock_commissions_of
from distribution.services.postings import take_back
from distribution.terms import claim_of
from mall.models import Refund
from mall.selectors import get_refund


@transaction.atomic
def reverse_refund(refund_id: int) -> int:
    """Take back what a successful refund leaves no base for; fen of commission taken.

    Before settlement less will be settled; after it the guide owes it, against what they
    earn next. Idempotent by (commission, refund). Locks: the order's name.
    """
    refund = get_refund(refund_id)
    lock_name("distribution.order", refund.order_id)
    if refund.state != Refund.State.SUCCESS or decide_order(refund.order_id) is None:
        return 0

    by_line = _refunded_by_line(refund)
    taken = [
        (row, *_reverse(row, refund, by_line[row.line_id]))
        for row in lock_commissions_of(refund.order_id)
        if row.line_id in by_line and not _is_reversed_by(row, refund)
    ]
    _take_back_performance(refund, by_line)
    take_back(refund.out_refund_no, taken)
    return sum(fen for _, _, fen in taken)


def _refunded_by_line(refund: Refund) -> dict[int, int]:
    rows = refund.lines.values("line_id").annotate(fen=Sum("amount_fen"))
    return {row["line_id"]: row["fen"] for row in rows}


def _is_reversed_by(commission: Commission, refund: Refund) -> bool:
    return Reversal.objects.filter(commission=commission, refund=refund).exists()


def _reverse(row: Commission, refund: Refund, refunded_fen: int) -> tuple[str, int]:
    """Lower one commission to that of the base that remains; its former state and the fen.

    The base before is counted from the reversals made, not from the line, so refunds whose
    news arrives in another order come to the same end.
    """
    last = row.reversals.order_by("-pk").first()
    base_before = last.base_after_fen if last else row.base_fen
    base_after = max(0, base_before - refunded_fen)
    standing = row.standing_fen
    fen = standing - claim_of(row).amount(base_after)
    former = str(row.state)

    row.reversed_fen += fen
    if row.reversed_fen == row.amount_fen:
        row.state = Commission.State.REVERSED
    row.save(update_fields=["reversed_fen", "state"])

    Reversal.objects.create(
        commission=row,
        refund=refund,
        base_after_fen=base_after,
        amount_fen=fen,
        was_settled=former == Commission.State.SETTLED,
        at=clock.now(),
    )
    return (former, fen)


def _take_back_performance(refund: Refund, by_line: dict[int, int]) -> None:
    """Negative parts, so that the parts of each line again sum to what remains of its base."""
    if PerformanceShare.objects.filter(refund=refund).exists():
        return
    rows = PerformanceShare.objects.filter(line_id__in=by_line).order_by("pk")
    of_line: dict[int, list[PerformanceShare]] = defaultdict(list)
    for row in rows:
        of_line[row.line_id].append(row)
    PerformanceShare.objects.bulk_create(
        part
        for line_id, parts in of_line.items()
        for part in _negative_parts(refund, parts, by_line[line_id])
    )


def _negative_parts(
    refund: Refund, rows: list[PerformanceShare], refunded_fen: int
) -> list[PerformanceShare]:
    originals = [row for row in rows if row.refund_id is None]
    standing = {row.role: 0 for row in originals}
    for row in rows:
        standing[row.role] += row.amount_fen
    left = max(0, sum(standing.values()) - refunded_fen)
    parts = parts_of(left, [row.weight for row in originals])
    return [
        PerformanceShare(
            line_id=row.line_id,
            guide_id=row.guide_id,
            unit_id=row.unit_id,
            role=row.role,
            weight=row.weight,
            amount_fen=part - standing[row.role],
            refund=refund,
            at=clock.now(),
        )
        for row, part in zip(originals, parts, strict=True)
    ]
