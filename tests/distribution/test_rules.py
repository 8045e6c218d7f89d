"""Rules: what may be published, and what each version says."""

import datetime as dt
from typing import Any

import pytest

from core import clock
from core.models import AuditEntry
from distribution.contracts import (
    AcknowledgementMissing,
    EntryFeeForbidden,
    HeadcountRewardForbidden,
    LevelsTooMany,
    PoolCapExceeded,
    RateAboveMargin,
    RuleBackdated,
    RuleFieldUnknown,
    RulesRefused,
    RuleValueInvalid,
    SplitNotWhole,
    TeamRewardForbidden,
)
from distribution.models import RuleVersion
from distribution.rules import DEFAULT_RULES, Rate, RateMode, Split, parse_rules
from distribution.services import publish_rules, rule_in_force
from tests.distribution.kit import Goods, config, make_sku, percent
from tests.world import World


def test_the_default_rules_are_what_the_handbook_says() -> None:
    rules = parse_rules(DEFAULT_RULES)

    assert rules.rates.default == Rate(RateMode.PERCENT, 100_000)
    assert rules.commission_split.same_store == Split(70, 30)
    assert rules.commission_split.cross_store == Split(60, 40)
    assert (rules.level2.is_on, rules.pool_cap_ppm) == (False, 300_000)
    assert rules.self_purchase == "off"
    assert rules.rights.days_for("护肤") == 8
    assert (rules.binding.validity_days, rules.binding.protect_days) == (-1, 30)


REFUSED: list[tuple[dict[str, Any], type[RulesRefused]]] = [
    ({"rates": {}}, RuleValueInvalid),
    ({"rates": percent(350_000)}, PoolCapExceeded),
    ({"rates": percent(250_000), "level2": {"is_on": True, "ppm": 60_000}}, PoolCapExceeded),
    ({"rates": {"default": {"mode": "percent", "ppm": 0.1}}}, RuleValueInvalid),
    ({"rates": {"default": {"mode": "percent", "ppm": True}}}, RuleValueInvalid),
    ({"rates": {"default": {"mode": "percent", "ppm": -1}}}, RuleValueInvalid),
    ({"rates": {"default": {"mode": "percent", "ppm": 1, "fen": 5}}}, RuleValueInvalid),
    ({"rates": {"default": {"mode": "lottery"}}}, RuleValueInvalid),
    ({"rates": {**percent(1), "by_sku": {"a": {"A": {"ppm": 400_000}}}}}, PoolCapExceeded),
    ({"commission_split": {"same_store": {"sharer": 70, "bound": 40}}}, SplitNotWhole),
    ({"performance_split": {"cross_store": {"sharer": 99, "bound": 0}}}, SplitNotWhole),
    ({"commission_split": {"same_store": {"sharer": 70, "bound": 30, "hq": 0}}}, RuleFieldUnknown),
    ({"level3": {"ppm": 10}}, LevelsTooMany),
    ({"levels": [1, 2, 3]}, LevelsTooMany),
    ({"level2": {"is_on": True, "ppm": 1, "levels": 3}}, LevelsTooMany),
    ({"entry_fee_fen": 39_900}, EntryFeeForbidden),
    ({"invite_reward_fen": 5_000}, HeadcountRewardForbidden),
    ({"team_dividend": {}}, TeamRewardForbidden),
    ({"surprise": 1}, RuleFieldUnknown),
    ({"pool_cap_ppm": 950_000}, RuleValueInvalid),
    ({"self_purchase": "always"}, RuleValueInvalid),
    ({"evidence": {"priority": ["code", "live"]}}, RuleValueInvalid),
    ({"evidence": {"share_days": 31}}, RuleValueInvalid),
    ({"rights": {"no_reason_days": 3}}, RuleValueInvalid),
    ({"binding": {"validity_days": 0}}, RuleValueInvalid),
    ({"binding": {"protect_days": -3}}, RuleValueInvalid),
]


@pytest.mark.parametrize(("changes", "refusal"), REFUSED, ids=lambda case: str(case)[:60])
def test_a_bad_configuration_is_refused_by_name(
    changes: dict[str, Any], refusal: type[RulesRefused]
) -> None:
    parse_rules(config())

    with pytest.raises(RulesRefused) as caught:
        parse_rules(config(**changes))

    assert type(caught.value) is refusal
    assert any("\u4e00" <= letter <= "\u9fff" for letter in caught.value.text)


def test_the_first_match_gives_the_rate() -> None:
    one, two, three, four, five = ({"mode": "percent", "ppm": ppm} for ppm in (1, 2, 3, 4, 5))
    rates = {
        "default": {"mode": "percent", "ppm": 6},
        "by_tier": {"A": five},
        "by_category": {"护肤": {"A": three, "all": four}},
        "by_sku": {"S": {"A": one, "all": two}},
    }
    find = parse_rules(config(rates=rates)).rates.find

    def ppm(sku: str, category: str, tier: str) -> int:
        return find(sku_code=sku, category=category, tier=tier).rate.ppm

    assert ppm("S", "护肤", "A") == 1
    assert ppm("S", "护肤", "B") == 2
    assert ppm("T", "护肤", "A") == 3
    assert ppm("T", "护肤", "B") == 4
    assert ppm("T", "彩妆", "A") == 5
    assert ppm("T", "彩妆", "B") == 6


def test_a_category_may_keep_its_rights_open_longer() -> None:
    rights = parse_rules(config(rights={"by_category": {"珠宝": 15}})).rights

    assert (rights.days_for("珠宝"), rights.days_for("护肤")) == (15, 8)


@pytest.mark.django_db
def test_a_brand_without_rules_gets_the_default_once(world: World) -> None:
    first = rule_in_force(world.brand.pk, clock.now())
    second = rule_in_force(world.brand.pk, clock.now() - dt.timedelta(days=900))

    assert first == second
    assert (first.number, first.config) == (0, DEFAULT_RULES)
    assert RuleVersion.objects.count() == 1


@pytest.mark.django_db
def test_a_published_version_is_numbered_and_audited(world: World) -> None:
    rule = publish_rules(brand=world.brand, config=config(rates=percent(150_000)), note="春季")

    assert rule.number == 1
    assert rule_in_force(world.brand.pk, clock.now()) == rule
    entry = AuditEntry.objects.get(action="distribution.rules.published")
    assert (entry.reason, entry.after["number"]) == ("春季", 1)


@pytest.mark.django_db
def test_a_version_ahead_waits_for_its_day(world: World) -> None:
    later = clock.now() + dt.timedelta(days=3)

    ahead = publish_rules(brand=world.brand, config=config(), effective_at=later)

    assert rule_in_force(world.brand.pk, clock.now()).number == 0
    assert rule_in_force(world.brand.pk, later) == ahead


@pytest.mark.django_db
def test_rules_cannot_be_backdated(world: World) -> None:
    with pytest.raises(RuleBackdated):
        publish_rules(
            brand=world.brand, config=config(), effective_at=clock.now() - dt.timedelta(seconds=1)
        )

    assert RuleVersion.objects.count() == 0


@pytest.mark.django_db
def test_a_second_level_needs_the_legal_hint_to_be_read(world: World) -> None:
    second = config(level2={"is_on": True, "ppm": 20_000})

    with pytest.raises(AcknowledgementMissing):
        publish_rules(brand=world.brand, config=second)
    assert RuleVersion.objects.count() == 0

    assert publish_rules(brand=world.brand, config=second, has_acknowledged=True).number == 1
    assert AuditEntry.objects.get(action="distribution.rules.published").after["level2"] is True


@pytest.mark.django_db
@pytest.mark.parametrize(
    "rate",
    [
        {"mode": "percent", "ppm": 110_000},
        {"mode": "fixed_per_item", "fen": 1_100},
    ],
)
def test_a_rate_above_the_margin_is_refused(world: World, rate: dict[str, Any]) -> None:
    make_sku(world, Goods(10_000, cost_fen=9_000, code="thin"))

    with pytest.raises(RateAboveMargin, match="thin"):
        publish_rules(brand=world.brand, config=config(rates={"default": rate}))

    assert RuleVersion.objects.count() == 0


@pytest.mark.django_db
def test_a_rate_of_its_own_lets_thin_goods_pass(world: World) -> None:
    make_sku(world, Goods(10_000, cost_fen=9_000, code="thin"))
    thin = {"thin": {"mode": "percent", "ppm": 50_000}}

    rule = publish_rules(
        brand=world.brand, config=config(rates={**percent(200_000), "by_sku": thin})
    )

    assert rule.number == 1
