"""From the snapshot on a line to what its commission depends on, and back from a row."""

from dataclasses import dataclass
from typing import Any

from distribution.formulas import PoolTerms, commissionable_base, parts_of
from distribution.models import Commission
from distribution.rules import FoundRate, Rate, RateMode, Rules
from mall.models import OrderLine


def base_of(line: OrderLine) -> int:
    """The commissionable base; `paid_fen` of a line is already without freight."""
    return commissionable_base(line.paid_fen, is_gift=line.is_gift)


def found_rate(evidence: dict[str, Any], tier: str) -> FoundRate:
    """The rate that the snapshot keeps for a tier."""
    kept = evidence["rates"][tier]
    return FoundRate(Rate(RateMode(kept["mode"]), kept["ppm"], kept["fen"]), kept["source"])


def terms_of_line(line: OrderLine, rate: Rate, rules: Rules, base_fen: int) -> PoolTerms:
    return PoolTerms(
        rate=rate,
        base_fen=base_fen,
        quantity=line.quantity,
        cost_fen=line.cost_fen,
        cap_ppm=rules.pool_cap_ppm,
        level2_ppm=rules.level2.effective_ppm,
    )


@dataclass(frozen=True)
class Claim:
    """A commission as a function of the base that remains; built from the row alone."""

    terms: PoolTerms
    is_level2: bool
    weights: tuple[int, ...]
    index: int

    def amount(self, base_fen: int) -> int:
        if self.is_level2:
            return self.terms.level2(base_fen)
        return parts_of(self.terms.pool(base_fen), self.weights)[self.index]

    def as_json(self, source: str) -> dict[str, Any]:
        """The derivation kept with the commission."""
        return {
            "mode": self.terms.rate.mode.value,
            "ppm": self.terms.rate.ppm,
            "fen": self.terms.rate.fen,
            "quantity": self.terms.quantity,
            "cost_fen": self.terms.cost_fen,
            "cap_ppm": self.terms.cap_ppm,
            "level2_ppm": self.terms.level2_ppm,
            "is_level2": self.is_level2,
            "weights": list(self.weights),
            "index": self.index,
            "source": source,
        }


def claim_of(commission: Commission) -> Claim:
    kept = commission.derivation
    return Claim(
        terms=PoolTerms(
            rate=Rate(RateMode(kept["mode"]), kept["ppm"], kept["fen"]),
            base_fen=commission.base_fen,
            quantity=kept["quantity"],
            cost_fen=kept["cost_fen"],
            cap_ppm=kept["cap_ppm"],
            level2_ppm=kept["level2_ppm"],
        ),
        is_level2=kept["is_level2"],
        weights=tuple(kept["weights"]),
        index=kept["index"],
    )
