"""From 立即购买 to paid: the shown sum, the remembered address, the server's word."""

import html
import re
from typing import Any

import pytest

from core.errors import Outcome
from mall.models import Order, Payment, Sku
from mall.selectors import read_receiver
from mall.services import set_stock, settle_payment
from tests.mall.shop import Shop, held, later
from tests.pages.shop.kit import browser_of, field_in, promise, queries_of, stranger, text_of

pytestmark = pytest.mark.django_db

HOME = {
    "name": "伊芙",
    "phone": "138 0000 0001",
    "province": "上海市",
    "city": "上海市",
    "district": "黄浦区",
    "address": "南京东路 1 号",
}


def checkout(client: Any, shop: Shop, number: int = 1) -> dict[str, str]:
    """The hidden fields of the page that the customer sees."""
    page = text_of(client.get("/buy", {"sku": shop.cream.code, "n": number}))
    names = ["sku", "n", "key", "total_fen", *(["gift"] if 'name="gift"' in page else [])]
    return {name: field_in(page, name) for name in names}


def submit(client: Any, shop: Shop, **changes: str) -> Any:
    return client.post("/buy", {**checkout(client, shop), **HOME, **changes})


def test_a_stranger_is_sent_to_log_in_and_comes_back_to_the_same_goods(shop: Shop) -> None:
    answer = stranger().get("/buy?sku=CREAM&n=2")
    assert answer["Location"] == "/login?next=%2Fbuy%3Fsku%3DCREAM%26n%3D2"


def test_buying_opens_one_order_with_the_address_and_leads_to_its_payment(shop: Shop) -> None:
    client = browser_of(shop.buyer)
    answer = submit(client, shop)
    order = Order.objects.get()

    assert answer["Location"] == f"/pay/{order.public_id}"
    assert (order.total_fen, order.state, held(shop.cream)) == (10_000, "created", 1)
    receiver = read_receiver(order)
    assert (receiver.phone, receiver.district) == ("13800000001", "黄浦区")


def test_the_same_button_twice_is_one_order(shop: Shop) -> None:
    client = browser_of(shop.buyer)
    fields = {**checkout(client, shop), **HOME}
    first, second = client.post("/buy", fields), client.post("/buy", fields)
    assert first["Location"] == second["Location"]
    assert (Order.objects.count(), held(shop.cream)) == (1, 1)


def test_the_address_is_remembered_for_the_next_time(shop: Shop) -> None:
    client = browser_of(shop.buyer)
    assert "收货地址" in text_of(client.get("/buy", {"sku": "CREAM"}))
    submit(client, shop)
    page = text_of(client.get("/buy", {"sku": "CREAM"}))
    assert "138****0001" in page
    assert 'value="南京东路 1 号"' in page


def test_the_phone_gets_digits_and_a_wrong_one_a_sentence(shop: Shop) -> None:
    client = browser_of(shop.buyer)
    page = text_of(client.get("/buy", {"sku": "CREAM"}))
    phone = re.search(r"<input[^>]*name=\"phone\"[^>]*>", page).group()
    assert 'inputmode="numeric"' in phone
    answer = submit(client, shop, phone="12345")
    assert "请填写十一位手机号" in text_of(answer)
    assert 'value="南京东路 1 号"' in text_of(answer), "what was typed stays"
    assert Order.objects.count() == 0


def test_a_changed_price_is_shown_and_asked_about_again(shop: Shop) -> None:
    client = browser_of(shop.buyer)
    fields = checkout(client, shop)
    Sku.objects.filter(pk=shop.cream.pk).update(price_fen=12_000)

    answer = client.post("/buy", {**fields, **HOME})

    assert answer.status_code == 409
    assert "价格刚刚有变动" in text_of(answer)
    assert "现在是 ¥120.00" in text_of(answer)
    assert Order.objects.count() == 0
    again = {**fields, **HOME, "total_fen": "12000", "key": field_in(text_of(answer), "key")}
    assert client.post("/buy", again).status_code == 302


@pytest.mark.parametrize("total", ["1", "-1", "", "9e9", "١"])
def test_a_sum_made_up_by_the_browser_buys_nothing(shop: Shop, total: str) -> None:
    assert submit(browser_of(shop.buyer), shop, total_fen=total).status_code == 409
    assert Order.objects.count() == 0


def test_a_sold_out_variant_says_so_and_offers_the_others(shop: Shop) -> None:
    client = browser_of(shop.buyer)
    fields = checkout(client, shop)
    set_stock(sku=shop.cream, location=shop.brand, on_hand=0)
    answer = client.post("/buy", {**fields, **HOME})
    assert answer.status_code == 409
    assert "库存不足" in text_of(answer)
    assert "返回商品看看" in text_of(answer)
    assert Order.objects.count() == 0


@pytest.mark.parametrize("number", ["0", "-1", "100", "x", "1e1", "٣"])
def test_a_number_that_makes_no_sense_is_refused(shop: Shop, number: str) -> None:
    answer = browser_of(shop.buyer).get("/buy", {"sku": "CREAM", "n": number})
    assert answer.status_code == 422


def test_a_variant_of_another_merchant_is_not_found(shop: Shop) -> None:
    assert browser_of(shop.buyer).get("/buy", {"sku": "NONE"}).status_code == 404


def test_the_gift_that_was_shown_comes_along(shop: Shop) -> None:
    shop.claimed(promise(shop))
    client = browser_of(shop.buyer)
    page = text_of(client.get("/buy", {"sku": "CREAM"}))
    assert "试用装" in page
    answer = client.post("/buy", {**checkout(client, shop), **HOME})
    assert answer.status_code == 302


def test_an_order_too_small_for_the_gift_says_what_is_missing(shop: Shop) -> None:
    shop.claimed(promise(shop, threshold_fen=15_000))
    page = text_of(browser_of(shop.buyer).get("/buy", {"sku": "CREAM"}))
    assert "再买 ¥50.00" in page


def test_the_pay_page_carries_the_signed_arguments_and_the_sdk(shop: Shop) -> None:
    client = browser_of(shop.buyer)
    url = submit(client, shop)["Location"]
    page = html.unescape(text_of(client.get(url)))
    client.get(url)

    assert '"package": "prepay_id=' in page
    assert "jweixin" in page
    assert len(shop.gateway.asked("create_jsapi")) == 1, "opening it again asks nothing new"


def test_only_the_servers_word_makes_an_order_paid(shop: Shop) -> None:
    client = browser_of(shop.buyer)
    url = submit(client, shop)["Location"]
    client.get(url)
    order = Order.objects.get()

    liar = client.get(f"{url}/state?said=ok", HTTP_HX_REQUEST="true")
    assert liar.status_code == 204
    order.refresh_from_db()
    assert order.state == "created"

    settle_payment(shop.gateway.pay(order.number))
    paid = client.get(f"{url}/state", HTTP_HX_REQUEST="true")
    assert paid["HX-Redirect"] == f"/orders/{order.public_id}?paid=1"
    assert client.get(url)["Location"] == f"/orders/{order.public_id}?paid=1"


def test_a_notice_that_never_came_is_asked_for_once_in_five_seconds(shop: Shop) -> None:
    client = browser_of(shop.buyer)
    url = submit(client, shop)["Location"]
    client.get(url)
    for _ in range(3):
        client.get(f"{url}/state?said=ok", HTTP_HX_REQUEST="true")
    assert len(shop.gateway.asked("query")) == 1
    client.get(f"{url}/state", HTTP_HX_REQUEST="true")
    assert len(shop.gateway.asked("query")) == 1

    shop.gateway.pay(Order.objects.get().number)
    session = client.session
    session.pop("payment_asked_at")
    session.save()
    paid = client.get(f"{url}/state?said=ok", HTTP_HX_REQUEST="true")
    assert "HX-Redirect" in paid.headers


def test_an_order_past_its_time_cannot_be_paid_and_says_so(shop: Shop) -> None:
    client = browser_of(shop.buyer)
    url = submit(client, shop)["Location"]
    with later(minutes=16):
        page = text_of(client.get(url))
        assert "付款时间已过" in page
        assert "pay-parameters" not in page
        state = client.get(f"{url}/state", HTTP_HX_REQUEST="true")
    assert state.status_code == 286
    assert Payment.objects.count() == 0


def test_wechat_pay_out_of_reach_keeps_the_order(shop: Shop) -> None:
    client = browser_of(shop.buyer)
    url = submit(client, shop)["Location"]
    shop.gateway.fail_next("create_jsapi", "SYSTEM_ERROR", Outcome.RETRYABLE)
    assert "微信支付暂时没有响应" in text_of(client.get(url))
    assert '"package": "prepay_id=' in text_of(client.get(url))


def test_posting_without_a_token_of_the_page_is_refused(shop: Shop) -> None:
    client = browser_of(shop.buyer)
    fields = {**checkout(client, shop), **HOME}
    client.handler.enforce_csrf_checks = True
    assert client.post("/buy", fields).status_code == 403
    assert Order.objects.count() == 0


def test_the_checkout_keeps_its_query_budget(shop: Shop) -> None:
    client = browser_of(shop.buyer)
    submit(client, shop)
    # 1 session, 1 customer, 1 address, 2 SKU and its price, 2 freight, 2 gifts.
    assert len(queries_of(client, "/buy?sku=CREAM")) == 9
