"""A thousand sockets on one live process while people talk, like and buy.

`python -m tests.soak.sockets [--sockets 1000] [--chats 400] [--likes 600] [--orders 200]`.
Words, likes and orders go in by POST on several web processes and come out by the socket
process. A third of the watchers lose their line once and come back with where they left
off. The verdict: every watcher heard every number once and in order, every word that was
kept, and the database holds every like, order and piece.
"""

import argparse
import asyncio
import json
import random
import secrets
import sys
import time
from dataclasses import dataclass, field
from typing import Any

from tests.soak._house import free_port, listens, wait_for
from tests.soak._load import Answer, Visit, drive, get, post
from tests.soak._market import CSRF, HOST, Market, add_goods, inside, open_market

from django.conf import settings  # isort: skip
from django.db.models import F, Sum  # isort: skip
from websockets.asyncio.client import connect  # isort: skip
from websockets.exceptions import ConnectionClosed  # isort: skip
from core import ports  # isort: skip
from livestream.contracts import LiveChannel  # isort: skip
from livestream.models import Comment, LiveRoom  # isort: skip
from livestream.models import Visit as LiveVisit  # isort: skip
from livestream.services import open_room, put_item, start_room  # isort: skip
from livestream.tickets import sign_ticket  # isort: skip
from mall.models import Order, Stock  # isort: skip
from org.models import OrgUnit  # isort: skip
from siyu.live_channel import RedisLiveChannel  # isort: skip

IN_FLIGHT = 16
WEIGHT = 3
SETTLE_SECONDS = 60.0


@dataclass
class Watcher:
    """What one page knows: its position, and every number and word it was told."""

    number: int
    epoch: str = ""
    seq: int = 0
    gaps: int = 0
    snapshots: int = 0
    returns: int = 0
    words: set[int] = field(default_factory=set)
    link: Any = None

    def hear(self, text: str | bytes) -> None:
        frame = json.loads(text)
        if "snapshot" in frame:
            self.snapshots += 1
            self.epoch, self.seq = frame["snapshot"]["head"].values()
            self.words |= {message["body"]["id"] for message in frame["snapshot"]["chat"]}
        for message in frame.get("messages", ()):
            is_next = message["epoch"] == self.epoch and message["seq"] == self.seq + 1
            self.gaps += not is_next
            self.epoch, self.seq = message["epoch"], message["seq"]
            if message["kind"] == "chat":
                self.words.add(message["body"]["id"])


@dataclass
class Show:
    market: Market
    port: int
    room: str
    schema: str
    watchers: list[Watcher]
    is_over: bool = False

    def url(self, watcher: Watcher) -> str:
        ticket = sign_ticket(
            settings.LIVE_TICKET_KEY,
            schema=self.schema,
            room=self.room,
            site=HOST,
            now=time.time(),
        )
        after = f"{watcher.epoch}.{watcher.seq}" if watcher.epoch else ""
        return f"ws://127.0.0.1:{self.port}/rooms/{self.room}?ticket={ticket}&after={after}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, usual in (("sockets", 1_000), ("chats", 400), ("likes", 600), ("orders", 200)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    wanted = parser.parse_args()
    print(f"seed {wanted.seed}", flush=True)
    with open_market(workers=2) as market:
        settings.REDIS_URL = market.house.env["REDIS_URL"]
        ports.swap(LiveChannel, RedisLiveChannel())
        show = _open(market, wanted.sockets)
        answers, seconds = asyncio.run(_play(show, wanted))
        verdict = _judge(show, wanted, answers, seconds)
    print(json.dumps(verdict, ensure_ascii=False))
    return 0 if verdict["ok"] else 1


def _open(market: Market, sockets: int) -> Show:
    market.add_buyers(sockets)
    with inside() as tenant:
        brand = OrgUnit.objects.get(kind="brand")
        room = open_room(unit=brand, title="专场", host_name="安", is_host_checked=True)
        for code in ("L1", "L2", "L3"):
            put_item(room=room, sku_id=add_goods(code, 5_000).pk, role="bestseller")
        room = start_room(room)
        schema = tenant.schema_name
    port = free_port()
    key = settings.LIVE_TICKET_KEY.hex()
    market.house.start("live", "-m", "livestream.live", "--port", str(port), LIVE_TICKET_KEY=key)
    wait_for(lambda: listens(port), 60, "live")
    path = f"/live/{room.public_id}"
    entered, seconds = drive(
        market.port, [Visit(get(HOST, path, cookie)) for cookie in market.cookies], IN_FLIGHT
    )
    if {answer.status for answer in entered} != {200}:
        raise RuntimeError(market.house.said("web")[-4_000:])
    print(f"{len(entered)} entered in {seconds:.0f} s", flush=True)
    watchers = [Watcher(number) for number in range(sockets)]
    return Show(market, port, room.public_id, schema, watchers)


async def _play(show: Show, wanted: argparse.Namespace) -> tuple[dict[str, list[Answer]], float]:
    dice = random.Random(wanted.seed)
    watching = [asyncio.create_task(_watch(show, watcher)) for watcher in show.watchers]
    await _until(lambda: all(watcher.snapshots for watcher in show.watchers), "all watch")
    print(f"{len(watching)} sockets are open", flush=True)
    breaking = asyncio.create_task(_break_lines(show, dice))
    began = time.perf_counter()
    visits = _visits(show, wanted, dice)
    names = list(visits)
    told = await asyncio.gather(
        *(asyncio.to_thread(drive, show.market.port, visits[name], 4) for name in names)
    )
    seconds = time.perf_counter() - began
    await breaking
    await asyncio.to_thread(_last_word, show)
    await _all_caught_up(show)
    show.is_over = True
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    return {name: answers for name, (answers, _) in zip(names, told, strict=True)}, seconds


async def _watch(show: Show, watcher: Watcher) -> None:
    """Stay on the line, and come back to it from where it broke."""
    await asyncio.sleep(watcher.number * 0.01)
    while not show.is_over:
        try:
            async with connect(
                show.url(watcher), origin=f"http://{HOST}", compression=None, open_timeout=60
            ) as watcher.link:
                async for text in watcher.link:
                    watcher.hear(text)
        except (ConnectionClosed, OSError):
            pass
        watcher.returns += 1
        await asyncio.sleep(0.5)


async def _break_lines(show: Show, dice: random.Random) -> None:
    """A third of the lines break without a word, one after another."""
    for watcher in dice.sample(show.watchers, len(show.watchers) // 3):
        watcher.link.transport.abort()
        await asyncio.sleep(0.05)


def _visits(show: Show, wanted: argparse.Namespace, dice: random.Random) -> dict[str, list[Visit]]:
    cookies, home = show.market.cookies, f"/live/{show.room}"

    def visit(path: str, cookie: str, **fields: str) -> Visit:
        return Visit(post(HOST, path, cookie, {"csrfmiddlewaretoken": CSRF, **fields}))

    speakers = dice.sample(cookies, wanted.chats)
    likers = dice.sample(cookies, wanted.likes)
    buyers = dice.sample(range(len(cookies)), wanted.orders)
    return {
        "chats": [visit(f"{home}/say", c, text=f"第{n}句") for n, c in enumerate(speakers)],
        "likes": [visit(f"{home}/like", cookie, n=str(WEIGHT)) for cookie in likers],
        "orders": [Visit(_order(show, buyer, n)) for n, buyer in enumerate(buyers)],
    }


def _order(show: Show, buyer: int, number: int) -> bytes:
    fields = {"sku": f"L{number % 3 + 1}", "n": "1", "total_fen": "9900", "key": f"k{number}"}
    return show.market.buy(buyer, {**fields, "room": show.room})


def _last_word(show: Show) -> None:
    """A second later, so that the last sum of likes is told as well."""
    time.sleep(2.5)
    path = f"/live/{show.room}/like"
    form = {"csrfmiddlewaretoken": CSRF, "n": str(WEIGHT)}
    drive(show.market.port, [Visit(post(HOST, path, show.market.cookies[0], form))], 1)


async def _all_caught_up(show: Show) -> None:
    await asyncio.sleep(1.0)
    furthest = max(watcher.seq for watcher in show.watchers)
    await _until(lambda: all(one.seq >= furthest for one in show.watchers), "all caught up")


async def _until(is_true: Any, what: str) -> None:
    deadline = time.monotonic() + SETTLE_SECONDS + 60
    while not is_true():
        if time.monotonic() > deadline:
            print(f"not in time: {what}", flush=True)
            return
        await asyncio.sleep(0.2)


def _judge(
    show: Show, wanted: argparse.Namespace, answers: dict[str, list[Answer]], seconds: float
) -> dict[str, Any]:
    watchers = show.watchers
    with inside():
        words = set(Comment.objects.filter(state="shown").values_list("pk", flat=True))
        likes = LiveVisit.objects.aggregate(sum=Sum("likes"))["sum"]
        room = LiveRoom.objects.get()
        orders = Order.objects.filter(room_ref=show.room).count()
        sold = Stock.objects.aggregate(sum=Sum("sold"))["sum"]
        oversold = Stock.objects.filter(sold__gt=F("on_hand")).count()
    refused = {name: sum(answer.status != 302 for answer in told) for name, told in answers.items()}
    found: dict[str, Any] = {
        "sockets": len(watchers),
        "messages": max(watcher.seq for watcher in watchers),
        "behind": len({watcher.seq for watcher in watchers}) - 1,
        "gaps": sum(watcher.gaps for watcher in watchers),
        "lines_broken": sum(watcher.returns > 0 for watcher in watchers),
        "snapshots_per_watcher": max(watcher.snapshots for watcher in watchers),
        "words_kept": len(words),
        "watchers_missing_words": sum(watcher.words != words for watcher in watchers),
        "likes": [likes, room.likes, WEIGHT * (wanted.likes + 1)],
        "orders": [orders, sold, wanted.orders],
        "refused": refused,
        "seconds": round(seconds, 1),
    }
    is_whole = not (found["behind"] or found["gaps"] or found["watchers_missing_words"] or oversold)
    are_kept = len(words) == wanted.chats and len(set(found["likes"])) == 1
    is_sold = len(set(found["orders"])) == 1 and not any(refused.values())
    return {"ok": is_whole and are_kept and is_sold, "seed": wanted.seed, **found}


if __name__ == "__main__":
    sys.exit(main())
