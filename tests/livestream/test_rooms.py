"""Opening, starting and ending a room; the shelf and its check."""

import datetime as dt

import pytest

from core import clock
from core.models import Event
from livestream.composition import check_shelf
from livestream.contracts import (
    ForeignSku,
    HostUnverified,
    RoomNotLive,
    RoomStateRefused,
    ShelfEmpty,
)
from livestream.models import LiveRoom
from livestream.services import (
    end_room,
    explain_item,
    go_live_now,
    open_room,
    put_item,
    start_room,
)
from org.services import create_unit
from tests.livestream.kit import live_room, plan_room, stock_brand
from tests.world import World

pytestmark = pytest.mark.django_db


def test_a_guide_is_on_air_with_one_call_and_a_whole_shelf(world: World) -> None:
    stock_brand(world.brand, 15)

    room = go_live_now(world.cai, unit=world.first_store)

    assert room.state == LiveRoom.State.LIVE
    assert (room.guide, room.host_name) == (world.cai, "蔡")
    roles = list(room.items.order_by("position").values_list("role", flat=True))
    assert roles == ["welfare"] + ["traffic"] * 4 + ["bestseller"] * 10
    assert all(f.is_fine for f in check_shelf((role, 2_990) for role in roles))


def test_pressing_twice_is_one_room(world: World) -> None:
    stock_brand(world.brand, 2)
    first = go_live_now(world.cai, unit=world.first_store)
    assert go_live_now(world.cai, unit=world.first_store).pk == first.pk
    assert LiveRoom.objects.count() == 1


def test_a_guide_without_goods_does_not_go_on_air(world: World) -> None:
    with pytest.raises(ShelfEmpty):
        go_live_now(world.cai, unit=world.first_store)
    assert not LiveRoom.objects.filter(state="live").exists()


def test_a_host_whom_nobody_checked_does_not_go_on_air(world: World) -> None:
    room = open_room(unit=world.brand, title="专场", host_name="小安")
    put_item(room=room, sku_id=stock_brand(world.brand, 1)[0], role="welfare")
    with pytest.raises(HostUnverified):
        start_room(room)
    assert LiveRoom.objects.get().state == LiveRoom.State.PLANNED


def test_an_ended_room_does_not_start_again(world: World) -> None:
    room = end_room(live_room(world.brand))
    with pytest.raises(RoomStateRefused):
        start_room(room)
    with pytest.raises(RoomStateRefused):
        end_room(room)


def test_the_end_of_a_room_is_news_with_its_days(world: World) -> None:
    room = live_room(world.brand)
    with clock.frozen(clock.now() + dt.timedelta(hours=15)):
        end_room(room)
    payload = Event.objects.get(name="livestream.live_ended").payload
    assert payload == {"room_id": room.pk, "first_day": "2026-03-02", "last_day": "2026-03-03"}


def test_goods_of_another_brand_do_not_come_on_the_shelf(world: World) -> None:
    room = plan_room(world.brand)
    second = create_unit(kind="brand", name="二号", code="b2")
    with pytest.raises(ForeignSku):
        put_item(room=room, sku_id=stock_brand(second, 1)[0], role="welfare")
    assert room.items.count() == 1


def test_the_seconds_of_explaining_are_added_up(world: World) -> None:
    room = live_room(world.brand, shelf=2)
    first, second = room.items.order_by("position")

    explain_item(first)
    with clock.frozen(clock.now() + dt.timedelta(seconds=90)):
        explain_item(second)
    first.refresh_from_db()
    assert (first.explained, first.is_pinned) == (90, False)
    with clock.frozen(clock.now() + dt.timedelta(seconds=150)):
        end_room(room)
    second.refresh_from_db()
    assert (second.explained, second.is_pinned) == (60, False)


def test_nothing_is_explained_before_the_start(world: World) -> None:
    with pytest.raises(RoomNotLive):
        explain_item(plan_room(world.brand).items.get())


@pytest.mark.parametrize(
    ("counts", "texts"),
    [
        ((1, 4, 10), ["福利品 1 件，合适", "引流品 4 件，合适", "畅销品 10 件，合适"]),
        (
            (0, 2, 7),
            [
                "福利品 0 件，少了 1 件（应为 1–2 件）",
                "引流品 2 件，少了 1 件（应为 3–5 件）",
                "畅销品 7 件，少了 1 件（应为约 10 件）",
            ],
        ),
        (
            (3, 6, 13),
            [
                "福利品 3 件，多了 1 件（应为 1–2 件）",
                "引流品 6 件，多了 1 件（应为 3–5 件）",
                "畅销品 13 件，多了 1 件（应为约 10 件）",
            ],
        ),
    ],
)
def test_the_check_says_what_is_missing(counts: tuple[int, ...], texts: list[str]) -> None:
    roles = ("welfare", "traffic", "bestseller")
    items = [(role, 990) for role, n in zip(roles, counts, strict=True) for _ in range(n)]
    assert [finding.text for finding in check_shelf(items)] == texts


def test_the_check_says_when_the_goods_are_dear() -> None:
    findings = check_shelf([("welfare", 990), ("traffic", 10_001), ("traffic", 20_000)])
    assert findings[-1].text == "2 件高于 100 元，超过一半：直播更适合百元以内的商品"
    assert not findings[-1].is_fine
