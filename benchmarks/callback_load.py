"""Pushes of people adding guides, as WeCom would sign them, and how they are delivered."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.soak._load import Visit, _ask, drive
from tests.wecom.forge_desk import as_query, encrypt, envelope, event, signed_query

CORP_ID = "wwbench0000000001"
COPIES = 0.1
CONNECTIONS = 32


@dataclass(frozen=True)
class Add:
    """One true event; sent twice, it says the same and is signed anew."""

    userid: str
    external_userid: str
    code: str
    at: int
    state: str = ""

    @property
    def text(self) -> str:
        return event(
            ToUserName=CORP_ID,
            CreateTime=str(self.at),
            ChangeType="add_external_contact",
            UserID=self.userid,
            ExternalUserID=self.external_userid,
            State=self.state,
            WelcomeCode=self.code,
        )


def strangers(mark: str, count: int, guides: Sequence[str]) -> list[Add]:
    """People whom the platform knows nothing of: enough to be acknowledged."""
    now = int(time.time())
    return [
        Add(guides[n % len(guides)], f"wm{mark}{n:07d}", f"WC-{mark}-{n}", now)
        for n in range(count)
    ]


def with_copies(adds: Sequence[Add], dice: random.Random) -> list[Add]:
    """Every event, and a second delivery of some soon after the first: 10 % of all."""
    placed = [(float(place), add) for place, add in enumerate(adds)]
    again = dice.sample(placed, round(len(adds) * COPIES / (1 - COPIES)))
    placed += [(place + dice.uniform(0.1, 64), add) for place, add in again]
    return [add for _, add in sorted(placed, key=lambda each: each[0])]


def push(add: Add, host: str, path: str) -> bytes:
    ciphertext = encrypt(add.text, receiver=CORP_ID)
    body = envelope(ciphertext, to=CORP_ID)
    head = (
        f"POST {path}?{as_query(signed_query(ciphertext))} HTTP/1.1\r\nHost: {host}\r\n"
        f"Content-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def deliver(port: int, pushes: Sequence[bytes]) -> float:
    """Seconds until the last of them is acknowledged; one that is not voids the time."""
    answers, seconds = drive(port, [Visit(each) for each in pushes], CONNECTIONS)
    refuse_others({answer.status for answer in answers})
    return seconds


def deliver_or_fail(port: int, pushes: Sequence[bytes]) -> tuple[float, int]:
    """The same for a view that breaks when two copies meet: and how many it broke on."""
    answers, seconds = drive(port, [Visit(each) for each in pushes], CONNECTIONS)
    refuse_others({answer.status for answer in answers} - {500})
    return seconds, sum(answer.status == 500 for answer in answers)


def refuse_others(statuses: set[int]) -> None:
    if statuses != {200}:
        raise SystemExit(f"有回答不是 200：{sorted(statuses)}，时间作废")


def deliver_steadily(port: int, pushes: Sequence[bytes], rate: float) -> list[float]:
    """Seconds from the moment each push was due, so that a stall counts for all behind it."""
    return asyncio.run(_steadily(port, pushes, rate))


async def _steadily(port: int, pushes: Sequence[bytes], rate: float) -> list[float]:
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", port, limit=2**20))
    began = time.perf_counter()

    async def one(number: int, request: bytes) -> float:
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        link = await free.get()
        answer = await _ask(*link, request)
        free.put_nowait(link)
        refuse_others({answer.status})
        return time.perf_counter() - due

    waits = await asyncio.gather(*(one(n, request) for n, request in enumerate(pushes)))
    while not free.empty():
        free.get_nowait()[1].close()
    return sorted(waits)
