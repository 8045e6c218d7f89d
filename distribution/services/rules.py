"""Publishing rules: checked, numbered, never rewritten."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max

from core import audit, clock, jobs
from core.locks import lock_name
from core.money import format_ppm
from distribution.contracts import AcknowledgementMissing, RateAboveMargin, RuleBackdated
from distribution.models import RuleVersion
from distribution.rules import DEFAULT_RULES, RateMode, Rules, parse_rules
from distribution.selectors.goods import list_margins
from distribution.selectors.rules import find_rule_at, rules_of
from distribution.services.binding_periods import restate_periods
from org.models import OrgUnit

FROM_THE_START = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@transaction.atomic
def publish_rules(
    *,
    brand: OrgUnit,
    config: Mapping[str, Any],
    effective_at: dt.datetime | None = None,
    note: str = "",
    has_acknowledged: bool = False,
) -> RuleVersion:
    """Bring a new version into force; orders already placed keep theirs.

    A second level needs `has_acknowledged` (the legal hint was read), which is audited.
    Raises a `RulesRefused` that says in Chinese what is wrong.
    """
    lock_name("distribution.rules", brand.pk)
    now = clock.now()
    starts = effective_at or now

    rules = check_rules(brand=brand, config=config)
    if starts < now:
        raise RuleBackdated
    if rules.level2.is_on and not has_acknowledged:
        raise AcknowledgementMissing

    version = _create(brand, config, starts, note)
    audit.record(
        "distribution.rules.published",
        version,
        after={"number": version.number, "level2": rules.level2.is_on, "config": dict(config)},
        reason=note,
    )
    _apply_periods(brand, version, rules)
    return version


def check_rules(*, brand: OrgUnit, config: Mapping[str, Any]) -> Rules:
    """The rules of a configuration, or the refusal that publishing it would meet."""
    rules = parse_rules(config)
    _refuse_above_margin(rules, brand)
    return rules


def rule_in_force(brand_id: int, at: dt.datetime) -> RuleVersion:
    """The version in force; a brand without any gets the default one on first use."""
    found = find_rule_at(brand_id, at)
    if found is not None:
        return found
    with transaction.atomic():
        lock_name("distribution.rules", brand_id)
        return find_rule_at(brand_id, at) or RuleVersion.objects.create(
            brand_id=brand_id,
            number=0,
            effective_at=FROM_THE_START,
            config=DEFAULT_RULES,
            note="系统默认规则",
            created_at=clock.now(),
        )


@transaction.atomic
def apply_binding_periods(rule_id: int) -> int:
    """Recount live bindings once a version published ahead has come into force."""
    version = RuleVersion.objects.get(pk=rule_id)
    if find_rule_at(version.brand_id, clock.now()) != version:
        return 0
    return restate_periods(version.brand_id, rules_of(version).binding)


def _create(
    brand: OrgUnit, config: Mapping[str, Any], starts: dt.datetime, note: str
) -> RuleVersion:
    rule_in_force(brand.pk, clock.now())
    last = RuleVersion.objects.filter(brand=brand).aggregate(last=Max("number"))["last"]
    return RuleVersion.objects.create(
        brand=brand,
        number=last + 1,
        effective_at=starts,
        config=dict(config),
        note=note,
        created_at=clock.now(),
    )


def _apply_periods(brand: OrgUnit, version: RuleVersion, rules: Rules) -> None:
    if version.effective_at <= clock.now():
        restate_periods(brand.pk, rules.binding)
        return
    jobs.enqueue(
        "distribution.apply_binding_periods",
        {"rule_id": version.pk},
        key=f"rule:{version.pk}",
        due_at=version.effective_at,
    )


def _refuse_above_margin(rules: Rules, brand: OrgUnit) -> None:
    """Goods whose cost is known must still leave something after both levels."""
    for goods in list_margins(brand.pk):
        tiers = {"", *rules.rates.by_tier, *rules.rates.by_category.get(goods.category, {})}
        tiers |= {*rules.rates.by_sku.get(goods.code, {})}
        for tier in sorted(tiers):
            found = rules.rates.find(sku_code=goods.code, category=goods.category, tier=tier)
            taken = found.rate.ppm
            if found.rate.mode is RateMode.FIXED_PER_ITEM:
                taken = found.rate.fen * 1_000_000 // goods.price_fen
            elif found.rate.mode is RateMode.PROFIT_PERCENT:
                taken = found.rate.ppm * goods.margin_ppm // 1_000_000
            if taken + rules.level2.effective_ppm > goods.margin_ppm:
                raise RateAboveMargin(
                    f"商品 {goods.code} 的毛利率是 {format_ppm(goods.margin_ppm)}，"
                    f"{found.source}（{found.rate.words()}）会让它亏本",
                    sku=goods.code,
                )
