"""My orders: seen by their buyer only, received once, given back in whole or in part."""

from typing import Any

import pytest

from core import clock
from mall.models import Order, OrderLine, Refund
from members.models import Customer, Member
from tenants.context import entered
from tests.conftest import tenant_called
from tests.mall.shop import Shop, fresh, login_of, run_money
from tests.pages.shop.kit import befriend, browser_of, promise, queries_of, text_of
from tests.world import World

pytestmark = pytest.mark.django_db

ACTS = ("cancel", "receive", "refund")


@pytest.fixture
def mallory(world: World, shop: Shop) -> Any:
    member = Member.objects.create(name="马", source="test", created_at=clock.now())
    return browser_of(login_of(member, "o_mallory"))


def test_an_order_shows_its_story_and_hides_most_of_the_phone(shop: Shop) -> None:
    order = shop.shipped()
    page = text_of(browser_of(shop.buyer).get(f"/orders/{order.public_id}"))
    for words in ("已发货", "付款成功", "顺丰 SF1", "138****0001", "确认收货", "申请退款"):
        assert words in page, words
    assert "13800000001" not in page


def test_anothers_order_is_not_found_and_nothing_changes(shop: Shop, mallory: Any) -> None:
    order = shop.shipped()
    before = Order.objects.filter(pk=order.pk).values().get()

    for path in ("", "/refund"):
        assert mallory.get(f"/orders/{order.public_id}{path}").status_code == 404
    for path in ("", "/state"):
        assert mallory.get(f"/pay/{order.public_id}{path}").status_code == 404
    for act in ACTS:
        answer = mallory.post(f"/orders/{order.public_id}/{act}", {"scope": "whole"})
        assert answer.status_code == 404, act

    assert Order.objects.filter(pk=order.pk).values().get() == before
    assert Refund.objects.count() == 0
    assert order.number not in text_of(mallory.get("/orders"))


@pytest.mark.parametrize("path", ["", "/refund"])
def test_an_order_of_another_merchant_is_not_found(shop: Shop, path: str) -> None:
    order = shop.paid()
    with entered(tenant_called("breeze")):
        member = Member.objects.create(name="佐", source="test", created_at=clock.now())
        zoe: Customer = login_of(member, "o_zoe")
        client = browser_of(zoe, "m.breeze.localhost")
        assert client.get("/orders").status_code == 200
        assert client.get(f"/orders/{order.public_id}{path}").status_code == 404
        posted = client.post(f"/orders/{order.public_id}{path or '/cancel'}", {"scope": "whole"})
        assert posted.status_code == 404
    assert fresh(order).state == "paid"
    assert Refund.objects.count() == 0


def test_receipt_is_confirmed_once(shop: Shop) -> None:
    order = shop.shipped()
    client = browser_of(shop.buyer)
    for _ in range(2):
        assert client.post(f"/orders/{order.public_id}/receive").status_code == 302
    assert fresh(order).state == "received"


def test_a_parcel_that_was_not_sent_cannot_be_received(shop: Shop) -> None:
    order = shop.paid()
    answer = browser_of(shop.buyer).post(f"/orders/{order.public_id}/receive", follow=True)
    assert "订单当前的状态不支持这个操作" in text_of(answer)
    assert fresh(order).state == "paid"


def test_an_unpaid_order_can_be_given_up(shop: Shop) -> None:
    order = shop.place()
    browser_of(shop.buyer).post(f"/orders/{order.public_id}/cancel")
    assert fresh(order).state == "closed"


def test_a_whole_refund_gives_everything_back(shop: Shop) -> None:
    order = shop.paid((shop.cream, 1), (shop.soap, 1))
    client = browser_of(shop.buyer)
    assert "¥133.33" in text_of(client.get(f"/orders/{order.public_id}/refund"))

    form = {"scope": "whole", "reason": "拍错了"}
    client.post(f"/orders/{order.public_id}/refund", form)
    run_money()

    refund = Refund.objects.get()
    assert (refund.amount_fen, refund.reason, refund.state) == (13_333, "拍错了", "success")
    assert fresh(order).state == "closed"
    assert "退款到账 ¥133.33" in text_of(client.get(f"/orders/{order.public_id}"))


def test_a_refund_of_chosen_lines_gives_theirs_back_and_no_more(shop: Shop) -> None:
    order = shop.paid((shop.cream, 1), (shop.soap, 1))
    soap = OrderLine.objects.get(order=order, sku=shop.soap)
    client = browser_of(shop.buyer)
    url = f"/orders/{order.public_id}/refund"

    client.post(url, {"scope": "lines", "line": str(soap.pk)})
    assert Refund.objects.get().amount_fen == 3_333

    again = client.post(url, {"scope": "lines", "line": str(soap.pk)})
    assert again.status_code == 422
    assert "请选择要退的商品" in text_of(again)
    assert Refund.objects.count() == 1


def test_a_line_of_another_order_is_not_given_back(shop: Shop) -> None:
    order, other = shop.paid(), shop.paid()
    line = other.lines.get()
    url = f"/orders/{order.public_id}/refund"
    answer = browser_of(shop.buyer).post(url, {"scope": "lines", "line": str(line.pk)})
    assert answer.status_code == 422
    assert Refund.objects.count() == 0


def test_a_claim_cannot_be_refunded_by_its_buyer(shop: Shop) -> None:
    shop.claimed(promise(shop))
    order = Order.objects.get(kind="claim")
    client = browser_of(shop.buyer)
    page = text_of(client.get(f"/orders/{order.public_id}"))
    assert "福利已领取" in page
    assert "申请退款" not in page
    client.post(f"/orders/{order.public_id}/refund", {"scope": "whole"})
    assert Refund.objects.count() == 0


def test_my_page_shows_orders_benefits_and_who_serves_me(world: World, shop: Shop) -> None:
    shop.paid()
    shop.claimed(promise(shop))
    befriend(world.cai, shop.buyer.member)
    page = text_of(browser_of(shop.buyer).get("/me"))
    for words in ("试用装", "玫瑰面霜", "蔡", "南京路店", "隐私说明"):
        assert words in page, words


def test_the_list_of_orders_costs_the_same_for_many(shop: Shop) -> None:
    client = browser_of(shop.buyer)
    shop.place()
    few = len(queries_of(client, "/orders"))
    for number in range(9):
        shop.place(key=f"k{number}")
    # 1 session, 1 customer, 1 count, 1 orders, 1 lines with SKU and product, 1 cart.
    many = queries_of(client, "/orders")
    assert (few, len(many)) == (6, 6), [q[:100] for q in many]


def test_an_order_costs_the_same_for_many_lines(shop: Shop) -> None:
    client = browser_of(shop.buyer)
    one, two = shop.paid((shop.cream, 1)), shop.paid((shop.cream, 1), (shop.soap, 2))
    costs = [len(queries_of(client, f"/orders/{order.public_id}")) for order in (one, two)]
    # 1 session, 1 customer, 2 order and lines, 2 story, 3 what is left to refund.
    assert costs[0] == costs[1] <= 11


def test_the_tabs_show_their_states_only(shop: Shop) -> None:
    shop.place((shop.soap, 1))
    shop.paid((shop.cream, 1))
    client = browser_of(shop.buyer)
    waiting = text_of(client.get("/orders?state=created"))
    assert ("¥33.33" in waiting, "¥100.00" in waiting) == (True, False)
