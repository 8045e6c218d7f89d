"""The checkout in a flash sale: each refusal has its page, its 409 and its stable code."""

import datetime as dt
from typing import Any

import pytest

from core import clock
from mall.models import FlashSale, Order
from members.models import Customer
from tests.mall.sales import PRICE, buy, buyers, open_sale
from tests.mall.shop import Shop, later
from tests.pages.shop.kit import browser_of, text_of
from tests.pages.shop.test_sales import HOME

pytestmark = pytest.mark.django_db


def tap(sale: FlashSale, buyer: Customer, **changes: str) -> Any:
    fields = {"sku": "CREAM", "n": "1", "total_fen": str(PRICE), "key": "tap-tap"}
    return browser_of(buyer).post("/buy", {**fields, "sale": sale.public_id, **HOME, **changes})


def test_the_next_after_the_last_hears_sold_out(shop: Shop) -> None:
    sale = open_sale(shop, 1)
    buy(shop, sale)
    (late,) = buyers(1)

    answer = tap(sale, late)

    assert answer.status_code == 409
    assert 'data-code="sold_out"' in text_of(answer)
    assert Order.objects.count() == 1


def test_the_same_tap_after_the_last_piece_is_still_their_order(shop: Shop) -> None:
    sale = open_sale(shop, 1)
    first = tap(sale, shop.buyer)

    again = tap(sale, shop.buyer)

    assert (again.status_code, again.url) == (302, first.url)


def test_one_too_many_hears_of_the_limit(shop: Shop) -> None:
    sale = open_sale(shop, 5)
    buy(shop, sale)

    answer = tap(sale, shop.buyer)

    assert answer.status_code == 409
    assert 'data-code="limit_reached"' in text_of(answer)
    assert "每人限购 1 件" in text_of(answer)


def test_too_early_and_too_late_are_not_open(shop: Shop) -> None:
    starts = clock.now() + dt.timedelta(minutes=5)
    sale = open_sale(shop, starts_at=starts, ends_at=starts + dt.timedelta(minutes=5))
    answers = [tap(sale, shop.buyer)]
    with later(minutes=10):
        answers.append(tap(sale, shop.buyer))

    assert ["sale_not_open" in text_of(answer) for answer in answers] == [True, True]
    assert Order.objects.count() == 0


def test_a_sale_is_no_price_for_other_goods(shop: Shop) -> None:
    answer = tap(open_sale(shop), shop.buyer, sku="SOAP")

    assert answer.status_code == 404
    assert Order.objects.count() == 0
