"""What is said and liked in a room."""

import datetime as dt
from typing import Any

import pytest

from core import clock
from livestream.contracts import CommentRefused, RoomNotLive, TooFast
from livestream.models import Comment, LiveRoom, Visit
from livestream.selectors import state_of
from livestream.services import enter_room, hide_comment, like, say, show_comment, sum_likes
from tests.livestream.kit import FakeChannel, come_in, live_room, make_member
from tests.world import World

pytestmark = pytest.mark.django_db
Capture = Any


def test_a_word_is_kept_and_told_under_half_a_name(
    world: World, channel: FakeChannel, django_capture_on_commit_callbacks: Capture
) -> None:
    room = live_room(world.brand)
    enter_room(room=room, member=world.eve)
    with django_capture_on_commit_callbacks(execute=True):
        say(room=room, member=world.eve, text=" <script>alert(1)</script> 有  货吗 ")
    (told,) = [body for _, kind, body in channel.told if kind == "chat"]
    assert (told["name"], told["text"]) == ("伊**", "<script>alert(1)</script> 有 货吗")
    assert state_of(room)["chat"] == [told]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("来 www.abc.com 买", "含网址"),
        ("电话 138-0000-1234", "含号码"),
        ("加我微信便宜", "像是引流"),
    ],
)
def test_an_advertisement_waits_for_a_person(
    world: World,
    channel: FakeChannel,
    django_capture_on_commit_callbacks: Capture,
    text: str,
    reason: str,
) -> None:
    room = live_room(world.brand)
    enter_room(room=room, member=world.eve)
    with django_capture_on_commit_callbacks(execute=True):
        comment = say(room=room, member=world.eve, text=text)
    assert (comment.state, comment.reason) == (Comment.State.HELD, reason)
    assert state_of(room)["chat"] == []
    assert not [kind for _, kind, _ in channel.told if kind == "chat"]

    with django_capture_on_commit_callbacks(execute=True):
        show_comment(comment)
    assert [row["text"] for row in state_of(room)["chat"]] == [text]


def test_a_hidden_word_is_nowhere_and_its_row_stays(world: World) -> None:
    room = live_room(world.brand)
    enter_room(room=room, member=world.eve)
    hide_comment(say(room=room, member=world.eve, text="难听的话"))
    assert state_of(room)["chat"] == []
    assert Comment.objects.get().text == "难听的话"


def test_who_is_not_in_the_room_does_not_speak(world: World) -> None:
    with pytest.raises(RoomNotLive):
        say(room=live_room(world.brand), member=world.eve, text="你好")
    assert not Comment.objects.exists()


@pytest.mark.parametrize("text", ["", "   ", "长" * 101])
def test_nothing_and_too_much_are_not_said(world: World, text: str) -> None:
    room = live_room(world.brand)
    enter_room(room=room, member=world.eve)
    with pytest.raises(CommentRefused):
        say(room=room, member=world.eve, text=text)


def test_two_words_within_two_seconds_are_too_fast(world: World) -> None:
    room = live_room(world.brand)
    enter_room(room=room, member=world.eve)
    say(room=room, member=world.eve, text="一")
    with pytest.raises(TooFast):
        say(room=room, member=world.eve, text="二")
    with clock.frozen(clock.now() + dt.timedelta(seconds=2)):
        say(room=room, member=world.eve, text="二")
    assert Comment.objects.count() == 2


def test_a_person_gives_ten_likes_a_second_at_most(world: World) -> None:
    room = live_room(world.brand)
    enter_room(room=room, member=world.eve)
    assert like(room=room, member=world.eve, weight=500) == 10
    assert like(room=room, member=world.eve, weight=5) == 0
    with clock.frozen(clock.now() + dt.timedelta(seconds=1)):
        assert like(room=room, member=world.eve, weight=5) == 5
    assert Visit.objects.get().likes == 15


def test_likes_are_summed_once_a_second_and_none_is_lost(world: World) -> None:
    room = live_room(world.brand)
    members = come_in(room, 4)
    for member in members:
        like(room=room, member=member, weight=3)
    assert LiveRoom.objects.get(pk=room.pk).likes == 3, "the first sum was of this second"

    with clock.frozen(clock.now() + dt.timedelta(seconds=1)):
        assert sum_likes(room)
        assert not sum_likes(room)
    assert LiveRoom.objects.get(pk=room.pk).likes == 12


def test_a_like_of_somebody_outside_counts_nothing(world: World) -> None:
    room = live_room(world.brand)
    assert like(room=room, member=make_member(), weight=3) == 0
    assert LiveRoom.objects.get(pk=room.pk).likes == 0
