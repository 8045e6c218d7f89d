"""Placing an order: the server's total, the pieces, the evidence, one order for a key."""

import datetime as dt
from dataclasses import replace

import pytest

from core.idempotency import KeyReused
from core.models import Event, Job
from mall import services
from mall.contracts import (
    BrandsMixed,
    CartInvalid,
    NotOnSale,
    ReceiverInvalid,
    SoldOut,
    TotalChanged,
)
from mall.models import Order, OrderLine
from mall.selectors import read_receiver
from org.services import create_unit
from tests.mall.fakes import FakeEvidence
from tests.mall.shop import HOME, Shop, fresh, held
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db


def test_an_order_is_what_the_shelf_says(shop: Shop) -> None:
    order = shop.place((shop.cream, 2), (shop.soap, 3))

    assert (order.goods_fen, order.freight_fen, order.total_fen) == (29_999, 0, 29_999)
    assert order.expires_at == MONDAY + dt.timedelta(minutes=15)
    assert order.number == order.platform_order_no
    assert order.number.startswith("260302100000")
    lines = order.lines.order_by("pk").values_list(
        "sku_code", "title", "quantity", "amount_fen", "cost_fen", "held"
    )
    assert list(lines) == [
        ("CREAM", "玫瑰面霜", 2, 20_000, 6_000, 2),
        ("SOAP", "玫瑰面霜", 3, 9_999, 3_000, 3),
    ]


def test_the_receiver_is_kept_encrypted_and_reads_back(shop: Shop) -> None:
    order = shop.place()

    assert read_receiver(fresh(order)) == HOME
    assert fresh(order).city == "上海市"


def test_a_price_that_moved_is_refused_and_takes_nothing(shop: Shop) -> None:
    with pytest.raises(TotalChanged) as refused:
        shop.place((shop.cream, 1), shown_total_fen=9_000)

    assert refused.value.detail == {"shown_fen": 9_000, "total_fen": 10_000}
    assert (Order.objects.count(), held(shop.cream), Event.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("free_from", "freight"), [(0, 800), (10_001, 800), (10_000, 0), (9_999, 0)]
)
def test_freight_is_free_from_its_amount_on(shop: Shop, free_from: int, freight: int) -> None:
    services.set_freight(brand=shop.brand, fee_fen=800, free_from_fen=free_from)

    assert shop.place((shop.cream, 1)).freight_fen == freight


def test_the_last_piece_is_sold_and_no_further_one(shop: Shop) -> None:
    services.set_stock(sku=shop.cream, location=shop.brand, on_hand=2)
    shop.place((shop.cream, 2))

    with pytest.raises(SoldOut):
        shop.place((shop.cream, 1))
    assert held(shop.cream) == 2


def test_a_cart_that_is_short_of_one_sku_takes_none_of_the_other(shop: Shop) -> None:
    services.set_stock(sku=shop.soap, location=shop.brand, on_hand=1)

    with pytest.raises(SoldOut):
        shop.place((shop.cream, 1), (shop.soap, 2))
    assert (held(shop.cream), held(shop.soap), Order.objects.count()) == (0, 0, 0)


def test_pieces_in_two_places_serve_one_cart(shop: Shop, world: World) -> None:
    services.set_stock(sku=shop.cream, location=shop.brand, on_hand=2)
    services.set_stock(sku=shop.cream, location=world.first_store, on_hand=2)

    order = shop.place((shop.cream, 3))

    parts = order.lines.order_by("pk").values_list("location_id", "quantity", "amount_fen")
    near, far = world.first_store, shop.brand
    assert list(parts) == [(near.pk, 2, 20_000), (far.pk, 1, 10_000)], "the receiver's city first"
    with pytest.raises(SoldOut):
        shop.place((shop.cream, 2))


def test_one_place_that_has_all_is_preferred(shop: Shop, world: World) -> None:
    services.set_stock(sku=shop.cream, location=shop.brand, on_hand=2)
    services.set_stock(sku=shop.cream, location=world.first_store, on_hand=3)

    order = shop.place((shop.cream, 3))

    assert order.lines.get().location_id == world.first_store.pk
    assert fresh(order).store_id == world.first_store.pk


def test_the_same_key_gives_the_same_order(shop: Shop) -> None:
    first = shop.place((shop.cream, 1), key="tap")
    again = shop.place((shop.cream, 1), key="tap")

    assert (first.pk, held(shop.cream)) == (again.pk, 1)
    assert Event.objects.filter(name="mall.order_placed").count() == 1


def test_the_same_key_with_another_cart_is_refused(shop: Shop) -> None:
    shop.place((shop.cream, 1), key="tap")

    with pytest.raises(KeyReused):
        shop.place((shop.cream, 2), key="tap")
    assert (Order.objects.count(), held(shop.cream)) == (1, 1)


def test_what_is_off_the_shelf_cannot_be_bought(shop: Shop) -> None:
    shop.cream.is_for_sale = False
    shop.cream.save()
    with pytest.raises(NotOnSale):
        shop.place((shop.cream, 1), shown_total_fen=10_000)

    services.edit_product(product=shop.soap.product, status="off")
    with pytest.raises(NotOnSale):
        shop.place((shop.soap, 1), shown_total_fen=3_333)


def test_two_brands_make_two_orders(shop: Shop) -> None:
    other = create_unit(kind="brand", name="另一品牌", code="b2")
    product = services.create_product(brand=other, title="香水")
    perfume = services.add_sku(product=product, code="PERFUME", price_fen=500)

    with pytest.raises(BrandsMixed):
        shop.place((shop.cream, 1), (perfume, 1), shown_total_fen=10_500)


@pytest.mark.parametrize("lines", [[], [(1, 0)], [(1, -1)], [(1, 100)], [(1, 60), (1, 60)]])
def test_a_senseless_cart_is_refused(shop: Shop, lines: list[tuple[int, int]]) -> None:
    cart = [(shop.cream.pk, quantity) for _, quantity in lines]
    with pytest.raises(CartInvalid):
        shop.place((shop.cream, 1), lines=cart)
    assert held(shop.cream) == 0


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"phone": "12345"}, {"phone": ""}, {"address": ""}, {"city": ""}]
)
def test_a_parcel_needs_somewhere_to_go(shop: Shop, wrong: dict[str, str]) -> None:
    with pytest.raises(ReceiverInvalid):
        shop.place((shop.cream, 1), receiver=replace(HOME, **wrong))
    assert Order.objects.count() == 0


def test_the_evidence_of_the_moment_stands_on_every_line(
    shop: Shop, evidence: FakeEvidence
) -> None:
    order = shop.place((shop.cream, 1), (shop.soap, 1))

    assert evidence.asked == [
        {
            "member_id": shop.buyer.member_id,
            "brand_id": shop.brand.pk,
            "sku_ids": [shop.cream.pk, shop.soap.pk],
            "placed_at": order.placed_at,
        }
    ]
    kept = OrderLine.objects.values_list("evidence", flat=True)
    assert list(kept) == [{"rule_version": 1, "rate_ppm": 100_000}] * 2


def test_an_order_owes_its_own_end(shop: Shop) -> None:
    order = shop.place()

    job = Job.objects.get(name="mall.close_expired", key=order.number)
    assert (job.due_at, job.lane) == (order.expires_at, "money")
