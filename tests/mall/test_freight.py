"""Delivery: by region, by piece or gram, free from a worth or a number, or not at all."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from mall import services
from mall.amounts import freight_of_units
from mall.contracts import NotDelivered, Place, TotalChanged
from mall.models import FreightTemplate, Order, Sku
from mall.selectors import quote_cart
from mall.services import FreightTerms
from tests.mall.checks import assert_invariants
from tests.mall.shop import HOME, Shop, fresh

pytestmark = pytest.mark.django_db


def zone(*regions: str, first: int = 1, fee: int = 800, step: int = 1, more: int = 200) -> Any:
    return {
        "regions": list(regions),
        "first": first,
        "first_fee_fen": fee,
        "next": step,
        "next_fee_fen": more,
    }


def send_by(shop: Shop, *zones: Any, **terms: Any) -> FreightTemplate:
    fields = {"name": "标准", "basis": "piece", "zones": zones or [zone()], **terms}
    return services.save_freight_template(
        brand=shop.brand, terms=FreightTerms(**fields), is_default=True
    )


def fee(shop: Shop, pieces: int = 1, province: str = "江苏省", city: str = "苏州市") -> int:
    return quote_cart({shop.cream.pk: pieces}, Place(province, city)).freight_fen


def test_the_first_piece_and_each_further_one_have_their_fee(shop: Shop) -> None:
    send_by(shop, zone(first=2, fee=800, step=3, more=500))
    assert [fee(shop, n) for n in (1, 2, 3, 5, 6)] == [800, 800, 1_300, 1_300, 1_800]


def test_grams_are_counted_over_all_lines(shop: Shop) -> None:
    Sku.objects.filter(pk=shop.cream.pk).update(weight_g=400)
    Sku.objects.filter(pk=shop.soap.pk).update(weight_g=301)
    send_by(shop, zone(first=1_000, fee=600, step=500, more=150), basis="weight")
    assert quote_cart({shop.cream.pk: 1, shop.soap.pk: 2}).freight_fen == 600 + 150


def test_a_city_comes_before_its_province_and_both_before_the_rest(shop: Shop) -> None:
    send_by(shop, zone("江苏", "浙江省", fee=500), zone("苏州市", fee=100), zone(fee=900))
    assert fee(shop) == 100
    assert fee(shop, city="南京市") == 500
    assert fee(shop, province="浙江省", city="杭州市") == 500
    assert fee(shop, province="广西壮族自治区", city="南宁市") == 900


@pytest.mark.parametrize("terms", [{"free_from_fen": 20_000}, {"free_from_pieces": 2}])
def test_worth_or_number_sets_it_free(shop: Shop, terms: dict[str, int]) -> None:
    send_by(shop, **terms)
    assert (fee(shop, 1), fee(shop, 2)) == (800, 0)


def test_a_refused_region_gets_nothing_not_even_for_free(shop: Shop) -> None:
    send_by(shop, refused=["西藏"], free_from_fen=1)
    with pytest.raises(NotDelivered):
        fee(shop, province="西藏自治区", city="拉萨市")
    tibet = replace(HOME, province="西藏自治区", city="拉萨市")
    with pytest.raises(NotDelivered):
        shop.place(receiver=tibet)
    assert Order.objects.count() == 0


def test_hong_kong_is_served_only_by_a_zone_that_names_it(shop: Shop) -> None:
    services.set_freight(brand=shop.brand, fee_fen=800)
    with pytest.raises(NotDelivered):
        fee(shop, province="香港特别行政区", city="香港")
    send_by(shop, zone("香港", fee=4_000), zone())
    assert fee(shop, province="香港特别行政区", city="香港") == 4_000
    with pytest.raises(NotDelivered):
        fee(shop, province="澳门特别行政区", city="澳门")


def test_a_product_of_its_own_template_adds_its_fee(shop: Shop) -> None:
    send_by(shop)
    other = services.create_product(brand=shop.brand, title="冰淇淋")
    cold = services.add_sku(product=other, code="ICE", price_fen=2_000)
    own = services.save_freight_template(
        brand=shop.brand, terms=FreightTerms("冷链", "piece", [zone(fee=2_500)])
    )
    services.edit_product(product=other, freight=own)
    assert quote_cart({shop.cream.pk: 1, cold.pk: 1}).freight_fen == 800 + 2_500


def test_without_a_template_the_flat_rule_holds(shop: Shop) -> None:
    services.set_freight(brand=shop.brand, fee_fen=700, free_from_fen=20_000)
    assert (fee(shop, 1), fee(shop, 2)) == (700, 0)
    send_by(shop)
    assert fee(shop, 2) == 1_000


def test_the_order_is_charged_what_its_address_costs(shop: Shop) -> None:
    send_by(shop, zone("上海", fee=300), zone(fee=900))
    with pytest.raises(TotalChanged):
        shop.place()
    order = shop.place(shown_total_fen=10_300)
    assert (order.freight_fen, order.total_fen) == (300, 10_300)
    services.settle_payment(shop.pay(order))
    assert fresh(order).paid_fen == 10_300
    assert_invariants()


@pytest.mark.parametrize(
    "wrong",
    [
        {"zones": [zone("江苏")]},
        {"zones": [zone(), zone()]},
        {"zones": [zone("江苏省"), zone("江苏"), zone()]},
        {"zones": [zone("江苏"), zone()], "refused": ["江苏省"]},
        {"zones": [zone(step=0)]},
        {"zones": [zone(fee=-1)]},
        {"name": " "},
        {"basis": "volume"},
        {"free_from_fen": -1},
    ],
)
def test_a_template_with_no_one_fee_for_every_address_is_refused(
    shop: Shop, wrong: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput):
        send_by(shop, **{"zones": [zone()], **wrong})
    assert not FreightTemplate.objects.exists()


def test_a_new_default_takes_the_place_of_the_old(shop: Shop) -> None:
    first, second = send_by(shop), send_by(shop, zone(fee=100))
    first.refresh_from_db()
    assert (first.is_default, second.is_default, fee(shop)) == (False, True, 100)


@given(st.integers(0, 5_000), st.integers(0, 999), st.integers(1, 999))
def test_more_goods_never_cost_less_to_send(units: int, first: int, step: int) -> None:
    terms = {"first": first, "first_fee_fen": 800, "step": step, "step_fee_fen": 150}
    assert freight_of_units(units, **terms) <= freight_of_units(units + 1, **terms)
