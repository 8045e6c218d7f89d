"""So many requests at once on kept connections, with as little of our own time as can be."""

import asyncio
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"transfer-encoding: *chunked", re.IGNORECASE)
_LOCATION = re.compile(rb"\r\nlocation: *([^\r]+)", re.IGNORECASE)
_CODE = re.compile(rb'data-code="(\w+)"')


@dataclass(frozen=True)
class Answer:
    """`code` is the stable name of the refusal that the page shows, "" for none."""

    status: int
    seconds: float
    location: str = ""
    code: str = ""


Then = Callable[[Answer], bytes | None]
"""What the same buyer does next, None when they are done."""


@dataclass(frozen=True)
class Visit:
    """A request and, when its answer calls for one, the next."""

    request: bytes
    then: Then | None = None


def get(host: str, path: str, cookie: str = "") -> bytes:
    return _head("GET", host, path, cookie) + b"\r\n"


def post(host: str, path: str, cookie: str, fields: dict[str, str]) -> bytes:
    body = urlencode(fields).encode()
    kind = b"Content-Type: application/x-www-form-urlencoded\r\n"
    return (
        _head("POST", host, path, cookie) + kind + b"Content-Length: %d\r\n\r\n" % len(body) + body
    )


def _head(method: str, host: str, path: str, cookie: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}"]
    lines += [f"Cookie: {cookie}"] if cookie else []
    return ("\r\n".join(lines) + "\r\n").encode()


def drive(
    port: int, visits: Sequence[Visit], connections: int, *, tolerant: bool = False
) -> tuple[list[Answer], float]:
    """The last answer to each visit, in their order, and the seconds it took in all.

    When `tolerant`, a connection that breaks is an answer of status 0 and a new one is made.
    """
    return asyncio.run(_drive(port, visits, connections, tolerant))


async def _drive(
    port: int, visits: Sequence[Visit], connections: int, tolerant: bool
) -> tuple[list[Answer], float]:
    answers: list[Answer] = [Answer(0, 0.0)] * len(visits)
    waiting = iter(enumerate(visits))
    began = time.perf_counter()
    crew = (_work(port, waiting, answers, tolerant) for _ in range(connections))
    await asyncio.gather(*crew)
    return answers, time.perf_counter() - began


async def _work(
    port: int, waiting: Iterator[tuple[int, Visit]], answers: list[Answer], tolerant: bool
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    for index, visit in waiting:
        try:
            answer = await _ask(reader, writer, visit.request)
            follow = visit.then(answer) if visit.then else None
            answers[index] = await _ask(reader, writer, follow) if follow else answer
        except (OSError, asyncio.IncompleteReadError):
            if not tolerant:
                raise
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    writer.close()


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> Answer:
    began = time.perf_counter()
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    body = await _body(reader, head)
    location, code = _LOCATION.search(head), _CODE.search(body)
    return Answer(
        int(head[9:12]),
        time.perf_counter() - began,
        location[1].decode() if location else "",
        code[1].decode() if code else "",
    )


async def _body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    length = _LENGTH.search(head)
    if length:
        return await reader.readexactly(int(length[1]))
    body = b""
    while _CHUNKED.search(head):
        size = int(await reader.readline(), 16)
        body += (await reader.readexactly(size + 2))[:-2]
        if not size:
            break
    return body
