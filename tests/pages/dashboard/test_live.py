"""Rooms and their control tower; a guide's rooms on the phone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from livestream.models import Comment, Draw, Invite, LiveRoom
from livestream.services import enter_room, make_invite, put_item, say
from tests.livestream.kit import live_room, plan_room, stock_brand
from tests.world import World, client_for

pytestmark = pytest.mark.django_db


def _page(client: object, url: str) -> str:
    answer = client.get(url)  # type: ignore[attr-defined]
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


def test_an_empty_list_says_what_will_be_here(world: World) -> None:
    assert "还没有直播间" in _page(client_for(world.ann), "/live")


def test_a_room_is_planned_filled_and_started_from_the_dashboard(world: World) -> None:
    client = client_for(world.ann)
    stock_brand(world.brand, 3)
    form = {"title": "专场", "unit": world.brand.pk, "purpose": "sell", "host_name": "小安"}
    refused = client.post("/live/new", form)
    assert (refused.status_code, LiveRoom.objects.count()) == (200, 0)
    client.post("/live/new", {**form, "is_host_checked": "on"})
    room = LiveRoom.objects.get()

    client.post(f"/live/{room.public_id}/fill")
    page = client.post(f"/live/{room.public_id}/start", follow=True).content.decode()
    assert "已开播" in page
    for words in ("福利品 1 件，合适", "引流品 2 件，少了 1 件", "畅销品 0 件，少了 8 件"):
        assert words in page


def test_the_tower_shows_figures_with_their_definitions_and_the_board(world: World) -> None:
    room = live_room(world.brand)
    enter_room(room=room, member=world.eve, token=make_invite(room=room, guide=world.cai).token)
    page = _page(client_for(world.ann), f"/live/{room.public_id}")
    for code in ("uv_value", "conv", "avg_stay_s", "gpm", "invite_enter_rate"):
        assert f"/metrics/live_{code}" in page
    assert "0 ÷ 1" in page
    assert "<td>蔡</td><td>南京路店</td>" in page


def test_a_draw_is_published_from_the_tower_and_an_unlawful_one_is_not(world: World) -> None:
    room, client = live_room(world.brand), client_for(world.ann)
    form = {"kind": "opening", "prize": "金条", "prizes": "1", "minutes": "5"}
    page = client.post(
        f"/live/{room.public_id}/draws", {**form, "prize_value_fen": "50000.01"}, follow=True
    ).content.decode()
    assert ("不能超过 50,000 元" in page, Draw.objects.count()) == (True, 0)
    client.post(f"/live/{room.public_id}/draws", {**form, "prize_value_fen": "50000"})
    assert Draw.objects.get().prize_value_fen == 5_000_000


def test_a_held_word_is_decided_here(world: World) -> None:
    room, client = live_room(world.brand), client_for(world.ann)
    enter_room(room=room, member=world.eve)
    comment = say(room=room, member=world.eve, text="<b>www.x.com</b>")
    page = _page(client, f"/live/{room.public_id}")
    assert "待审：含网址" in page
    assert "<b>www.x.com" not in page
    client.post(f"/live/{room.public_id}/comments/{comment.pk}/decide", {"verdict": "show"})
    assert Comment.objects.get().state == "shown"
    client.post(f"/live/{room.public_id}/comments/{comment.pk}/decide", {"verdict": "hide"})
    assert Comment.objects.get().state == "hidden"


def test_another_store_gets_404_and_changes_nothing(world: World) -> None:
    room, client = live_room(world.other_store), client_for(world.bo)
    assert client.get(f"/live/{room.public_id}").status_code == 404
    assert client.post(f"/live/{room.public_id}/end").status_code == 404
    assert LiveRoom.objects.get().state == LiveRoom.State.LIVE


def _queries(client: object, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        _page(client, url)
    return len(captured)


def test_the_list_and_the_tower_cost_the_same_for_one_row_and_for_twenty(world: World) -> None:
    client, room = client_for(world.ann), live_room(world.brand)
    tower = f"/live/{room.public_id}"
    _page(client, tower)
    few = (_queries(client, "/live"), _queries(client, tower))
    for _ in range(15):
        plan_room(world.brand)
    for sku_id in stock_brand(world.brand, 15):
        put_item(room=room, sku_id=sku_id, role="bestseller")
    assert (_queries(client, "/live"), _queries(client, tower)) == few


def test_a_guide_is_on_air_in_two_taps_with_an_invitation_in_hand(world: World) -> None:
    stock_brand(world.brand, 3)
    client = client_for(world.cai)
    assert "一键开播" in _page(client, "/g/live")
    page = client.post("/g/live/start", follow=True).content.decode()
    invite = Invite.objects.get()
    assert f"/live/i/{invite.token}" in page
    assert "data:image/svg+xml" in page


def test_a_guide_invites_to_the_brands_room_and_sees_their_own_people_only(world: World) -> None:
    room = live_room(world.brand)
    for guide in (world.cai, world.dee):
        make_invite(room=room, guide=guide)
    enter_room(room=room, member=world.eve, token=Invite.objects.get(guide=world.dee).token)
    page = _page(client_for(world.cai), f"/g/live/{room.public_id}")
    assert "0 人" in page
    assert "1 人" not in page
    assert "结束直播" not in page


def test_a_colleagues_room_is_not_a_guides_to_end(world: World) -> None:
    room = live_room(world.first_store, guide=world.cai)
    dee = client_for(world.dee)
    assert dee.get(f"/g/live/{room.public_id}").status_code == 404
    assert dee.post(f"/g/live/{room.public_id}/end").status_code == 404
    assert client_for(world.cai).post(f"/g/live/{room.public_id}/end").status_code == 302
    assert LiveRoom.objects.get().state == LiveRoom.State.ENDED
