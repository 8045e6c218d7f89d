"""Stock by hand: corrected and carried with a reason, never below what orders hold."""

from dataclasses import replace

import pytest

from core.errors import InvalidInput
from core.models import AuditEntry
from mall import services
from mall.contracts import StockBelowSold
from mall.models import Stock
from mall.services.stock_moves import Count, adjust_stock, count_many, transfer_stock
from tests.mall.checks import assert_invariants
from tests.mall.shop import HOME, Shop
from tests.world import World

pytestmark = pytest.mark.django_db


def on_hand(shop: Shop) -> dict[int, int]:
    rows = Stock.objects.filter(sku=shop.cream).values_list("location_id", "on_hand")
    return dict(rows)


def test_a_correction_keeps_its_reason(shop: Shop) -> None:
    adjust_stock(sku=shop.cream, location=shop.brand, change=-3, reason="破损")
    assert on_hand(shop) == {shop.brand.pk: 17}
    entry = AuditEntry.objects.get(action="mall.stock.adjusted")
    assert (entry.reason, entry.after["change"]) == ("破损", -3)


def test_what_orders_hold_is_not_corrected_away(shop: Shop) -> None:
    shop.place((shop.cream, 18))
    with pytest.raises(StockBelowSold):
        adjust_stock(sku=shop.cream, location=shop.brand, change=-3, reason="破损")
    adjust_stock(sku=shop.cream, location=shop.brand, change=-2, reason="破损")
    assert on_hand(shop) == {shop.brand.pk: 18}
    assert_invariants(("S1",))


def test_a_transfer_keeps_the_sum(shop: Shop, world: World) -> None:
    shop.place((shop.cream, 15))
    store = world.first_store
    transfer_stock(sku=shop.cream, source=shop.brand, target=store, quantity=5, reason="补货")
    assert on_hand(shop) == {shop.brand.pk: 15, store.pk: 5}
    with pytest.raises(StockBelowSold):
        transfer_stock(sku=shop.cream, source=shop.brand, target=store, quantity=1, reason="补货")
    assert on_hand(shop) == {shop.brand.pk: 15, store.pk: 5}
    assert_invariants(("S1",))


def test_nothing_moves_without_a_reason_or_to_itself(shop: Shop, world: World) -> None:
    with pytest.raises(InvalidInput):
        adjust_stock(sku=shop.cream, location=shop.brand, change=1, reason=" ")
    with pytest.raises(InvalidInput):
        transfer_stock(
            sku=shop.cream, source=shop.brand, target=shop.brand, quantity=1, reason="补货"
        )
    assert on_hand(shop) == {shop.brand.pk: 20}


def test_a_count_is_taken_in_whole_or_not(shop: Shop, world: World) -> None:
    good = Count(shop.cream, shop.brand, 7)
    with pytest.raises(InvalidInput):
        count_many(counts=[good, Count(shop.soap, shop.brand, -1)])
    assert on_hand(shop) == {shop.brand.pk: 20}
    assert count_many(counts=[good, Count(shop.cream, world.first_store, 2)]) == 2
    assert on_hand(shop) == {shop.brand.pk: 7, world.first_store.pk: 2}


def test_one_place_sends_the_whole_order_when_it_can(shop: Shop, world: World) -> None:
    for sku in (shop.cream, shop.soap):
        services.set_stock(sku=sku, location=world.other_store, on_hand=1)
    services.set_stock(sku=shop.soap, location=world.first_store, on_hand=5)
    services.set_stock(sku=shop.soap, location=shop.brand, on_hand=0)
    far = replace(HOME, city="拉萨市")
    order = shop.place((shop.cream, 1), (shop.soap, 1), receiver=far)
    assert set(order.lines.values_list("location_id", flat=True)) == {world.other_store.pk}
