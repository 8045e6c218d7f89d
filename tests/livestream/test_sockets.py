"""The socket process: whom it lets in, and that nobody misses a message."""

import itertools
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
import redis
from django.conf import settings
from websockets.exceptions import ConnectionClosed, InvalidStatus

from livestream.live.wire import LIFE_SECONDS, PUBLISH, RECENT, base_of, keys_of
from livestream.tickets import TicketRefused, read_ticket, sign_ticket
from tests.livestream.sockets import KEY, SITE, Watcher, live_process, ticket_for

numbers = itertools.count()


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with live_process(tmp_path_factory.mktemp("live") / "log") as found:
        yield found


class Room:
    """A room of a merchant, published to as the pages do."""

    def __init__(self, schema: str = "t_one", name: str = "") -> None:
        self.name, self.schema = name or uuid.uuid4().hex, schema
        self.link = redis.Redis.from_url(settings.REDIS_URL, decode_responses=True)
        self._publish = self.link.register_script(PUBLISH)

    def publish(self, kind: str, body: str, *, keep: bool = False) -> int:
        base = base_of(self.schema, self.name)
        epoch = uuid.uuid4().hex[:8]
        arguments = [epoch, kind, body, int(keep), RECENT, LIFE_SECONDS, base]
        return int(str(self._publish(keys=keys_of(base), args=arguments)))

    def forget(self) -> None:
        self.link.delete(*keys_of(base_of(self.schema, self.name)))


def test_a_new_watcher_gets_the_snapshot_and_then_every_message_in_order(port: int) -> None:
    room = Room()
    room.publish("shelf", '[{"id":1}]', keep=True)
    room.publish("chat", '{"id":1,"text":"早"}')
    watcher = Watcher(port, room.name)
    watcher.read()
    assert (watcher.snapshots, watcher.seq, watcher.kept) == (1, 2, {"shelf": [{"id": 1}]})

    for number in range(50):
        room.publish("chat", f'{{"id":{number}}}')
    watcher.until(52)
    assert [seq for seq, _, _ in watcher.heard] == list(range(3, 53))


def test_a_new_watcher_is_not_shown_what_was_hidden(port: int) -> None:
    room = Room()
    for number in (1, 2):
        room.publish("chat", f'{{"id":{number},"text":"第 {number} 句"}}')
    room.publish("hide", "1")

    watcher = Watcher(port, room.name)
    watcher.read()

    assert [said["id"] for said in watcher.chat] == [2]


def test_who_comes_back_gets_what_was_missed_and_no_snapshot(port: int) -> None:
    room = Room()
    room.publish("likes", "1", keep=True)
    first = Watcher(port, room.name)
    first.read()
    first.link.close()

    for number in range(2, 12):
        room.publish("likes", str(number), keep=True)
    again = Watcher(port, room.name, after=first.place)
    again.until(11)
    assert (again.snapshots, [body for _, _, body in again.heard]) == (0, list(range(2, 12)))


def test_who_missed_more_than_is_kept_gets_a_fresh_snapshot(port: int) -> None:
    room = Room()
    room.publish("likes", "0", keep=True)
    first = Watcher(port, room.name)
    first.read()
    first.link.close()
    for number in range(1, RECENT + 6):
        room.publish("likes", str(number), keep=True)

    again = Watcher(port, room.name, after=first.place)
    again.read()
    assert (again.snapshots, again.seq, again.kept) == (1, RECENT + 6, {"likes": RECENT + 5})


def test_after_redis_forgot_the_room_a_snapshot_begins_a_new_count(port: int) -> None:
    room = Room()
    for number in range(5):
        room.publish("likes", str(number), keep=True)
    watcher = Watcher(port, room.name)
    watcher.read()
    room.forget()
    room.publish("likes", "9", keep=True)
    while watcher.snapshots < 2:
        assert watcher.read()
    assert (watcher.seq, watcher.kept) == (1, {"likes": 9})
    room.publish("likes", "10", keep=True)
    watcher.until(2)


def test_a_room_of_another_merchant_with_the_same_id_is_another_room(port: int) -> None:
    ours = Room("t_one")
    theirs = Room("t_two", ours.name)
    ours.publish("likes", "1", keep=True)
    watcher = Watcher(port, ours.name)
    watcher.read()
    theirs.publish("chat", '{"text":"秘密"}')
    ours.publish("chat", '{"text":"你好"}')
    watcher.until(2)
    assert [body for _, _, body in watcher.heard] == [{"text": "你好"}]


@pytest.mark.parametrize("kind", ["none", "forged", "room", "site", "old", "key"])
def test_a_ticket_for_something_else_opens_nothing(port: int, kind: str) -> None:
    room = Room()
    good = ticket_for(room.name)
    texts = {
        "none": "x",
        "forged": good[:-3] + ("AAA" if good[-3:] != "AAA" else "BBB"),
        "room": ticket_for("another"),
        "site": ticket_for(room.name, site="m.breeze.localhost"),
        "old": ticket_for(room.name, now=time.time() - 301),
        "key": sign_ticket(b"z" * 32, schema="t_one", room=room.name, site=SITE, now=time.time()),
    }
    with pytest.raises(InvalidStatus) as refused:
        Watcher(port, room.name, text=texts[kind])
    assert refused.value.response.status_code == 403


def test_a_ticket_names_the_schema_that_signed_it_and_no_edit_changes_that() -> None:
    text = ticket_for("r1")
    body, _, signature = text.partition(".")
    assert read_ticket(KEY, text, room="r1", site=SITE, now=time.time()).schema == "t_one"
    other = ticket_for("r1", schema="t_two").partition(".")[0]
    assert other != body
    with pytest.raises(TicketRefused):
        read_ticket(KEY, f"{other}.{signature}", room="r1", site=SITE, now=time.time())


def test_viewers_are_those_who_are_there(port: int) -> None:
    room = Room()
    watchers = [Watcher(port, room.name) for _ in range(3)]
    deadline = time.monotonic() + 10
    while watchers[0].viewers != 3 and time.monotonic() < deadline:
        watchers[0].read(1.0)
    assert watchers[0].viewers == 3
    for watcher in watchers[1:]:
        watcher.link.close()
    while watchers[0].viewers != 1 and time.monotonic() < deadline:
        watchers[0].read(1.0)
    assert watchers[0].viewers == 1


def test_what_a_watcher_sends_changes_nothing(port: int) -> None:
    room = Room()
    room.publish("likes", "0", keep=True)
    watcher = Watcher(port, room.name)
    watcher.read()
    watcher.link.send('{"kind":"chat","body":{"text":"偷偷说"}}')
    room.publish("likes", "1", keep=True)
    watcher.until(2)
    assert [kind for _, kind, _ in watcher.heard] == ["likes"]


def test_the_process_says_how_it_is(port: int) -> None:
    with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
        assert answer.read() == b"ok"
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        assert b"siyu_live_sockets" in answer.read()


def test_a_stop_closes_the_sockets_and_ends_the_process(tmp_path: Path) -> None:
    with live_process(tmp_path / "log") as port:
        watcher = Watcher(port, Room().name)
        watcher.read()
    with pytest.raises(ConnectionClosed) as closed:
        watcher.drain()
    assert closed.value.rcvd.code == 1012
