"""The cart: kept for the person, priced now, one order for each brand or none at all."""

import pytest

from core.idempotency import KeyReused
from mall import services
from mall.contracts import CartFull, CartInvalid, NotOnSale, SoldOut, TotalChanged
from mall.models import CartLine, Order, Sku
from mall.selectors import count_cart, list_cart, quote_cart
from org.services import create_unit
from tests.mall.checks import assert_invariants
from tests.mall.shop import HOME, Shop, held, login_of

pytestmark = pytest.mark.django_db


def items(shop: Shop) -> list[tuple[str, int]]:
    return [(item.sku.code, item.quantity) for part in list_cart(shop.buyer) for item in part.items]


def other_brand_sku(price_fen: int = 5_000) -> Sku:
    brand = create_unit(kind="brand", name="二号品牌", code="brand-2")
    product = services.create_product(brand=brand, title="香薰")
    sku = services.add_sku(product=product, code="SCENT", price_fen=price_fen)
    services.set_stock(sku=sku, location=brand, on_hand=5)
    return sku


def order_cart(shop: Shop, *lines: tuple[Sku, int], key: str = "cart-1") -> list[Order]:
    cart = {sku.pk: pieces for sku, pieces in lines}
    by_brand = services.carts.split_by_brand(cart)
    return services.place_cart_orders(
        customer=shop.buyer,
        lines=cart.items(),
        receiver=HOME,
        shown_totals_fen=[quote_cart(part).total_fen for part in by_brand.values()],
        idempotency_key=key,
    )


def test_pieces_are_added_up_and_hold_no_stock(shop: Shop) -> None:
    services.add_to_cart(customer=shop.buyer, sku=shop.cream, quantity=2)
    services.add_to_cart(customer=shop.buyer, sku=shop.cream, quantity=3)
    assert items(shop) == [("CREAM", 5)]
    assert held(shop.cream) == 0


def test_a_cart_takes_fifty_kinds_and_ninety_nine_pieces(shop: Shop) -> None:
    services.add_to_cart(customer=shop.buyer, sku=shop.cream, quantity=99)
    with pytest.raises(CartFull):
        services.add_to_cart(customer=shop.buyer, sku=shop.cream, quantity=1)
    for number in range(49):
        sku = services.add_sku(product=shop.cream.product, code=f"K{number}", price_fen=100)
        services.add_to_cart(customer=shop.buyer, sku=sku, quantity=1)
    with pytest.raises(CartFull):
        services.add_to_cart(customer=shop.buyer, sku=shop.soap, quantity=1)
    assert CartLine.objects.count() == 50


def test_what_is_off_sale_cannot_be_added_but_can_be_taken_out(shop: Shop) -> None:
    services.add_to_cart(customer=shop.buyer, sku=shop.cream, quantity=1)
    services.edit_product(product=shop.cream.product, status="off")
    sku = Sku.objects.select_related("product").get(pk=shop.cream.pk)
    for change in (services.add_to_cart, services.change_cart):
        with pytest.raises(NotOnSale):
            change(customer=shop.buyer, sku=sku, quantity=2)
    assert not list_cart(shop.buyer)[0].items[0].is_buyable
    services.change_cart(customer=shop.buyer, sku=sku, quantity=0)
    assert items(shop) == []


@pytest.mark.parametrize("quantity", [-1, 100])
def test_a_senseless_number_changes_nothing(shop: Shop, quantity: int) -> None:
    services.add_to_cart(customer=shop.buyer, sku=shop.cream, quantity=2)
    with pytest.raises(CartInvalid):
        services.change_cart(customer=shop.buyer, sku=shop.cream, quantity=quantity)
    assert items(shop) == [("CREAM", 2)]


def test_a_cart_tells_a_new_price_and_what_is_left(shop: Shop) -> None:
    services.add_to_cart(customer=shop.buyer, sku=shop.cream, quantity=4)
    services.set_price(sku=shop.cream, price_fen=12_000)
    services.set_stock(sku=shop.cream, location=shop.brand, on_hand=3)

    (item,) = list_cart(shop.buyer)[0].items
    assert (item.is_repriced, item.seen_fen, item.sku.price_fen) == (True, 10_000, 12_000)
    assert (item.free, item.is_buyable) == (3, False)
    services.change_cart(customer=shop.buyer, sku=shop.cream, quantity=3)
    (item,) = list_cart(shop.buyer)[0].items
    assert (item.is_repriced, item.is_buyable) == (False, True)


def test_two_logins_of_one_person_share_a_cart(shop: Shop) -> None:
    services.add_to_cart(customer=shop.buyer, sku=shop.cream, quantity=2)
    second = login_of(shop.buyer.member, "o_second")
    services.add_to_cart(customer=second, sku=shop.soap, quantity=1)
    CartLine.objects.create(
        customer=second,
        sku=shop.cream,
        quantity=1,
        seen_fen=10_000,
        added_at=CartLine.objects.get(sku=shop.soap).added_at,
    )
    assert dict(items(shop)) == {"CREAM": 3, "SOAP": 1}
    assert count_cart(shop.buyer) == count_cart(second) == 2

    services.change_cart(customer=shop.buyer, sku=shop.cream, quantity=1)
    assert dict(items(shop)) == {"CREAM": 1, "SOAP": 1}


def test_a_cart_of_two_brands_becomes_two_orders_and_is_empty(shop: Shop) -> None:
    scent = other_brand_sku()
    for sku in (shop.cream, scent):
        services.add_to_cart(customer=shop.buyer, sku=sku, quantity=1)
    orders = order_cart(shop, (shop.cream, 1), (scent, 1))

    assert [(order.brand_id, order.total_fen) for order in orders] == [
        (shop.brand.pk, 10_000),
        (scent.product.brand_id, 5_000),
    ]
    assert items(shop) == []
    assert_invariants(("M6", "S1"))


def test_only_what_was_chosen_leaves_the_cart(shop: Shop) -> None:
    for sku in (shop.cream, shop.soap):
        services.add_to_cart(customer=shop.buyer, sku=sku, quantity=1)
    order_cart(shop, (shop.cream, 1))
    assert items(shop) == [("SOAP", 1)]


def test_the_same_key_gives_the_same_orders_and_takes_nothing_more_out(shop: Shop) -> None:
    first = order_cart(shop, (shop.cream, 1))
    services.add_to_cart(customer=shop.buyer, sku=shop.cream, quantity=1)
    assert order_cart(shop, (shop.cream, 1)) == first
    assert (Order.objects.count(), held(shop.cream), items(shop)) == (1, 1, [("CREAM", 1)])
    with pytest.raises(KeyReused):
        order_cart(shop, (shop.cream, 2))


def test_a_key_is_not_used_again_for_other_brands(shop: Shop) -> None:
    scent = other_brand_sku()
    order_cart(shop, (shop.cream, 1))

    for cart in ([(scent, 1)], [(shop.cream, 1), (scent, 1)]):
        with pytest.raises(KeyReused):
            order_cart(shop, *cart)

    assert (Order.objects.count(), held(scent)) == (1, 0)


def test_one_brand_sold_out_leaves_the_other_unordered(shop: Shop) -> None:
    scent = other_brand_sku()
    services.add_to_cart(customer=shop.buyer, sku=shop.cream, quantity=1)
    with pytest.raises(SoldOut):
        order_cart(shop, (shop.cream, 1), (scent, 6))
    assert (Order.objects.count(), held(shop.cream), items(shop)) == (0, 0, [("CREAM", 1)])


@pytest.mark.parametrize("shown", [[10_000], [10_001, 5_000], [5_000, 10_000], []])
def test_a_total_that_was_not_shown_orders_nothing(shop: Shop, shown: list[int]) -> None:
    scent = other_brand_sku()
    with pytest.raises(TotalChanged):
        services.place_cart_orders(
            customer=shop.buyer,
            lines=[(shop.cream.pk, 1), (scent.pk, 1)],
            receiver=HOME,
            shown_totals_fen=shown,
            idempotency_key="k",
        )
    assert (Order.objects.count(), held(shop.cream)) == (0, 0)
