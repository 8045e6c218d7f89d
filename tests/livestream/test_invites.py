"""Coming into a room: whose invitation it was, how long, what was touched."""

import datetime as dt

import pytest

from core import clock, jobs
from core.models import Event
from distribution.models import Evidence
from livestream.contracts import RoomNotLive
from livestream.models import LiveEvent, Visit
from livestream.selectors import invite_board, totals_of
from livestream.services import (
    beat,
    click_item,
    end_room,
    enter_room,
    leave_room,
    make_invite,
    open_invite,
)
from tests.livestream.kit import live_room, make_member, plan_room
from tests.world import World

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def test_the_inviter_is_written_once_and_is_evidence_from_the_start_of_the_show(
    world: World,
) -> None:
    room = live_room(world.brand)
    cai = make_invite(room=room, guide=world.cai)
    dee = make_invite(room=room, guide=world.dee)

    with clock.frozen(clock.now() + HOUR):
        enter_room(room=room, member=world.eve, token=cai.token)
        enter_room(room=room, member=world.eve, token=dee.token)
        jobs.run_due("default")

    assert Visit.objects.get().inviter == world.cai
    (evidence,) = Evidence.objects.filter(member=world.eve)
    assert (evidence.guide, evidence.kind, evidence.ref) == (world.cai, "live", room.public_id)
    assert evidence.at == room.started_at


def test_who_came_alone_may_be_invited_later(world: World) -> None:
    room = live_room(world.brand)
    enter_room(room=room, member=world.eve)
    assert not Event.objects.filter(name="livestream.live_entered").exists()
    enter_room(room=room, member=world.eve, token=make_invite(room=room, guide=world.cai).token)
    assert Visit.objects.get().inviter == world.cai
    assert Event.objects.filter(name="livestream.live_entered").count() == 1


def test_an_invitation_to_another_room_is_worth_nothing(world: World) -> None:
    room, other = live_room(world.brand), live_room(world.brand)
    enter_room(room=room, member=world.eve, token=make_invite(room=other, guide=world.cai).token)
    assert Visit.objects.get().inviter is None


@pytest.mark.parametrize("state", ["planned", "ended"])
def test_nobody_comes_into_a_room_that_is_not_live(world: World, state: str) -> None:
    room = plan_room(world.brand) if state == "planned" else end_room(live_room(world.brand))
    with pytest.raises(RoomNotLive):
        enter_room(room=room, member=world.eve)
    assert not Visit.objects.exists()


def test_a_sign_of_life_counts_thirty_seconds_at_most(world: World) -> None:
    room = live_room(world.brand)
    start = clock.now()
    enter_room(room=room, member=world.eve)
    for after in (20, 40, 400):
        with clock.frozen(start + dt.timedelta(seconds=after)):
            assert beat(room=room, member=world.eve)
    assert Visit.objects.get().seconds == 20 + 20 + 30


def test_what_passes_after_leaving_is_not_watched(world: World) -> None:
    room = live_room(world.brand)
    start = clock.now()
    enter_room(room=room, member=world.eve)
    with clock.frozen(start + dt.timedelta(seconds=12)):
        leave_room(room=room, member=world.eve)
    with clock.frozen(start + dt.timedelta(seconds=22)):
        beat(room=room, member=world.eve)
    assert Visit.objects.get().seconds == 12
    with clock.frozen(start + dt.timedelta(seconds=32)):
        beat(room=room, member=world.eve)
    assert Visit.objects.get().seconds == 22


def test_a_stranger_to_the_room_gives_no_sign_of_life(world: World) -> None:
    assert not beat(room=live_room(world.brand), member=world.eve)


def test_a_browser_opens_an_invitation_once(world: World) -> None:
    room = plan_room(world.brand)
    invite = make_invite(room=room, guide=world.cai)
    for visitor in ("phone-1", "phone-1", "phone-2"):
        found = open_invite(invite.token, visitor=visitor)
        assert found is not None
    assert LiveEvent.objects.filter(kind="open").count() == 2
    assert open_invite("nothing", visitor="phone-1") is None


def test_the_board_goes_from_invited_to_clicked_for_each_guide(world: World) -> None:
    room = live_room(world.brand)
    cai, dee = (make_invite(room=room, guide=guide) for guide in (world.cai, world.dee))
    for visitor in ("a", "b", "c"):
        open_invite(cai.token, visitor=visitor)
    stayer, passer = make_member("留"), make_member("过")
    for member in (stayer, passer):
        enter_room(room=room, member=member, token=cai.token)
    enter_room(room=room, member=make_member("狄的"), token=dee.token)
    Visit.objects.filter(member=stayer).update(seconds=60)
    Visit.objects.filter(member=passer).update(seconds=59)
    click_item(item=room.items.get(), member=stayer)
    click_item(item=room.items.get(), member=stayer)

    board = {row.guide: row for row in invite_board(room)}
    mine = board["蔡"]
    assert (mine.invited, mine.entered, mine.stayed, mine.clicked, mine.buyers) == (3, 2, 1, 1, 0)
    theirs = board["狄"]
    assert (theirs.invited, theirs.entered) == (1, 1), "who entered was invited"
    assert [row.guide for row in invite_board(room, world.cai.pk)] == ["蔡"]
    totals = totals_of(room)
    assert (totals.people, totals.views, totals.clickers) == (3, 3, 1)
