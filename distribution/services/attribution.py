"""At payment: whose sale, whose money, decided once on the evidence of the order."""

import datetime as dt
from typing import Any

from django.db import transaction

from core import clock
from core.locks import lock_name
from distribution.candidates import Candidate
from distribution.contracts import EvidenceKind
from distribution.deciding import Decision, decide
from distribution.formulas import parts_of
from distribution.models import Attribution, Commission, PerformanceShare, RuleVersion
from distribution.selectors.rules import rules_of
from distribution.services.accruing import accrue
from distribution.services.bindings import renew_binding
from distribution.services.rules import rule_in_force
from distribution.terms import base_of
from mall.models import Order, OrderLine
from mall.selectors import get_order
from mall.services import assign_store
from org.models import OrgUnit


@transaction.atomic
def decide_order(order_id: int) -> Attribution | None:
    """Decide whose sale a paid order is, and post performance, commission and ledger.

    Reads the snapshot on the lines and nothing that changed since. Idempotent; None for
    an order that is not a paid sale. Locks: the order's name.
    """
    lock_name("distribution.order", order_id)
    decided = Attribution.objects.filter(order_id=order_id).first()
    if decided is not None:
        return decided
    order = get_order(order_id)
    if order.kind != Order.Kind.SALE or order.paid_at is None:
        return None

    lines = list(order.lines.order_by("pk"))
    version = _rule_of(order, lines)
    rules = rules_of(version)
    decision = decide(_candidates(order, lines), rules, _placed_at(order, lines))
    attribution = Attribution.objects.create(
        order=order,
        rule=version,
        winner=decision.winner,
        candidates=[each.as_json() for each in decision.candidates],
        decided_at=clock.now(),
    )
    _share_performance(lines, decision)
    _count_to_store(order, decision)
    accrue(order, lines, decision, version, rules)
    _renew(order, decision)
    return attribution


def _snapshot(lines: list[OrderLine]) -> dict[str, Any]:
    """Candidates and rule are the same on every line that has a snapshot."""
    return next((line.evidence for line in lines if line.evidence), {})


def _rule_of(order: Order, lines: list[OrderLine]) -> RuleVersion:
    rule_id = _snapshot(lines).get("rule_id")
    if rule_id is None:
        return rule_in_force(order.brand_id, order.placed_at)
    return RuleVersion.objects.get(pk=rule_id)


def _placed_at(order: Order, lines: list[OrderLine]) -> dt.datetime:
    kept = _snapshot(lines).get("placed_at")
    return dt.datetime.fromisoformat(kept) if kept else order.placed_at


def _candidates(order: Order, lines: list[OrderLine]) -> list[Candidate]:
    """Those of the snapshot; an order without one is its store's or headquarters'."""
    kept = _snapshot(lines).get("candidates")
    if kept:
        return [Candidate.from_json(each) for each in kept]
    houses = [] if order.store is None else [_house(EvidenceKind.STORE, order.store)]
    return [*houses, _house(EvidenceKind.HQ, order.brand)]


def _house(kind: EvidenceKind, unit: OrgUnit) -> Candidate:
    return Candidate(kind=kind.value, unit_id=unit.pk, unit_name=unit.name)


def _share_performance(lines: list[OrderLine], decision: Decision) -> None:
    weights = [earner.weight for earner in decision.performance]
    rows = []
    for line in lines:
        base = base_of(line)
        parts = parts_of(base, weights) if base else []
        rows += [
            PerformanceShare(
                line=line,
                guide_id=earner.candidate.guide_id,
                unit_id=earner.candidate.unit_id,
                role=earner.role,
                weight=earner.weight,
                amount_fen=part,
                at=clock.now(),
            )
            for earner, part in zip(decision.performance, parts, strict=False)
        ]
    PerformanceShare.objects.bulk_create(rows)


def _count_to_store(order: Order, decision: Decision) -> None:
    """The order is seen in the store of whoever won it, unless it has a store already."""
    unit_id = decision.performance[0].candidate.unit_id
    if order.store_id is None and unit_id not in (None, order.brand_id):
        assign_store(order_id=order.pk, unit_id=unit_id, reason="按归属判定")


def _renew(order: Order, decision: Decision) -> None:
    for each in decision.candidates:
        if each.kind == EvidenceKind.BIND and each.guide_id and order.member_id:
            renew_binding(
                member_id=order.member_id,
                brand_id=order.brand_id,
                guide_id=each.guide_id,
                at=order.placed_at,
            )


def lock_commissions_of(order_id: int) -> list[Commission]:
    """The commissions of an order, locked in the order of their ids.

    Call holding the order's name lock: settling holds the lock of one row only.
    """
    rows = Commission.objects.select_for_update(of=("self",)).select_related("line__order")
    return list(rows.filter(line__order_id=order_id).order_by("pk"))
