"""The five figures of live rooms against plain counting."""

import datetime as dt

import pytest

from analytics.models import MetricValue
from analytics.selectors import compute_live, list_figures
from analytics.services import note_stale_range, run_nightly
from core import clock
from livestream.models import LiveRoom, Visit
from livestream.services import end_room, enter_room, make_invite, open_invite
from mall.models import Order
from members.models import Member
from tests.livestream.kit import come_in, live_room, make_member
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 2)


def _order(world: World, room: LiveRoom, member: Member, fen: int, number: str) -> Order:
    now = clock.now()
    return Order.objects.create(
        number=number,
        platform_order_no=number,
        brand=world.brand,
        member=member,
        goods_fen=fen,
        total_fen=fen,
        paid_fen=fen,
        room_ref=room.public_id,
        placed_at=now,
        paid_at=now,
        state="paid",
    )


def _cell(code: str, room: LiveRoom) -> tuple[int, int | None]:
    (figure,) = [
        one for one in compute_live(code, DAY, dimension="room") if one.key == str(room.pk)
    ]
    return figure.numerator, figure.denominator


@pytest.fixture
def room(world: World) -> LiveRoom:
    """Four people, one of them twice; two buyers, three orders of 60.00 yuan in all."""
    room = live_room(world.brand)
    members = come_in(room, 4)
    enter_room(room=room, member=members[0])
    for number, member in enumerate((members[0], members[0], members[1])):
        _order(world, room, member, 2_000, f"LIVE{number}")
    for seconds, member in zip((600, 60, 40, 20), members, strict=True):
        Visit.objects.filter(member=member).update(seconds=seconds)
    return room


def test_each_figure_keeps_both_of_its_counts(room: LiveRoom) -> None:
    assert _cell("live_uv_value", room) == (6_000, 4)
    assert _cell("live_conv", room) == (2, 4)
    assert _cell("live_avg_stay_s", room) == (720, 4)
    assert _cell("live_gpm", room) == (6_000 * 1_000, 5)


def test_the_values_read_as_money_rates_and_minutes(room: LiveRoom) -> None:
    texts = {
        code: next(one.text for one in compute_live(code, DAY))
        for code in ("live_uv_value", "live_conv", "live_avg_stay_s", "live_gpm")
    }
    assert texts == {
        "live_uv_value": "¥15.00",
        "live_conv": "50%",
        "live_avg_stay_s": "3 分 0 秒",
        "live_gpm": "¥12,000.00",
    }


def test_an_order_outside_the_room_is_not_the_rooms(world: World, room: LiveRoom) -> None:
    stranger = _order(world, room, make_member(), 9_900, "ELSE")
    Order.objects.filter(pk=stranger.pk).update(room_ref="")
    assert _cell("live_uv_value", room) == (6_000, 4)


def test_invited_are_those_who_opened_or_came(world: World) -> None:
    room = live_room(world.brand)
    invite = make_invite(room=room, guide=world.cai)
    for visitor in ("a", "b", "c"):
        open_invite(invite.token, visitor=visitor)
    enter_room(room=room, member=world.eve, token=invite.token)
    come_in(room, 2)
    assert _cell("live_invite_enter_rate", room) == (1, 3)


def test_two_rooms_of_a_day_count_a_person_once_in_all(world: World, room: LiveRoom) -> None:
    other = live_room(world.first_store)
    enter_room(room=other, member=Visit.objects.filter(room=room).earliest("pk").member)
    (whole,) = compute_live("live_conv", DAY)
    assert (whole.numerator, whole.denominator) == (2, 4)


def test_the_night_keeps_them_and_a_second_run_changes_nothing(room: LiveRoom) -> None:
    with clock.frozen(MONDAY + dt.timedelta(hours=2)):
        end_room(room)
    with clock.frozen(MONDAY + dt.timedelta(days=1)):
        note_stale_range(DAY, DAY)
        run_nightly()
        (kept,) = list_figures("live_uv_value", since=DAY)
        cells = set(MetricValue.objects.values_list("metric", "key", "numerator", "denominator"))
        note_stale_range(DAY, DAY)
        run_nightly()
    assert (kept.numerator, kept.denominator) == (6_000, 4)
    assert cells == set(
        MetricValue.objects.values_list("metric", "key", "numerator", "denominator")
    )
