"""Commission at payment: rows with their derivation, and what they owe in the ledger."""

from collections.abc import Iterator, Sequence

from core import clock, ledger
from distribution.contracts import EXPENSE, STATE_ACCOUNTS, EarnerRole, party
from distribution.deciding import Decision, Earner
from distribution.models import Commission, RuleVersion
from distribution.rules import Rules
from distribution.terms import Claim, base_of, found_rate, terms_of_line
from mall.models import Order, OrderLine
from org.models import Staff


def accrue(
    order: Order,
    lines: Sequence[OrderLine],
    decision: Decision,
    version: RuleVersion,
    rules: Rules,
) -> list[Commission]:
    """Write the estimated commissions of an order and their journal, in the caller's
    transaction. An amount of nothing leaves no row.
    """
    rows = [
        row
        for line in lines
        for row in _of_line(line, decision.commission, version, rules)
        if row.amount_fen > 0
    ]
    Commission.objects.bulk_create(rows)
    owed = [
        ledger.Line(STATE_ACCOUNTS["estimated"], -row.amount_fen, party(row.guide_id), order.number)
        for row in rows
    ]
    total = sum(row.amount_fen for row in rows)
    expense = ledger.Line(EXPENSE, total, "", order.number)
    ledger.post("commission.accrued", order.number, [expense, *owed], memo="付款，预估佣金")
    return rows


def _of_line(
    line: OrderLine, earners: Sequence[Earner], version: RuleVersion, rules: Rules
) -> Iterator[Commission]:
    """The first level by the leader's rate, split; the second to the leader's recruiter."""
    base = base_of(line)
    if base == 0 or not earners or not line.evidence:
        return
    leader = earners[0].candidate
    found = found_rate(line.evidence, leader.tier)
    terms = terms_of_line(line, found.rate, rules, base)
    weights = tuple(earner.weight for earner in earners)
    for index, earner in enumerate(earners):
        claim = Claim(terms, is_level2=False, weights=weights, index=index)
        assert earner.candidate.guide_id is not None
        yield _row(line, earner.candidate.guide_id, earner.role, version, claim, found.source)
    recruiter = _recruiter(leader.recruiter_id, rules)
    if recruiter is not None:
        claim = Claim(terms, is_level2=True, weights=(100,), index=0)
        yield _row(line, recruiter, EarnerRole.RECRUITER, version, claim, "第二级佣金率")


def _recruiter(recruiter_id: int | None, rules: Rules) -> int | None:
    """The recruiter while they still work here: the second level is never owed to nobody."""
    if recruiter_id is None or not rules.level2.effective_ppm:
        return None
    return recruiter_id if Staff.objects.filter(pk=recruiter_id, is_active=True).exists() else None


def _row(
    line: OrderLine,
    guide_id: int,
    role: EarnerRole,
    version: RuleVersion,
    claim: Claim,
    source: str,
) -> Commission:
    base = claim.terms.base_fen
    level2 = claim.is_level2
    return Commission(
        line=line,
        guide_id=guide_id,
        rule=version,
        role=role,
        base_fen=base,
        rate_ppm=claim.terms.level2_ppm if level2 else claim.terms.rate.ppm,
        pool_fen=claim.terms.level2(base) if level2 else claim.terms.pool(base),
        share_ppm=claim.weights[claim.index] * 10_000,
        amount_fen=claim.amount(base),
        derivation=claim.as_json(source),
        estimated_at=clock.now(),
    )
