"""What docs/rules.md says the figures must be, worked out again from the plan alone.

Imports nothing of the product, so that a mistake there cannot be a mistake here as well.
Money is integer fen, rates are integer ppm, shares are percent.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

PPM = 1_000_000


@dataclass(frozen=True)
class Rate:
    """`percent` of the base, `profit_percent` of the profit, or `fixed_per_item`."""

    mode: str
    ppm: int = 0
    fen: int = 0


@dataclass(frozen=True)
class Rules:
    """The first of SKU, category, default is the rate; splits are (sharer, bound)."""

    default: Rate
    by_category: Mapping[str, Rate]
    by_sku: Mapping[str, Rate]
    cap_ppm: int
    same_store: tuple[int, int]
    cross_store: tuple[int, int]

    def rate_of(self, sku: str, category: str) -> Rate:
        return self.by_sku.get(sku) or self.by_category.get(category) or self.default


@dataclass
class Sale:
    """One article of a paid order; `sharer` is "" where nobody's link or invitation counted.

    The freight of an order stands on its first article; a refund of all gives it back too.
    """

    sku: str
    category: str
    price_fen: int
    cost_fen: int
    quantity: int
    bound: str
    sharer: str = ""
    is_same_store: bool = False
    refunds: list[int] = field(default_factory=list)
    freight_fen: int = 0

    @property
    def goods_fen(self) -> int:
        return self.price_fen * self.quantity

    @property
    def paid_fen(self) -> int:
        return self.goods_fen + self.freight_fen

    @property
    def left_fen(self) -> int:
        """What is left of the goods: commission never had a part in the freight."""
        return max(0, self.goods_fen - sum(self.refunds))


@dataclass(frozen=True)
class Freight:
    """The first `first` pieces cost `first_fen`, each `then` more or part of them `then_fen`."""

    first: int
    first_fen: int
    then: int
    then_fen: int

    def fee(self, pieces: int) -> int:
        more = max(0, pieces - self.first)
        return self.first_fen + (more + self.then - 1) // self.then * self.then_fen


@dataclass(frozen=True)
class Earning:
    """One guide's part of one sale: what it was, what refunds took, what stands."""

    guide: str
    percent: int
    base_fen: int
    pool_fen: int
    amount_fen: int
    standing_fen: int

    @property
    def reversed_fen(self) -> int:
        return self.amount_fen - self.standing_fen


def pool(rules: Rules, sale: Sale, base: int) -> int:
    """f(base): floored, never above the cap, in proportion where it is not a percentage."""
    rate, whole = rules.rate_of(sale.sku, sale.category), sale.goods_fen
    if rate.mode == "fixed_per_item":
        found = rate.fen * sale.quantity * base // whole
    elif rate.mode == "profit_percent":
        profit = max(0, whole - sale.cost_fen * sale.quantity)
        found = profit * rate.ppm * base // (whole * PPM)
    else:
        found = base * rate.ppm // PPM
    return min(found, base * rules.cap_ppm // PPM)


def divide(total: int, percents: Sequence[int]) -> list[int]:
    """Largest remainder: floors first, the rest one by one, the earlier part on a tie."""
    parts = [total * percent // 100 for percent in percents]
    remainders = [total * percent % 100 for percent in percents]
    for _ in range(total - sum(parts)):
        place = remainders.index(max(remainders))
        parts[place] += 1
        remainders[place] = -1
    return parts


def earners(rules: Rules, sale: Sale) -> list[tuple[str, int]]:
    if not sale.sharer or sale.sharer == sale.bound:
        return [(sale.bound, 100)]
    split = rules.same_store if sale.is_same_store else rules.cross_store
    return list(zip((sale.sharer, sale.bound), split, strict=True))


def earnings(rules: Rules, sale: Sale) -> list[Earning]:
    """Everybody's part, after all refunds: what is left is what f of the rest gives."""
    people = earners(rules, sale)
    percents = [percent for _, percent in people]
    whole = pool(rules, sale, sale.goods_fen)
    before = divide(whole, percents)
    after = divide(pool(rules, sale, sale.left_fen), percents)
    return [
        Earning(guide, percent, sale.goods_fen, whole, amount, standing)
        for (guide, percent), amount, standing in zip(people, before, after, strict=True)
    ]


def payable(settled_fen: int, drawn_fen: int) -> int:
    """What a guide may draw: a refund after a payout leaves a debt, never less than nothing."""
    return max(0, settled_fen - drawn_fen)


def net_sales(
    paid: Iterable[tuple[dt.date, int]], refunded: Iterable[tuple[dt.date, int]]
) -> dict[dt.date, int]:
    """Day by day: what was paid minus what was given back on that very day."""
    days: dict[dt.date, int] = defaultdict(int)
    for day, fen in paid:
        days[day] += fen
    for day, fen in refunded:
        days[day] -= fen
    return dict(days)


def percent_words(numerator: int, denominator: int) -> str:
    """A rate as people read it, with one decimal where there is one: `12.5%`, `40%`."""
    tenths = round(numerator * PPM // denominator / 1000)
    whole, tenth = divmod(tenths, 10)
    return f"{whole}.{tenth}%" if tenth else f"{whole}%"


def conversion_band(numerator: int, denominator: int) -> str:
    """How the trade reads the share of delivered cards that brought a new contact."""
    tenths = numerator * 1000 / denominator
    return "偏低" if tenths < 100 else "正常" if tenths < 150 else "优秀"
