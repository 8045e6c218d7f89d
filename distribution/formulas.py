"""The arithmetic of commission (docs/rules.md, 佣金): pure, integer fen, monotone.

Every function of a base here never falls when the base rises, so a refund can only take
back, and what two refunds take back is what one of their sum would have.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.money import PPM, floor_fen, split_by_largest_remainder
from distribution.rules import Rate, RateMode


def commissionable_base(
    paid_fen: int,
    *,
    freight_fen: int = 0,
    tax_fen: int = 0,
    surcharge_fen: int = 0,
    other_tender_fen: int = 0,
    is_gift: bool = False,
) -> int:
    """What was paid for goods alone, never below zero; a gift has no base.

    `other_tender_fen` is what points and gift cards paid.
    """
    if is_gift:
        return 0
    return max(0, paid_fen - freight_fen - tax_fen - surcharge_fen - other_tender_fen)


@dataclass(frozen=True)
class PoolTerms:
    """What the pool of a line depends on; all but the base stay as they were at the order.

    `cost_fen` is the cost of the whole line. The first level may take what the cap leaves
    after the second, so both together never pass the cap.
    """

    rate: Rate
    base_fen: int
    quantity: int
    cost_fen: int
    cap_ppm: int
    level2_ppm: int = 0

    def pool(self, base_fen: int) -> int:
        """Level 1 on what remains of the base."""
        if base_fen <= 0:
            return 0
        return min(self._uncapped(base_fen), self.ceiling(base_fen))

    def ceiling(self, base_fen: int) -> int:
        return floor_fen(base_fen, max(0, self.cap_ppm - self.level2_ppm))

    def level2(self, base_fen: int) -> int:
        return floor_fen(base_fen, self.level2_ppm)

    def _uncapped(self, base_fen: int) -> int:
        if self.rate.mode is RateMode.FIXED_PER_ITEM:
            return self.rate.fen * self.quantity * base_fen // self.base_fen
        if self.rate.mode is RateMode.PROFIT_PERCENT:
            profit = max(0, self.base_fen - self.cost_fen)
            return profit * self.rate.ppm * base_fen // (self.base_fen * PPM)
        return floor_fen(base_fen, self.rate.ppm)


def parts_of(pool_fen: int, weights: Sequence[int]) -> list[int]:
    """Shares of a pool that sum to it; [] when nobody takes part."""
    return split_by_largest_remainder(pool_fen, weights) if weights else []
