"""Whose sale each order was and what it earned, by the very functions that decide it."""

import datetime as dt
import random
from dataclasses import dataclass
from typing import Any

from distribution.candidates import Candidate
from distribution.contracts import EXPENSE, STATE_ACCOUNTS, EvidenceKind, party
from distribution.deciding import Decision, decide
from distribution.formulas import PoolTerms, parts_of
from distribution.models import (
    Attribution,
    Commission,
    Evidence,
    PerformanceShare,
    Reversal,
    ShareVisit,
)
from distribution.rules import FoundRate
from distribution.terms import Claim
from siyu.demo.year.company import Brand, Good, Guide, Store
from siyu.demo.year.ledger import Ledger
from siyu.demo.year.sheets import Names, Sheet

State = Commission.State


@dataclass
class Earned:
    """A commission on its way; `state` moves on as the order does."""

    id: int
    guide_id: int
    line_id: int
    claim: Claim
    role: str
    brand: Brand
    estimated_at: dt.datetime
    amount_fen: int
    source: str
    state: str = str(State.ESTIMATED)
    base_fen: int = 0
    reversed_fen: int = 0
    frozen_at: dt.datetime | None = None
    settleable_at: dt.datetime | None = None
    settled_at: dt.datetime | None = None

    @property
    def standing_fen(self) -> int:
        return self.amount_fen - self.reversed_fen


@dataclass(frozen=True)
class SoldLine:
    """What the earnings of a line depend on."""

    id: int
    good: Good
    quantity: int
    paid_fen: int


class Earnings:
    def __init__(self, ledger: Ledger, names: Names, end: dt.datetime) -> None:
        self.ledger, self.names, self.end = ledger, names, end
        self.attributions = Sheet(
            Attribution, "order_id", "rule_id", "winner", "candidates", "decided_at"
        )
        self.performance = Sheet(
            PerformanceShare, "line_id", "guide_id", "unit_id", "role", "weight", "amount_fen",
            "refund_id", "at",
        )  # fmt: skip
        self.commissions = Sheet(
            Commission, "public_id", "line_id", "guide_id", "rule_id", "role", "base_fen",
            "rate_ppm", "pool_fen", "share_ppm", "amount_fen", "reversed_fen", "state",
            "derivation", "estimated_at", "frozen_at", "settleable_at", "settled_at",
        )  # fmt: skip
        self.reversals = Sheet(
            Reversal, "commission_id", "refund_id", "base_after_fen", "amount_fen", "was_settled",
            "at",
        )  # fmt: skip
        self.earned: list[Earned] = []
        self._rates: dict[int, FoundRate] = {}

    @property
    def sheets(self) -> list[Sheet]:
        return [self.attributions, self.performance, self.commissions, self.reversals]

    def evidence(
        self, brand: Brand, good: Good, placed_at: str, candidates: list[Any], binding: int | None
    ) -> dict[str, Any]:
        """The snapshot that stands on a line (distribution.services.snapshots)."""
        rate = self.rate(brand, good)
        kept = {
            "mode": rate.rate.mode.value,
            "ppm": rate.rate.ppm,
            "fen": rate.rate.fen,
            "source": rate.source,
        }
        return {
            "version": 1,
            "rule_id": brand.rule.pk,
            "rule_number": brand.rule.number,
            "placed_at": placed_at,
            "binding_id": binding,
            "candidates": candidates,
            "category": good.category,
            "rights_days": brand.rules.rights.days_for(good.category),
            "rates": {"": kept},
        }

    def rate(self, brand: Brand, good: Good) -> FoundRate:
        if good.sku_id not in self._rates:
            self._rates[good.sku_id] = brand.rules.rates.find(
                sku_code=good.code, category=good.category, tier=""
            )
        return self._rates[good.sku_id]

    def decide(
        self,
        order_id: int,
        number: str,
        brand: Brand,
        lines: list[SoldLine],
        candidates: list[Candidate],
        placed_at: dt.datetime,
        paid_at: dt.datetime,
    ) -> tuple[Decision, list[Earned]]:
        """At payment: the decision, the performance of each line, the estimated commission."""
        decision = decide(candidates, brand.rules, placed_at)
        told = [each.as_json() for each in decision.candidates]
        self.attributions.add(order_id, brand.rule.pk, decision.winner, told, paid_at)
        rows = []
        for line in lines:
            self._perform(line, decision, paid_at)
            rows += self._estimate(line, decision, brand, paid_at)
        owed = [(STATE_ACCOUNTS["estimated"], party(row.guide_id), -row.amount_fen) for row in rows]
        total = sum(row.amount_fen for row in rows)
        lines_ = [(EXPENSE, "", total), *owed]
        self.ledger.post("commission.accrued", number, paid_at, number, lines_, "付款，预估佣金")
        return decision, rows

    def _perform(self, line: SoldLine, decision: Decision, at: dt.datetime) -> None:
        parts = parts_of(line.paid_fen, [each.weight for each in decision.performance])
        for earner, part in zip(decision.performance, parts, strict=True):
            who = earner.candidate
            self.performance.add(
                line.id, who.guide_id, who.unit_id, earner.role.value, earner.weight, part, None, at
            )

    def _estimate(
        self, line: SoldLine, decision: Decision, brand: Brand, at: dt.datetime
    ) -> list[Earned]:
        found, rows = self.rate(brand, line.good), []
        terms = PoolTerms(
            rate=found.rate,
            base_fen=line.paid_fen,
            quantity=line.quantity,
            cost_fen=line.good.cost_fen * line.quantity,
            cap_ppm=brand.rules.pool_cap_ppm,
            level2_ppm=brand.rules.level2.effective_ppm,
        )
        weights = tuple(earner.weight for earner in decision.commission)
        for index, earner in enumerate(decision.commission):
            claim = Claim(terms, is_level2=False, weights=weights, index=index)
            amount = claim.amount(line.paid_fen)
            guide_id = earner.candidate.guide_id
            if amount > 0 and guide_id is not None:
                row = Earned(
                    self.commissions.id_of(len(self.earned)), guide_id, line.id, claim,
                    earner.role.value, brand, at, amount, found.source, base_fen=line.paid_fen,
                )  # fmt: skip
                self.earned.append(row)
                rows.append(row)
        return rows

    def freeze(self, rows: list[Earned], number: str, at: dt.datetime, days: list[int]) -> None:
        """Start the rights period of each line's commission; call before any refund."""
        self._move("commission.frozen", number, number, rows, "estimated", "frozen", at)
        for row, rights in zip(rows, days, strict=True):
            row.state, row.frozen_at = str(State.FROZEN), at
            row.settleable_at = at + dt.timedelta(days=rights)

    def settle(self, rows: list[Earned], number: str, until: dt.datetime) -> None:
        """Release and settle what is past its rights period by `until`, the morning after."""
        for row in rows:
            if row.state != State.FROZEN or row.settleable_at is None:
                continue
            at = row.settleable_at + dt.timedelta(hours=9)
            if at > until:
                continue
            ref = str(row.id)
            self._move("commission.released", ref, number, [row], "frozen", "settleable", at)
            self._move("commission.settled", ref, number, [row], "settleable", "settled", at)
            row.state, row.settled_at = str(State.SETTLED), at

    def reverse(
        self,
        rows: list[Earned],
        refund_id: int,
        refund_no: str,
        number: str,
        by_line: dict[int, int],
        at: dt.datetime,
    ) -> None:
        """What a refund takes back, of commission and of performance."""
        taken: list[tuple[str, str, int]] = []
        for row in rows:
            if row.line_id not in by_line:
                continue
            after = max(0, row.base_fen - by_line[row.line_id])
            fen = row.standing_fen - row.claim.amount(after)
            taken += [
                (STATE_ACCOUNTS[row.state], party(row.guide_id), fen),
                (EXPENSE, "", -fen),
            ]
            was_settled = row.state == State.SETTLED
            self.reversals.add(row.id, refund_id, after, fen, was_settled, at)
            row.base_fen, row.reversed_fen = after, row.reversed_fen + fen
            if row.reversed_fen == row.amount_fen:
                row.state = str(State.REVERSED)
        self.ledger.post("commission.reversed", refund_no, at, number, taken, "退款，佣金冲回")

    def unperform(
        self, decision: Decision, line: SoldLine, refund_id: int, refunded: int, at: dt.datetime
    ) -> None:
        """Negative parts, so that each line's parts sum to what remains of its base."""
        weights = [each.weight for each in decision.performance]
        before = parts_of(line.paid_fen, weights)
        after = parts_of(max(0, line.paid_fen - refunded), weights)
        for earner, old, new in zip(decision.performance, before, after, strict=True):
            who = earner.candidate
            self.performance.add(
                line.id, who.guide_id, who.unit_id, earner.role.value, earner.weight, new - old,
                refund_id, at,
            )  # fmt: skip

    def write(self) -> None:
        """The commissions as they stand at the end of the year."""
        for row in self.earned:
            terms = row.claim.terms
            self.commissions.add(
                self.names.next(), row.line_id, row.guide_id, row.brand.rule.pk, row.role,
                terms.base_fen, terms.rate.ppm, terms.pool(terms.base_fen),
                row.claim.weights[row.claim.index] * 10_000, row.amount_fen, row.reversed_fen,
                row.state, row.claim.as_json(row.source), row.estimated_at, row.frozen_at,
                row.settleable_at, row.settled_at,
            )  # fmt: skip

    def _move(
        self, kind: str, ref: str, number: str, rows: list[Earned], source: str, target: str,
        at: dt.datetime,
    ) -> None:  # fmt: skip
        lines: list[tuple[str, str, int]] = []
        for row in rows:
            whose, fen = party(row.guide_id), row.standing_fen
            lines += [(STATE_ACCOUNTS[source], whose, fen), (STATE_ACCOUNTS[target], whose, -fen)]
        self.ledger.post(kind, ref, at, number, lines)


class Shares:
    """Shared links opened before an order: visits, and the evidence they leave."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.visits = Sheet(ShareVisit, "link_id", "member_id", "visitor", "at")
        self.evidence = Sheet(Evidence, "member_id", "brand_id", "guide_id", "kind", "ref", "at")

    @property
    def sheets(self) -> list[Sheet]:
        return [self.visits, self.evidence]

    def open(
        self, guide: Guide, good: Good, member_id: int, brand: Brand, at: dt.datetime, link_id: int
    ) -> Candidate:
        token = guide.links[good.product_id]
        self.visits.add(link_id, member_id, f"v{member_id}", at)
        self.evidence.add(member_id, brand.id, guide.id, EvidenceKind.SHARE.value, token, at)
        return candidate_of(EvidenceKind.SHARE, guide, at, token)


def candidate_of(kind: EvidenceKind, guide: Guide, at: dt.datetime, ref: str) -> Candidate:
    return Candidate(
        kind=kind.value,
        guide_id=guide.id,
        guide_name=guide.name,
        unit_id=guide.store.id,
        unit_name=guide.store.name,
        at=at.isoformat(),
        ref=ref,
    )


def houses_of(store: Store | None, brand: Brand) -> list[Candidate]:
    hq = Candidate(kind=EvidenceKind.HQ.value, unit_id=brand.id, unit_name=brand.name)
    if store is None:
        return [hq]
    return [Candidate(kind=EvidenceKind.STORE.value, unit_id=store.id, unit_name=store.name), hq]
