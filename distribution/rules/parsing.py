"""From the JSON of a rule version to `Rules`: every field checked, none ignored."""

from collections.abc import Mapping
from typing import Any

from core.money import PPM
from distribution.contracts import PoolCapExceeded, RuleValueInvalid, SplitNotWhole
from distribution.rules.config import (
    ANY_TIER,
    BindEvent,
    BindingRules,
    EvidenceRules,
    Level2,
    PayoutRules,
    Rate,
    RateByTier,
    RateMode,
    Rates,
    RenewOn,
    RightsRules,
    Rules,
    SelfPurchase,
    Split,
    SplitMode,
    SplitPolicy,
    TaxProfile,
    Whom,
)
from distribution.rules.fields import choice, flag, refuse_unknown, section, whole

MAX_DAYS = 3650
MAX_CAP_PPM = 900_000
MAX_PIECE_FEN = 100_000_000
MIN_PAYOUT_FEN = 30
"""The platform transfers no less than 0.10 yuan, and tax takes at most a third of this."""

_TOP = {
    "rates",
    "level2",
    "pool_cap_ppm",
    "commission_split",
    "performance_split",
    "self_purchase",
    "evidence",
    "rights",
    "binding",
    "payout",
    "is_settlement_automatic",
}
_RANKED = ("code", "live", "share", "bind")


def parse_rules(config: Mapping[str, Any]) -> Rules:
    """The rules that `config` states. Raises a `RulesRefused` that names the field."""
    refuse_unknown(config, _TOP, where="规则")
    rules = Rules(
        rates=_rates(section(config, "rates", {"default", "by_tier", "by_category", "by_sku"})),
        level2=_level2(section(config, "level2", {"is_on", "ppm"})),
        pool_cap_ppm=whole(config, "pool_cap_ppm", 300_000, high=MAX_CAP_PPM),
        commission_split=_policy(config, "commission_split"),
        performance_split=_policy(config, "performance_split"),
        self_purchase=choice(config, "self_purchase", SelfPurchase, SelfPurchase.OFF),
        evidence=_evidence(config),
        rights=_rights(config),
        binding=_binding(config),
        payout=_payout(config),
        is_settlement_automatic=flag(config, "is_settlement_automatic", default=True),
    )
    _refuse_above_cap(rules)
    return rules


def _refuse_above_cap(rules: Rules) -> None:
    """Both levels together stay within the pool, whichever rate applies."""
    for name, rate in rules.rates.every():
        if rate.ppm + rules.level2.effective_ppm > rules.pool_cap_ppm:
            raise PoolCapExceeded(
                f"{name}的佣金率与第二级相加超过了佣金池上限 {rules.pool_cap_ppm / 10_000:g}%",
                rate=name,
            )


def _rates(found: Mapping[str, Any]) -> Rates:
    if "default" not in found:
        raise RuleValueInvalid("缺少品牌默认佣金率", field="default")
    return Rates(
        default=_rate(found["default"]),
        by_tier=_tiers(found.get("by_tier", {}), "by_tier"),
        by_category=_groups(found.get("by_category", {}), "by_category"),
        by_sku=_groups(found.get("by_sku", {}), "by_sku"),
    )


def _groups(found: Any, name: str) -> dict[str, RateByTier]:
    if not isinstance(found, Mapping):
        raise RuleValueInvalid(f"「{name}」应是一组字段", field=name)
    return {str(key): _tiers(value, str(key)) for key, value in found.items()}


def _tiers(found: Any, name: str) -> dict[str, Rate]:
    """{tier: rate}; a bare rate stands for every tier."""
    if not isinstance(found, Mapping):
        raise RuleValueInvalid(f"「{name}」应是一组佣金率", field=name)
    if "mode" in found or "ppm" in found or "fen" in found:
        return {ANY_TIER: _rate(found)}
    return {str(tier): _rate(rate) for tier, rate in found.items()}


def _rate(found: Any) -> Rate:
    if not isinstance(found, Mapping):
        raise RuleValueInvalid("佣金率应写明方式和数值", field="rate")
    refuse_unknown(found, {"mode", "ppm", "fen"}, where="佣金率")
    mode = choice(found, "mode", RateMode, RateMode.PERCENT)
    ppm = whole(found, "ppm", 0, high=PPM)
    fen = whole(found, "fen", 0, high=MAX_PIECE_FEN)
    wrong = ppm if mode is RateMode.FIXED_PER_ITEM else fen
    if wrong:
        raise RuleValueInvalid("按件计佣只写金额，按比例计佣只写比例", field="rate")
    return Rate(mode, ppm, fen)


def _level2(found: Mapping[str, Any]) -> Level2:
    return Level2(flag(found, "is_on", default=False), whole(found, "ppm", 0, high=PPM))


def _policy(config: Mapping[str, Any], name: str) -> SplitPolicy:
    found = section(config, name, {"mode", "same_store", "cross_store"})
    usual = SplitPolicy()
    return SplitPolicy(
        mode=choice(found, "mode", SplitMode, usual.mode),
        same_store=_split(found, "same_store", usual.same_store),
        cross_store=_split(found, "cross_store", usual.cross_store),
    )


def _split(found: Mapping[str, Any], name: str, usual: Split) -> Split:
    parts = section(found, name, {"sharer", "bound"})
    split = Split(
        whole(parts, "sharer", usual.sharer, high=100), whole(parts, "bound", usual.bound, high=100)
    )
    if split.sharer + split.bound != 100:
        raise SplitNotWhole(field=name)
    return split


def _evidence(config: Mapping[str, Any]) -> EvidenceRules:
    names = {"priority", "code_minutes", "live_days", "share_days"}
    found, usual = section(config, "evidence", names), EvidenceRules()
    priority = found.get("priority", list(usual.priority))
    if not isinstance(priority, list | tuple) or sorted(priority) != sorted(_RANKED):
        raise RuleValueInvalid("优先级应把 code、live、share、bind 各排一次", field="priority")
    return EvidenceRules(
        priority=tuple(priority),
        code_minutes=whole(found, "code_minutes", usual.code_minutes, low=1, high=1440),
        live_days=whole(found, "live_days", usual.live_days, low=1, high=30),
        share_days=whole(found, "share_days", usual.share_days, low=1, high=30),
    )


def _rights(config: Mapping[str, Any]) -> RightsRules:
    found = section(config, "rights", {"no_reason_days", "extra_days", "by_category"})
    by_category = found.get("by_category", {})
    if not isinstance(by_category, Mapping):
        raise RuleValueInvalid("「by_category」应是品类到天数", field="by_category")
    return RightsRules(
        no_reason_days=whole(found, "no_reason_days", 7, low=7, high=90),
        extra_days=whole(found, "extra_days", 1, high=90),
        by_category={
            str(name): whole(by_category, name, 15, low=7, high=180) for name in by_category
        },
    )


def _binding(config: Mapping[str, Any]) -> BindingRules:
    names = {"bind_event", "validity_days", "protect_days", "renew_on", "who"}
    found, usual = section(config, "binding", names), BindingRules()
    days = whole(found, "validity_days", usual.validity_days, low=-1, high=MAX_DAYS)
    if days == 0:
        raise RuleValueInvalid("绑定有效期应为 -1（永久）或至少 1 天", field="validity_days")
    return BindingRules(
        bind_event=choice(found, "bind_event", BindEvent, usual.bind_event),
        validity_days=days,
        protect_days=whole(found, "protect_days", usual.protect_days, low=-2, high=MAX_DAYS),
        renew_on=choice(found, "renew_on", RenewOn, usual.renew_on),
        who=choice(found, "who", Whom, usual.who),
    )


def _payout(config: Mapping[str, Any]) -> PayoutRules:
    names = {"least_fen", "most_fen", "most_daily_fen", "approve_above_fen", "tax_profile"}
    found, usual = section(config, "payout", names), PayoutRules()
    most = whole(found, "most_fen", usual.most_fen, low=MIN_PAYOUT_FEN, high=MAX_PIECE_FEN)
    return PayoutRules(
        least_fen=whole(found, "least_fen", usual.least_fen, low=MIN_PAYOUT_FEN, high=most),
        most_fen=most,
        most_daily_fen=whole(
            found, "most_daily_fen", usual.most_daily_fen, low=most, high=MAX_PIECE_FEN
        ),
        approve_above_fen=whole(
            found, "approve_above_fen", usual.approve_above_fen, high=MAX_PIECE_FEN
        ),
        tax_profile=choice(found, "tax_profile", TaxProfile, usual.tax_profile),
    )
