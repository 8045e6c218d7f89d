"""After-sales on the phone: asked for by the piece, sent back, followed, withdrawn."""

from typing import Any

import pytest

from core import clock
from mall import services
from mall.models import OrderLine, Refund
from members.models import Member
from tests.mall.shop import Shop, login_of, run_money
from tests.pages.shop.kit import browser_of, queries_of, text_of

pytestmark = pytest.mark.django_db


def ask(shop: Shop, client: Any, pieces: str = "1", **changes: str) -> Refund:
    order = shop.shipped((shop.cream, 3))
    line = OrderLine.objects.get(order=order)
    form = {"scope": "lines", "line": str(line.pk), f"pieces_{line.pk}": pieces}
    form |= {"way": "return_goods", "reason": "尺码或颜色不合适", **changes}
    client.post(f"/orders/{order.public_id}/refund", form)
    return Refund.objects.get(order=order)


def test_pieces_are_asked_back_and_the_page_follows_them(shop: Shop) -> None:
    client = browser_of(shop.buyer)
    refund = ask(shop, client)
    assert (refund.amount_fen, refund.way, refund.state) == (10_000, "return_goods", "applied")
    url = f"/after-sales/{refund.out_refund_no}"
    assert "退 1 件" in text_of(client.get(url))

    services.approve_refund(refund=refund)
    assert "填写运单号" in text_of(client.get(url))
    client.post(f"{url}/return", {"carrier": "顺丰速运", "tracking_no": "SF9"})
    refund.refresh_from_db()
    assert (refund.state, refund.return_tracking_no) == ("returning", "SF9")
    services.take_goods_in(refund=refund, restocks=True)
    run_money()
    assert "¥100.00 已原路退回微信" in text_of(client.get(url))


def test_the_tab_lists_them_and_the_order_links_to_them(shop: Shop) -> None:
    client = browser_of(shop.buyer)
    refund = ask(shop, client)
    assert refund.out_refund_no in text_of(client.get("/after-sales"))
    order = text_of(client.get(f"/orders/{refund.order.public_id}"))
    assert f"/after-sales/{refund.out_refund_no}" in order


@pytest.mark.parametrize(("pieces", "fen"), [("3", 30_000), ("x", 30_000), ("2", 20_000)])
def test_no_number_means_all_that_is_left(shop: Shop, pieces: str, fen: int) -> None:
    assert ask(shop, browser_of(shop.buyer), pieces).amount_fen == fen


def test_more_pieces_than_were_bought_are_refused(shop: Shop) -> None:
    order = shop.shipped((shop.cream, 1))
    line = OrderLine.objects.get(order=order)
    form = {"scope": "lines", "line": str(line.pk), f"pieces_{line.pk}": "2"}
    answer = browser_of(shop.buyer).post(f"/orders/{order.public_id}/refund", form)
    assert answer.status_code == 409
    assert "退的件数超过了可退件数" in text_of(answer)
    assert Refund.objects.count() == 0


def test_a_wish_is_withdrawn_until_the_goods_are_on_their_way(shop: Shop) -> None:
    client = browser_of(shop.buyer)
    refund = ask(shop, client)
    client.post(f"/after-sales/{refund.out_refund_no}/withdraw")
    refund.refresh_from_db()
    assert refund.state == "withdrawn"
    again = client.post(f"/after-sales/{refund.out_refund_no}/withdraw", follow=True)
    assert "现在不能撤销" in text_of(again)


def test_a_reason_for_no_is_read_by_the_customer(shop: Shop) -> None:
    client = browser_of(shop.buyer)
    refund = ask(shop, client)
    services.decline_refund(refund=refund, reason="已过退货期")
    assert "已过退货期" in text_of(client.get(f"/after-sales/{refund.out_refund_no}"))


def test_anothers_after_sale_is_not_found_and_stays(shop: Shop) -> None:
    refund = ask(shop, browser_of(shop.buyer))
    services.approve_refund(refund=refund)
    member = Member.objects.create(name="马", source="test", created_at=clock.now())
    mallory = browser_of(login_of(member, "o_mallory"))
    url = f"/after-sales/{refund.out_refund_no}"
    assert mallory.get(url).status_code == 404
    for act in ("/return", "/withdraw"):
        form = {"carrier": "顺丰", "tracking_no": "1"}
        assert mallory.post(url + act, form).status_code == 404
    refund.refresh_from_db()
    assert (refund.state, refund.return_tracking_no) == ("to_return", "")
    assert refund.out_refund_no not in text_of(mallory.get("/after-sales"))


def test_the_list_costs_the_same_for_many(shop: Shop) -> None:
    client = browser_of(shop.buyer)
    ask(shop, client)
    few = len(queries_of(client, "/after-sales"))
    for _ in range(5):
        ask(shop, client)
    # 1 session, 1 customer, 1 count, 1 refunds, 1 parts with line, SKU and product, 1 cart.
    assert (few, len(queries_of(client, "/after-sales"))) == (6, 6)
