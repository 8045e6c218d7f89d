"""A live room on the phone: coming in, talking, buying, drawing, its end."""

import datetime as dt
import json

import pytest

from core import clock
from livestream.models import Comment, DrawEntry, LiveEvent, LiveRoom, Visit
from livestream.services import end_room, make_invite, open_draw, put_item
from mall.models import Order
from tests.livestream.kit import live_room, plan_room, stock_brand
from tests.mall.shop import Shop
from tests.pages.shop.kit import (
    FakeWays,
    befriend,
    browser_of,
    field_in,
    queries_of,
    stranger,
    text_of,
)
from tests.world import World

pytestmark = pytest.mark.django_db
ADDRESS = {
    "name": "伊芙",
    "phone": "13800000001",
    "province": "上海市",
    "city": "上海市",
    "address": "南京东路 1 号",
}


@pytest.fixture
def room(world: World, shop: Shop) -> LiveRoom:
    found = live_room(world.brand)
    put_item(room=found, sku_id=shop.cream.pk, role="traffic")
    return found


def test_an_invitation_leads_into_the_room_and_names_who_invited(
    world: World, shop: Shop, room: LiveRoom
) -> None:
    invite, client = make_invite(room=room, guide=world.cai), browser_of(shop.buyer)
    answer = client.get(f"/live/i/{invite.token}", follow=True)
    assert answer.redirect_chain[-1][0] == f"/live/{room.public_id}?i={invite.token}"
    assert 'id="live-video"' in text_of(answer)
    assert Visit.objects.get().inviter == world.cai


def test_a_stranger_is_counted_as_invited_and_logs_in_with_the_invitation_kept(
    world: World, room: LiveRoom
) -> None:
    invite = make_invite(room=room, guide=world.cai)
    client = stranger()
    client.get(f"/live/i/{invite.token}")
    answer = client.get(f"/live/{room.public_id}?i={invite.token}")
    assert f"%3Fi%3D{invite.token}" in answer.headers["Location"]
    assert LiveEvent.objects.filter(kind="open", member=None).count() == 1
    assert not Visit.objects.exists()


def test_what_is_said_stands_in_the_page_as_data_and_never_as_markup(
    shop: Shop, room: LiveRoom
) -> None:
    client = browser_of(shop.buyer)
    client.get(f"/live/{room.public_id}")
    client.post(f"/live/{room.public_id}/say", {"text": "</script><img src=x onerror=alert(1)>"})
    page = text_of(client.get(f"/live/{room.public_id}"))
    assert Comment.objects.get().text.startswith("</script>")
    assert "<img src=x" not in page
    assert "\\u003Cimg src=x" in page


def test_a_plain_form_says_why_a_word_is_held(shop: Shop, room: LiveRoom) -> None:
    client = browser_of(shop.buyer)
    client.get(f"/live/{room.public_id}")
    answer = client.post(f"/live/{room.public_id}/say", {"text": "看 www.x.com"}, follow=True)
    assert "这句话要等主播看过才会显示" in text_of(answer)
    fast = client.post(
        f"/live/{room.public_id}/say", {"text": "再说"}, HTTP_ACCEPT="application/json"
    )
    assert (fast.status_code, json.loads(fast.content)["text"]) == (429, "说得太快了，歇两秒再发")


def test_a_sign_of_life_brings_the_room_and_a_new_ticket(shop: Shop, room: LiveRoom) -> None:
    client = browser_of(shop.buyer)
    client.get(f"/live/{room.public_id}")
    with clock.frozen(clock.now() + dt.timedelta(seconds=20)):
        found = json.loads(client.post(f"/live/{room.public_id}/beat").content)
    assert found["state"]["room"] == {"state": "live", "title": "上新专场"}
    assert [item["free"] for item in found["state"]["shelf"]] == [50, 20]
    assert f"/rooms/{room.public_id}?ticket=" in found["socket"]
    assert Visit.objects.get().seconds == 20


def test_an_order_from_the_shelf_carries_the_room_and_the_touch_is_kept(
    shop: Shop, room: LiveRoom
) -> None:
    client = browser_of(shop.buyer)
    client.get(f"/live/{room.public_id}")
    item = room.items.get(sku=shop.cream)
    page = client.get(f"/live/{room.public_id}/items/{item.pk}", follow=True)
    form = {
        name: field_in(text_of(page), name) for name in ("sku", "n", "key", "total_fen", "room")
    }
    assert form["room"] == room.public_id
    client.post("/buy", {**form, **ADDRESS})
    assert Order.objects.get().room_ref == room.public_id
    assert LiveEvent.objects.get(kind="click").item == item


def test_a_room_that_is_over_or_made_up_is_not_kept_on_an_order(shop: Shop, room: LiveRoom) -> None:
    client = browser_of(shop.buyer)
    end_room(room)
    for ref in (room.public_id, "x" * 26):
        page = text_of(client.get("/buy", {"sku": "CREAM", "n": "1", "room": ref}))
        assert 'name="room"' not in page
        form = {name: field_in(page, name) for name in ("sku", "n", "key", "total_fen")}
        client.post("/buy", {**form, **ADDRESS, "room": ref})
    assert set(Order.objects.values_list("room_ref", flat=True)) == {""}


def test_a_draw_shows_its_terms_takes_part_once_and_gives_its_record(
    shop: Shop, room: LiveRoom
) -> None:
    client = browser_of(shop.buyer)
    client.get(f"/live/{room.public_id}")
    draw = open_draw(
        room=room, kind="opening", prize="面霜", prize_value_fen=9_900, prizes=1, minutes=5
    )
    home = f"/live/{room.public_id}/draws/{draw.public_id}"
    page = text_of(stranger().get(home))
    for words in (draw.commitment, "员工不得参加", "¥99.00", "开奖后公布"):
        assert words in page
    assert draw.seed not in page
    for _ in range(2):
        client.post(f"{home}/enter")
    assert DrawEntry.objects.get().member == shop.buyer.member
    assert json.loads(stranger().get(f"{home}/record").content)["seed"] is None


def test_before_and_after_the_show_the_goods_are_there_and_nobody_comes_in(
    world: World, shop: Shop
) -> None:
    client = browser_of(shop.buyer)
    planned = plan_room(world.brand)
    assert "还没有开播" in text_of(client.get(f"/live/{planned.public_id}"))
    ended = end_room(live_room(world.brand))
    page = text_of(client.get(f"/live/{ended.public_id}"))
    assert "直播已结束" in page
    assert f"/live/{ended.public_id}/items/{ended.items.get().pk}" in page
    assert not Visit.objects.exists()


def test_the_guide_to_add_is_the_one_who_invited(
    world: World, shop: Shop, room: LiveRoom, ways: FakeWays
) -> None:
    befriend(world.cai, shop.buyer.member)
    client = browser_of(shop.buyer)
    client.get(f"/live/{room.public_id}?i={make_invite(room=room, guide=world.cai).token}")
    page = text_of(client.get(f"/live/{room.public_id}/guide"))
    assert "蔡" in page
    assert "https://qr.test/" in page


def test_the_room_costs_the_same_for_one_item_and_for_twenty(
    world: World, shop: Shop, room: LiveRoom
) -> None:
    client, url = browser_of(shop.buyer), f"/live/{room.public_id}"
    client.get(url)
    few = queries_of(client, url)
    for sku_id in stock_brand(world.brand, 18):
        put_item(room=room, sku_id=sku_id, role="bestseller")
    assert len(queries_of(client, url)) == len(few)
    assert len(few) <= 20


def test_a_room_of_another_merchant_is_not_there(shop: Shop, room: LiveRoom) -> None:
    other = browser_of(shop.buyer, "m.breeze.localhost")
    assert other.get(f"/live/{room.public_id}").status_code in (302, 404)
    assert not Visit.objects.exists()
