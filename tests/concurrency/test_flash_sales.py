"""A flash sale under a crowd of threads: nothing sold twice, nothing left over, nobody over."""

from collections.abc import Callable
from functools import partial
from typing import Any
from unittest import mock

from django.db.models import Sum

from core import clock
from mall import services
from mall.contracts import LimitReached, SoldOut
from mall.models import FlashClaim, FlashSale, Order, OrderLine, Stock, StockBucket, StockRelease
from mall.services import buckets
from members.models import Customer, Member
from tenants.models import Tenant
from tests.concurrency.crowd import all_at_once, count
from tests.mall.checks import ALWAYS, assert_invariants
from tests.mall.sales import PRICE, buy, buyers, left, open_sale
from tests.mall.shop import Shop, login_of

BUYERS, PIECES = 40, 5


def tap(shop: Shop, sale: FlashSale, buyer: Customer, key: str = "tap", pieces: int = 1) -> Any:
    return partial(buy, shop, sale, pieces, customer=buyer, key=key)


def in_hands(sale: FlashSale) -> int:
    held = OrderLine.objects.filter(claim__sale=sale).aggregate(sum=Sum("held"))["sum"]
    return int(held or 0)


def test_forty_buyers_of_five_pieces_get_exactly_five(tenant: Tenant, shop: Shop) -> None:
    sale = open_sale(shop, PIECES)

    answers = all_at_once(tenant, [tap(shop, sale, buyer) for buyer in buyers(BUYERS)])

    assert (count(answers, Order), count(answers, SoldOut)) == (PIECES, BUYERS - PIECES)
    assert (in_hands(sale), left(sale)) == (PIECES, 0)
    assert_invariants(ALWAYS)


def test_buckets_read_and_then_written_oversell(tenant: Tenant, shop: Shop) -> None:
    """The control: were the crowd too slow to collide, the test above would say nothing."""

    def naive(sale_id: int, quantity: int) -> list[buckets.Taken]:
        row = StockBucket.objects.filter(sale_id=sale_id, pieces__gte=quantity).first()
        if row is None:
            raise SoldOut
        StockBucket.objects.filter(pk=row.pk).update(pieces=row.pieces - quantity)
        return [buckets.Taken(row.stock.location_id, quantity)]

    sale = open_sale(shop, PIECES)
    with mock.patch.object(buckets, "take", naive):
        answers = all_at_once(tenant, [tap(shop, sale, buyer) for buyer in buyers(BUYERS)])

    assert count(answers, Order) > PIECES


def test_two_pieces_each_leave_no_piece_unsold(tenant: Tenant, shop: Shop) -> None:
    """Eleven single pieces in eleven buckets: five pairs, and the last one for a single."""
    sale = open_sale(shop, 11, per_person=2)
    crowd = buyers(12)

    answers = all_at_once(tenant, [tap(shop, sale, buyer, pieces=2) for buyer in crowd])
    assert (count(answers, Order), left(sale)) == (5, 1)

    buy(shop, sale, customer=crowd[-1], key="one", shown_total_fen=PRICE)
    assert left(sale) == 0
    assert_invariants(ALWAYS)


def test_one_person_with_many_logins_and_tabs_keeps_to_the_limit(
    tenant: Tenant, shop: Shop
) -> None:
    sale = open_sale(shop, 10, per_person=2)
    logins = [
        login_of(Member.objects.create(name=f"号{n}", created_at=clock.now()), f"o_{n}")
        for n in range(4)
    ]
    Customer.objects.update(unionid="u_one")
    tabs = [(login, f"tab{n}") for login in Customer.objects.filter(pk__in=[
        login.pk for login in logins]) for n in range(5)]  # fmt: skip

    answers = all_at_once(tenant, [tap(shop, sale, login, key) for login, key in tabs])

    assert (count(answers, Order), count(answers, LimitReached)) == (2, 18)
    assert FlashClaim.objects.get().taken == 2
    assert_invariants(ALWAYS)


def test_giving_up_running_out_and_buying_at_once_loses_no_piece(
    tenant: Tenant, shop: Shop
) -> None:
    sale = open_sale(shop, PIECES)
    crowd = buyers(30)
    first = [buy(shop, sale, customer=buyer, key="first") for buyer in crowd[:PIECES]]
    Order.objects.update(expires_at=clock.now())
    deeds: list[Callable[[], Any]] = []
    for order in first:
        deeds += [partial(services.cancel_order, order=order)] * 2
        deeds += [partial(services.close_expired, order.pk)] * 2
    deeds += [tap(shop, sale, buyer) for buyer in crowd[PIECES:]]

    all_at_once(tenant, deeds)

    assert StockRelease.objects.filter(line__order__in=first).count() == PIECES
    assert in_hands(sale) + left(sale) == PIECES
    assert_invariants(ALWAYS)


def test_the_end_and_the_rush_and_the_returns_meet_and_every_piece_is_found(
    tenant: Tenant, shop: Shop
) -> None:
    sale = open_sale(shop, 10)
    crowd = buyers(24)
    first = [buy(shop, sale, customer=buyer, key="first") for buyer in crowd[:4]]
    deeds: list[Callable[[], Any]] = [tap(shop, sale, buyer) for buyer in crowd[4:]]
    deeds.insert(8, partial(services.end_flash_sale, sale_id=sale.pk))
    deeds += [partial(services.end_flash_sale, sale_id=sale.pk)]
    deeds[6:6] = [partial(services.cancel_order, order=order) for order in first]

    all_at_once(tenant, deeds)

    place = Stock.objects.get(sku=shop.cream)
    assert (left(sale), place.sold) == (0, in_hands(sale))
    assert_invariants(ALWAYS)


def test_carts_in_opposite_order_and_two_sales_never_deadlock(tenant: Tenant, shop: Shop) -> None:
    cream, soap = open_sale(shop, 5), open_sale(shop, 5, sku=shop.soap)
    crowd = buyers(40)

    def cart(buyer: Customer, *, turned: bool) -> Callable[[], Order]:
        lines = [(shop.cream, 1), (shop.soap, 1)]
        return lambda: shop.place(
            *(reversed(lines) if turned else lines), customer=buyer, key="cart"
        )

    deeds: list[Callable[[], Any]] = []
    for number, buyer in enumerate(crowd):
        deeds.append(cart(buyer, turned=bool(number % 2)))
        sale, sku = ((cream, shop.cream), (soap, shop.soap))[number % 2]
        fields = {"customer": buyer, "flash_sale": sale, "shown_total_fen": PRICE, "key": "sale"}
        deeds.append(partial(shop.place, (sku, 1), **fields))

    all_at_once(tenant, deeds)

    assert (left(cream), left(soap)) == (0, 0)
    assert {row.on_hand - row.sold for row in Stock.objects.all()} == {0}
    assert_invariants(ALWAYS)
