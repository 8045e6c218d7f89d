"""A brand's rules as values: what `RuleVersion.config` means once it has been checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.money import format_ppm, format_yuan

ANY_TIER = "all"
FOREVER = -1
NEVER_SNATCH = -2
ALWAYS_SNATCH = -1


class RateMode(StrEnum):
    PERCENT = "percent"
    FIXED_PER_ITEM = "fixed_per_item"
    PROFIT_PERCENT = "profit_percent"


@dataclass(frozen=True)
class Rate:
    """`ppm` of the base or of the profit, or `fen` for each piece."""

    mode: RateMode = RateMode.PERCENT
    ppm: int = 0
    fen: int = 0

    def words(self) -> str:
        if self.mode is RateMode.FIXED_PER_ITEM:
            return f"每件 {format_yuan(self.fen)}"
        of = "毛利的 " if self.mode is RateMode.PROFIT_PERCENT else ""
        return f"{of}{format_ppm(self.ppm)}"


RateByTier = Mapping[str, Rate]


@dataclass(frozen=True)
class FoundRate:
    """A rate and the rule that gave it, in words."""

    rate: Rate
    source: str


@dataclass(frozen=True)
class Rates:
    """The first match counts: SKU and tier, SKU, category and tier, category, tier, brand."""

    default: Rate
    by_tier: RateByTier = field(default_factory=dict)
    by_category: Mapping[str, RateByTier] = field(default_factory=dict)
    by_sku: Mapping[str, RateByTier] = field(default_factory=dict)

    def find(self, *, sku_code: str, category: str, tier: str) -> FoundRate:
        sku, kind = self.by_sku.get(sku_code, {}), self.by_category.get(category, {})
        steps = (
            (sku.get(tier), f"商品 {sku_code} 对 {tier} 级导购的佣金率"),
            (sku.get(ANY_TIER), f"商品 {sku_code} 的佣金率"),
            (kind.get(tier), f"品类「{category}」对 {tier} 级导购的佣金率"),
            (kind.get(ANY_TIER), f"品类「{category}」的佣金率"),
            (self.by_tier.get(tier), f"{tier} 级导购的佣金率"),
        )
        for rate, source in steps:
            if rate is not None:
                return FoundRate(rate, source)
        return FoundRate(self.default, "品牌默认佣金率")

    def every(self) -> list[tuple[str, Rate]]:
        """All rates with a name for each, for checking."""
        named = [("品牌默认", self.default)]
        named += [(f"{tier} 级", rate) for tier, rate in self.by_tier.items()]
        for of, groups in (("品类", self.by_category), ("商品", self.by_sku)):
            for name, tiers in groups.items():
                named += [(f"{of} {name}", rate) for rate in tiers.values()]
        return named


class SplitMode(StrEnum):
    SHARER_ONLY = "sharer_only"
    BOUND_ONLY = "bound_only"
    SPLIT = "split"


@dataclass(frozen=True)
class Split:
    """Percent for the sharer and for the bound guide: exactly two parts.

    Two and not more, because largest remainder with three parts may give a part more when
    the whole shrinks, and a refund must never raise anybody's commission.
    """

    sharer: int
    bound: int


@dataclass(frozen=True)
class SplitPolicy:
    mode: SplitMode = SplitMode.SPLIT
    same_store: Split = Split(70, 30)
    cross_store: Split = Split(60, 40)

    def weights(self, *, is_same_store: bool) -> Split:
        if self.mode is SplitMode.SHARER_ONLY:
            return Split(100, 0)
        if self.mode is SplitMode.BOUND_ONLY:
            return Split(0, 100)
        return self.same_store if is_same_store else self.cross_store


class SelfPurchase(StrEnum):
    OFF = "off"
    LEVEL1_TO_SELF = "level1_to_self"


class BindEvent(StrEnum):
    FIRST_CLICK = "first_click"
    ADD_FRIEND = "add_friend"
    REGISTER = "register"
    FIRST_ORDER = "first_order"
    FIRST_PAY = "first_pay"


class RenewOn(StrEnum):
    NONE = "none"
    ORDER = "order"


class Whom(StrEnum):
    ONLY_NEW = "only_new_customers"
    ANYONE = "anyone_without_binding"


@dataclass(frozen=True)
class BindingRules:
    """`validity_days` -1 is permanent; `protect_days` -2 never to be snatched, -1 always."""

    bind_event: BindEvent = BindEvent.ADD_FRIEND
    validity_days: int = FOREVER
    protect_days: int = 30
    renew_on: RenewOn = RenewOn.NONE
    who: Whom = Whom.ANYONE


@dataclass(frozen=True)
class EvidenceRules:
    """Windows of the evidence, and its order of precedence."""

    priority: tuple[str, ...] = ("code", "live", "share", "bind")
    code_minutes: int = 30
    live_days: int = 7
    share_days: int = 7


@dataclass(frozen=True)
class RightsRules:
    """Days after receipt in which the customer may still give the goods back."""

    no_reason_days: int = 7
    extra_days: int = 1
    by_category: Mapping[str, int] = field(default_factory=dict)

    def days_for(self, category: str) -> int:
        return self.by_category.get(category, self.no_reason_days + self.extra_days)


@dataclass(frozen=True)
class Level2:
    """What the recruiter of the first guide gets of the base; off unless acknowledged."""

    is_on: bool = False
    ppm: int = 0

    @property
    def effective_ppm(self) -> int:
        return self.ppm if self.is_on else 0


class TaxProfile(StrEnum):
    """How what a guide draws is taxed: wages are taxed by payroll, labour here."""

    EMPLOYEE = "employee"
    LABOUR = "labour"


@dataclass(frozen=True)
class PayoutRules:
    """Limits of a withdrawal in fen; above `approve_above_fen` somebody has to agree."""

    least_fen: int = 100
    most_fen: int = 20_000
    most_daily_fen: int = 200_000
    approve_above_fen: int = 10_000
    tax_profile: TaxProfile = TaxProfile.EMPLOYEE


@dataclass(frozen=True)
class Rules:
    """One version of a brand's rules. Money in fen, rates in ppm, shares in percent."""

    rates: Rates
    level2: Level2 = Level2()
    pool_cap_ppm: int = 300_000
    commission_split: SplitPolicy = SplitPolicy()
    performance_split: SplitPolicy = SplitPolicy()
    self_purchase: SelfPurchase = SelfPurchase.OFF
    evidence: EvidenceRules = EvidenceRules()
    rights: RightsRules = RightsRules()
    binding: BindingRules = BindingRules()
    payout: PayoutRules = PayoutRules()
    is_settlement_automatic: bool = True
