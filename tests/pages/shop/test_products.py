"""The product page: true numbers, the guide who sent it, the way to buying."""

import pytest

from distribution.models import Evidence, ShareVisit
from distribution.services import make_share_link
from mall.models import Sku
from mall.services import add_sku, create_product, edit_product, refund_rest, set_stock
from tests.mall.shop import Shop, later, run_money
from tests.pages.shop.kit import (
    FakeDirectory,
    FakeWays,
    befriend,
    browser_of,
    log_in,
    promise,
    queries_of,
    stranger,
    text_of,
)
from tests.world import World

pytestmark = pytest.mark.django_db


def url_of(shop: Shop) -> str:
    return f"/p/{shop.cream.product.public_id}"


def test_a_stranger_sees_the_product_with_a_picture_and_its_least_price(shop: Shop) -> None:
    page = text_of(stranger().get(url_of(shop)))
    assert "玫瑰面霜" in page
    assert '<svg class="art"' in page
    assert "¥33.33" in page
    assert "立即购买" in page


def test_a_reference_price_is_shown_only_above_the_price(shop: Shop) -> None:
    Sku.objects.filter(pk=shop.soap.pk).update(reference_price_fen=3_333)
    assert "划线价" not in text_of(stranger().get(url_of(shop)))
    Sku.objects.filter(pk=shop.soap.pk).update(reference_price_fen=5_000)
    assert "¥50.00" in text_of(stranger().get(url_of(shop)))


def test_buyers_are_counted_from_paid_and_kept_orders_of_a_week(shop: Shop) -> None:
    client = stranger()
    assert "人购买" not in text_of(client.get(url_of(shop)))

    shop.place(key="unpaid")
    assert "人购买" not in text_of(client.get(url_of(shop)))

    order = shop.paid()
    shop.paid()
    assert "最近 7 天 1 人购买" in text_of(client.get(url_of(shop))), "one person, two orders"

    with later(days=8):
        assert "人购买" not in text_of(client.get(url_of(shop)))
    assert order.paid_fen


def test_a_refunded_purchase_counts_no_longer(shop: Shop) -> None:
    refund_rest(order=shop.paid(), reason="")
    run_money()
    assert "人购买" not in text_of(stranger().get(url_of(shop)))


def test_a_gift_and_a_claim_are_no_purchase(shop: Shop) -> None:
    shop.claimed(promise(shop))
    assert "人购买" not in text_of(stranger().get(url_of(shop)))


def test_a_shared_link_leads_to_the_product_with_the_guide(world: World, shop: Shop) -> None:
    link = make_share_link(world.cai, shop.cream.product)
    client = stranger()
    sent = client.get(f"/s/{link.token}")
    assert (sent.status_code, sent["Location"]) == (302, f"{url_of(shop)}?s={link.token}")

    page = text_of(client.get(sent["Location"]))
    assert "蔡" in page
    assert "南京路店" in page
    assert "为您推荐这一款" in page
    assert ShareVisit.objects.count() == 1, "one opening, though two pages were loaded"


def test_a_strangers_visit_becomes_evidence_when_they_log_in(
    world: World, shop: Shop, directory: FakeDirectory
) -> None:
    link = make_share_link(world.cai, shop.cream.product)
    client = stranger()
    client.get(f"/s/{link.token}")
    assert Evidence.objects.count() == 0

    log_in(client, directory, directory.will_be("c1", "o_new"))

    left = Evidence.objects.get()
    assert (left.guide_id, left.kind, left.ref) == (world.cai.pk, "share", link.token)
    assert left.member_id == ShareVisit.objects.get().member_id


def test_a_page_passed_on_with_its_address_is_still_the_guides(world: World, shop: Shop) -> None:
    link = make_share_link(world.cai, shop.cream.product)
    page = browser_of(shop.buyer).get(f"{url_of(shop)}?s={link.token}")
    assert "为您推荐这一款" in text_of(page)
    assert Evidence.objects.get().member_id == shop.buyer.member_id


@pytest.mark.parametrize("token", ["none", "x" * 60, ""])
def test_a_token_we_never_made_shows_no_guide(world: World, shop: Shop, token: str) -> None:
    assert "为您推荐" not in text_of(stranger().get(url_of(shop), {"s": token}))
    assert ShareVisit.objects.count() == 0


def test_a_link_to_another_product_shows_no_guide(world: World, shop: Shop) -> None:
    other = create_product(brand=world.brand, title="别的")
    link = make_share_link(world.cai, other)
    assert "为您推荐" not in text_of(stranger().get(url_of(shop), {"s": link.token}))
    assert ShareVisit.objects.count() == 0


def test_what_is_off_the_shelf_or_of_another_merchant_is_not_found(
    world: World, shop: Shop
) -> None:
    link = make_share_link(world.cai, shop.cream.product)
    for path in (url_of(shop), f"/s/{link.token}"):
        assert stranger().get(path, HTTP_HOST="m.breeze.localhost").status_code == 404
    edit_product(product=shop.cream.product, status="off")
    gone = stranger().get(url_of(shop))
    assert gone.status_code == 404
    assert "已经下架" in text_of(gone)


def test_a_sold_out_product_offers_no_buying(shop: Shop) -> None:
    for sku in (shop.cream, shop.soap):
        set_stock(sku=sku, location=shop.brand, on_hand=0)
    page = text_of(stranger().get(url_of(shop)))
    assert "已售罄" in page
    assert "立即购买" not in page


def test_the_home_lists_what_is_on_sale(shop: Shop) -> None:
    page = text_of(stranger().get("/"))
    assert "玫瑰面霜" in page
    assert "¥33.33" in page


def test_the_product_page_costs_the_same_for_many_variants(shop: Shop) -> None:
    client = browser_of(shop.buyer)
    few = len(queries_of(client, url_of(shop)))
    for number in range(15):
        sku = add_sku(product=shop.cream.product, code=f"N{number}", price_fen=5_000)
        set_stock(sku=sku, location=shop.brand, on_hand=3)
    # 1 session, 1 customer, 1 product, 1 variants with stock, 1 buyers, 2 freight, 1 sales,
    # 1 cart.
    assert (few, len(queries_of(client, url_of(shop)))) == (9, 9)


def test_whoever_has_no_guide_yet_can_add_the_one_who_shared(
    world: World, shop: Shop, ways: FakeWays
) -> None:
    link = make_share_link(world.cai, shop.cream.product)
    client = stranger()
    client.get(f"/s/{link.token}")
    for _ in range(2):
        page = text_of(client.get(f"{url_of(shop)}/guide"))
        assert f"https://qr.test/g{world.cai.public_id}" in page
    assert len(ways.made) == 1, "a standing code is made once"


def test_a_friend_is_sent_to_the_chat_and_nobody_to_a_made_up_guide(
    world: World, shop: Shop, ways: FakeWays
) -> None:
    client = browser_of(shop.buyer)
    assert "还没有专属导购" in text_of(client.get(f"{url_of(shop)}/guide"))
    befriend(world.cai, shop.buyer.member)
    page = text_of(client.get(f"{url_of(shop)}/guide"))
    assert "返回微信的消息列表" in page
    assert "长按二维码" not in page
    assert ways.made == []
