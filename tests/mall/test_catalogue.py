"""The catalogue: what may be sold, for how much, and how many there are."""

from typing import Any

import pytest

from core.errors import InvalidInput, NotFound
from core.models import AuditEntry
from mall import services
from mall.contracts import SkuCodeTaken, StockBelowSold
from mall.models import Product, Sku, Stock
from mall.selectors import (
    get_product,
    get_product_for,
    list_products_for,
    list_products_on_sale,
    list_skus_of,
)
from org.services import create_unit
from tests.mall.shop import Shop, fresh
from tests.world import World

pytestmark = pytest.mark.django_db


def test_a_product_is_on_sale_with_its_least_price(shop: Shop) -> None:
    product: Any = list_products_on_sale(shop.brand).get()

    assert (product.title, product.from_fen) == ("玫瑰面霜", 3_333)


def test_a_price_change_leaves_placed_orders_alone(shop: Shop) -> None:
    order = shop.place((shop.cream, 1))
    services.set_price(sku=shop.cream, price_fen=12_000, cost_fen=4_000)

    assert fresh(order).total_fen == 10_000
    assert order.lines.get().cost_fen == 3_000
    assert shop.place((shop.cream, 1)).total_fen == 12_000
    entry = AuditEntry.objects.get(action="mall.sku.repriced")
    assert entry.before == {"price_fen": 10_000, "cost_fen": 3_000, "weight_g": 0}


@pytest.mark.parametrize(("price", "cost"), [(0, 0), (-1, 0), (1, -1)])
def test_a_price_is_at_least_a_fen(shop: Shop, price: int, cost: int) -> None:
    with pytest.raises(InvalidInput):
        services.set_price(sku=shop.cream, price_fen=price, cost_fen=cost)
    with pytest.raises(InvalidInput):
        services.add_sku(product=shop.cream.product, code="NEW", price_fen=price, cost_fen=cost)
    assert Sku.objects.get(pk=shop.cream.pk).price_fen == 10_000


def test_a_code_names_one_sku(shop: Shop) -> None:
    with pytest.raises(SkuCodeTaken):
        services.add_sku(product=shop.cream.product, code="CREAM", price_fen=1)
    assert Sku.objects.count() == 2


def test_pieces_that_orders_hold_cannot_be_counted_away(shop: Shop) -> None:
    shop.place((shop.cream, 5))

    with pytest.raises(StockBelowSold):
        services.set_stock(sku=shop.cream, location=shop.brand, on_hand=4)
    services.set_stock(sku=shop.cream, location=shop.brand, on_hand=5)
    services.add_stock(sku=shop.cream, location=shop.brand, quantity=2)
    stock = Stock.objects.get(sku=shop.cream)
    assert (stock.on_hand, stock.sold) == (7, 5)


def test_what_is_free_is_what_can_be_bought(shop: Shop, world: World) -> None:
    services.set_stock(sku=shop.cream, location=world.first_store, on_hand=3)
    shop.place((shop.cream, 5))

    skus: Any = list_skus_of(shop.cream.product)
    assert [(sku.code, sku.free) for sku in skus] == [("CREAM", 18), ("SOAP", 20)]


def test_customers_do_not_see_what_is_off_the_shelf(shop: Shop) -> None:
    product = services.edit_product(product=shop.cream.product, status="off")

    with pytest.raises(NotFound):
        get_product(product.public_id)
    assert not list_products_on_sale(shop.brand).exists()


@pytest.mark.parametrize("changes", [{"brand_id": "2"}, {"status": "gone"}])
def test_only_what_customers_read_may_be_edited(shop: Shop, changes: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        services.edit_product(product=shop.cream.product, **changes)
    assert Product.objects.get().status == "on"


def test_staff_see_the_catalogue_of_their_own_brand(shop: Shop, world: World) -> None:
    other = create_unit(kind="brand", name="另一品牌", code="b2")
    foreign = services.create_product(brand=other, title="香水")

    for person in (world.ann, world.bo, world.cai):
        assert [one.title for one in list_products_for(person)] == ["玫瑰面霜"]
        with pytest.raises(NotFound):
            get_product_for(person, foreign.public_id)
    assert get_product_for(world.admin, foreign.public_id).title == "香水"
