"""The cart on the phone: put in, changed, chosen, paid as one order for each brand."""

import re
from typing import Any

import pytest

from mall import services
from mall.models import CartLine, Order, Sku
from mall.selectors import list_cart
from members.models import Member
from org.services import create_unit
from tests.mall.shop import Shop, held, login_of
from tests.pages.shop.kit import browser_of, field_in, queries_of, stranger, text_of

pytestmark = pytest.mark.django_db

HOME = {
    "name": "伊芙",
    "phone": "138 0000 0001",
    "province": "上海市",
    "city": "上海市",
    "address": "南京东路 1 号",
}


def put(shop: Shop, sku: Sku, number: int = 1) -> None:
    services.add_to_cart(customer=shop.buyer, sku=sku, quantity=number)


def scent() -> Sku:
    brand = create_unit(kind="brand", name="清风家居", code="brand-2")
    product = services.create_product(brand=brand, title="香薰")
    sku = services.add_sku(product=product, code="SCENT", price_fen=5_000)
    services.set_stock(sku=sku, location=brand, on_hand=5)
    return sku


def submit(client: Any, *codes: str, **changes: Any) -> Any:
    """The checkout's button, with what its page held."""
    page = text_of(client.get("/checkout", {"sku": codes}))
    totals = re.findall(r'name="total_fen" value="(\d+)"', page)
    fields = {"sku": codes, "total_fen": totals, "key": field_in(page, "key"), **HOME}
    return client.post("/checkout", {**fields, **changes})


def test_goods_are_put_in_from_the_product_and_counted_on_the_tab(shop: Shop) -> None:
    client = browser_of(shop.buyer)
    page = text_of(client.get(f"/p/{shop.cream.product.public_id}"))
    assert 'formaction="/cart/add"' in page
    client.post("/cart/add", {"sku": "CREAM", "n": "2"})
    client.post("/cart/add", {"sku": "CREAM", "n": "1"})
    page = text_of(client.get("/cart"))
    assert '<span class="count">3</span>' in page
    assert "¥300.00" in page
    assert 'aria-label="1 种商品"' in text_of(client.get("/orders"))


def test_a_stranger_logs_in_and_finds_what_they_chose(shop: Shop) -> None:
    asked = stranger().get("/cart/add?sku=CREAM&n=2")
    assert asked["Location"] == "/login?next=%2Fcart%2Fadd%3Fsku%3DCREAM%26n%3D2"
    page = text_of(browser_of(shop.buyer).get("/cart/add?sku=CREAM&n=2"))
    assert field_in(page, "n") == "2"
    assert not CartLine.objects.exists(), "looking puts nothing in"


def test_the_cart_is_still_there_in_another_session(shop: Shop) -> None:
    browser_of(shop.buyer).post("/cart/add", {"sku": "CREAM", "n": "1"})
    assert "玫瑰面霜" in text_of(browser_of(shop.buyer).get("/cart"))
    second = login_of(shop.buyer.member, "o_second")
    assert "玫瑰面霜" in text_of(browser_of(second).get("/cart"))


def test_pieces_are_changed_and_taken_out(shop: Shop) -> None:
    put(shop, shop.cream)
    client = browser_of(shop.buyer)
    client.post("/cart", {"sku": "CREAM", "n": "4"})
    assert CartLine.objects.get().quantity == 4
    client.post("/cart", {"sku": "CREAM", "n": "0"})
    assert "购物车是空的" in text_of(client.get("/cart"))


@pytest.mark.parametrize("number", ["-1", "100", "x", "1e1", "٣"])
def test_a_senseless_number_changes_nothing(shop: Shop, number: str) -> None:
    put(shop, shop.cream, 2)
    client = browser_of(shop.buyer)
    assert "购买数量有误" in text_of(
        client.post("/cart", {"sku": "CREAM", "n": number}, follow=True)
    )
    assert CartLine.objects.get().quantity == 2


def test_a_new_price_and_a_short_stock_are_told(shop: Shop) -> None:
    put(shop, shop.cream, 4)
    put(shop, shop.soap)
    services.set_price(sku=shop.soap, price_fen=2_990)
    services.set_stock(sku=shop.cream, location=shop.brand, on_hand=3)
    page = text_of(browser_of(shop.buyer).get("/cart"))
    assert "价格已变更，加入时 ¥33.33" in page
    assert "库存仅剩 3 件" in page
    assert "改为 3 件" in page
    assert "¥29.90" in page.split("data-total")[1][:30], "only what can be bought is summed"


def test_what_cannot_be_bought_is_not_checked_out(shop: Shop) -> None:
    put(shop, shop.cream, 4)
    services.set_stock(sku=shop.cream, location=shop.brand, on_hand=3)
    client = browser_of(shop.buyer)
    answer = client.get("/checkout?sku=CREAM", follow=True)
    assert "有商品已售完或下架" in text_of(answer)
    assert "请先选好要结算的商品" in text_of(client.get("/checkout", follow=True))


def test_chosen_lines_become_one_order_that_leads_to_its_payment(shop: Shop) -> None:
    for sku in (shop.cream, shop.soap):
        put(shop, sku)
    client = browser_of(shop.buyer)
    answer = submit(client, "CREAM", "SOAP")
    order = Order.objects.get()
    assert answer["Location"] == f"/pay/{order.public_id}"
    assert (order.total_fen, order.lines.count()) == (13_333, 2)
    assert list_cart(shop.buyer) == []


def test_the_same_button_twice_is_one_order(shop: Shop) -> None:
    put(shop, shop.cream)
    client = browser_of(shop.buyer)
    page = text_of(client.get("/checkout?sku=CREAM"))
    fields = {"sku": "CREAM", "key": field_in(page, "key"), "total_fen": "10000", **HOME}
    client.post("/checkout", fields)
    client.post("/checkout", fields)
    assert (Order.objects.count(), held(shop.cream)) == (1, 1)


def test_two_brands_are_two_orders_and_the_page_says_so(shop: Shop) -> None:
    put(shop, shop.cream)
    put(shop, scent())
    client = browser_of(shop.buyer)
    assert "会拆成 2 个订单" in text_of(client.get("/checkout?sku=CREAM&sku=SCENT"))
    answer = submit(client, "CREAM", "SCENT")
    assert answer["Location"] == "/orders?state=created"
    assert sorted(Order.objects.values_list("total_fen", flat=True)) == [5_000, 10_000]


def test_the_sum_follows_the_address(shop: Shop) -> None:
    near = {"regions": ["上海"], "first": 1, "first_fee_fen": 300, "next": 1, "next_fee_fen": 0}
    rest = {"regions": [], "first": 1, "first_fee_fen": 900, "next": 1, "next_fee_fen": 0}
    terms = services.FreightTerms("标准", "piece", [near, rest], refused=["西藏"])
    services.save_freight_template(brand=shop.brand, terms=terms, is_default=True)
    put(shop, shop.cream)
    client = browser_of(shop.buyer)
    assert "¥109.00" in text_of(client.get("/checkout?sku=CREAM"))
    assert "¥103.00" in text_of(client.get("/checkout?sku=CREAM&province=上海市&city=上海市"))
    assert "这个地区不配送" in text_of(client.get("/checkout?sku=CREAM&province=西藏自治区"))

    refused = submit(client, "CREAM")
    assert refused.status_code == 409
    assert "现在是 ¥103.00" in text_of(refused)
    assert Order.objects.count() == 0
    again = submit(client, "CREAM", total_fen="10300", key=field_in(text_of(refused), "key"))
    assert again.status_code == 302
    assert Order.objects.get().freight_fen == 300


def test_anothers_cart_is_neither_seen_nor_changed(shop: Shop) -> None:
    put(shop, shop.cream)
    member = Member.objects.create(name="马", source="t", created_at=shop.buyer.created_at)
    client = browser_of(login_of(member, "o_mallory"))
    assert "购物车是空的" in text_of(client.get("/cart"))
    client.post("/cart", {"sku": "CREAM", "n": "0"})
    assert CartLine.objects.get().customer == shop.buyer


def test_posting_without_a_token_of_the_page_is_refused(shop: Shop) -> None:
    client = browser_of(shop.buyer)
    client.handler.enforce_csrf_checks = True
    assert client.post("/cart/add", {"sku": "CREAM", "n": "1"}).status_code == 403
    assert not CartLine.objects.exists()


def test_the_cart_and_its_checkout_cost_the_same_for_many(shop: Shop) -> None:
    put(shop, shop.cream)
    client = browser_of(shop.buyer)
    codes = ["CREAM"]
    few = len(queries_of(client, "/cart")), len(queries_of(client, "/checkout?sku=CREAM"))
    for number in range(15):
        sku = services.add_sku(product=shop.cream.product, code=f"K{number}", price_fen=100)
        services.set_stock(sku=sku, location=shop.brand, on_hand=3)
        put(shop, sku)
        codes.append(sku.code)
    many = "/checkout?" + "&".join(f"sku={code}" for code in codes)
    # Cart: 1 session, 1 customer, 1 lines with SKU, product and brand, 1 stock, 1 badge.
    # Checkout: those but the badge, 2 known address, 1 prices, 2 freight, 2 gifts.
    costs = len(queries_of(client, "/cart")), len(queries_of(client, many))
    assert costs == few == (5, 11)
