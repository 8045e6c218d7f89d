"""A flash sale on the phone: true price, true rest, the server's clock, five minutes to pay."""

import datetime as dt
import re

import pytest

from core import clock
from mall.models import FlashSale, Order
from mall.services import end_flash_sale, open_flash_sale
from tests.mall.shop import Shop, later
from tests.pages.shop.kit import browser_of, field_in, queries_of, stranger, text_of

pytestmark = pytest.mark.django_db

HOME = {
    "name": "伊芙",
    "phone": "13800000001",
    "province": "上海市",
    "city": "上海市",
    "address": "南京东路 1 号",
}


def open_sale(shop: Shop, *, starts_in: int = 0, **terms: int) -> FlashSale:
    start = clock.now() + dt.timedelta(minutes=starts_in)
    fields = {"price_fen": 6_900, "quantity": 2, **terms}
    return open_flash_sale(
        sku=shop.cream, starts_at=start, ends_at=start + dt.timedelta(hours=1), **fields
    )


def buy(shop: Shop, sale: FlashSale) -> Order:
    client = browser_of(shop.buyer)
    page = text_of(client.get("/buy", {"sku": "CREAM", "n": "1", "sale": sale.public_id}))
    names = ("sku", "n", "sale", "key", "total_fen")
    client.post("/buy", {**{name: field_in(page, name) for name in names}, **HOME})
    return Order.objects.latest("pk")


def test_price_rest_and_limit_are_true(shop: Shop) -> None:
    sale = open_sale(shop, per_person=1)
    page = text_of(stranger().get(f"/sales/{sale.public_id}"))
    assert "¥69.00" in page
    assert "共 2 件，剩 2 件，每人限购 1 件" in page
    assert "划线价" not in page, "nothing was ever sold"
    buy(shop, sale)
    assert "剩 1 件" in text_of(stranger().get(f"/sales/{sale.public_id}"))


def test_the_countdown_is_the_servers(shop: Shop) -> None:
    sale = open_sale(shop, starts_in=30)
    page = text_of(stranger().get(f"/sales/{sale.public_id}"))
    assert 'data-countdown="1800"' in page
    assert "还没开始" in page
    with later(minutes=31):
        page = text_of(stranger().get(f"/sales/{sale.public_id}"))
        assert 'data-countdown="3540"' in page
        assert "立即抢购" in page


def test_an_order_is_charged_the_sale_and_has_five_minutes(shop: Shop) -> None:
    order = buy(shop, open_sale(shop))
    assert (order.total_fen, order.expires_at) == (6_900, clock.now() + dt.timedelta(minutes=5))
    page = text_of(browser_of(shop.buyer).get(f"/pay/{order.public_id}"))
    assert re.search(r'data-countdown="300"', page)


def test_who_has_their_share_is_led_to_their_orders(shop: Shop) -> None:
    sale = open_sale(shop, per_person=1)
    buy(shop, sale)
    page = text_of(browser_of(shop.buyer).get(f"/sales/{sale.public_id}"))
    assert "您已抢到 1 件" in page
    assert "立即抢购" not in page
    buy(shop, sale)
    assert Order.objects.count() == 1


def test_sold_out_and_ended_are_told_apart(shop: Shop) -> None:
    sale = open_sale(shop, quantity=1)
    buy(shop, sale)
    assert "1 件已抢完" in text_of(stranger().get(f"/sales/{sale.public_id}"))
    end_flash_sale(sale_id=sale.pk)
    page = text_of(stranger().get(f"/sales/{sale.public_id}"))
    assert "已结束" in page
    assert "data-countdown" not in page


def test_the_price_before_is_the_lowest_paid_in_seven_days(shop: Shop) -> None:
    shop.paid()
    with later(minutes=1):
        sale = open_sale(shop)
        page = text_of(stranger().get(f"/sales/{sale.public_id}"))
    assert '<span class="was">¥100.00</span>' in page


def test_the_product_page_leads_to_its_running_sale(shop: Shop) -> None:
    url = f"/p/{shop.cream.product.public_id}"
    assert "限时秒杀" not in text_of(stranger().get(url))
    sale = open_sale(shop)
    assert f"/sales/{sale.public_id}" in text_of(stranger().get(url))


def test_an_unknown_sale_is_not_found(shop: Shop) -> None:
    assert stranger().get("/sales/0000000000000000000000none").status_code == 404


def test_the_page_keeps_its_budget(shop: Shop) -> None:
    sale = open_sale(shop)
    # 1 session, 1 customer, 1 sale with its rest, 2 price before, 2 what this person has.
    assert len(queries_of(browser_of(shop.buyer), f"/sales/{sale.public_id}")) <= 8
