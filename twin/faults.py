"""Faults on order: error codes, broken answers, hanging and resetting connections."""

import asyncio
import random
import socket
import struct
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any

from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from twin.settings import Settings
from twin.store import Store

MODES = (
    "errcode",
    "http500",
    "html502",
    "empty",
    "truncate",
    "timeout_before",
    "timeout_after",
    "reset_before",
    "reset_after",
)

DDL = """
CREATE TABLE IF NOT EXISTS fault (
    id INTEGER PRIMARY KEY AUTOINCREMENT, api TEXT NOT NULL, mode TEXT NOT NULL,
    errcode, times INTEGER, rate REAL NOT NULL, seed INTEGER NOT NULL,
    seen INTEGER NOT NULL DEFAULT 0, fired INTEGER NOT NULL DEFAULT 0);
"""


@dataclass(frozen=True)
class Fault:
    """One decision to break one call. ``errcode`` is a number (WeCom) or a word (Pay)."""

    mode: str
    errcode: Any


def api_name(path: str) -> str | None:
    """The name faults and the log use for a path; None for pages and the admin API.

    ``/cgi-bin/gettoken`` → ``gettoken``, ``/sns/userinfo`` → ``sns/userinfo``,
    ``/v3/pay/transactions/jsapi`` → ``pay/transactions/jsapi``.
    """
    for prefix, keep in (("/cgi-bin/", ""), ("/sns/", "sns/"), ("/v3/", "")):
        if path.startswith(prefix):
            return keep + path[len(prefix) :]
    return None


class Faults:
    """The switches. ``times`` counts down; ``rate`` is a share decided by ``seed``."""

    def __init__(self, store: Store) -> None:
        store.ensure(DDL)
        self._store = store

    def add(self, api: str, mode: str, **options: Any) -> int:
        """Order a fault for the APIs matching ``api`` (``*`` is every API); its id."""
        return self._store.insert(
            "fault",
            api=api,
            mode=mode,
            errcode=options.get("errcode"),
            times=options.get("times"),
            rate=options.get("rate", 1.0),
            seed=options.get("seed", 1),
        )

    def clear(self) -> None:
        """No more faults."""
        self._store.execute("DELETE FROM fault")

    def list(self) -> list[dict[str, Any]]:
        """Every ordered fault with how often it was seen and fired."""
        return self._store.rows("SELECT * FROM fault ORDER BY id")

    def pick(self, api: str) -> Fault | None:
        """The fault this call meets, if any; counts it as fired.

        Several faults of one API share the calls between them: each breaks its own share of
        all calls, and no call meets two.
        """
        if self._store.row("SELECT 1 FROM fault LIMIT 1") is None:
            return None
        left = 1.0
        with self._store.transaction():
            for row in self.list():
                if not fnmatch(api, row["api"]) or _is_used_up(row):
                    continue
                if self._fires(row, row["rate"] / left):
                    return Fault(row["mode"], row["errcode"])
                left -= row["rate"]
                if left <= 0:
                    break
        return None

    def _fires(self, row: dict[str, Any], share: float) -> bool:
        """``share`` is that of the calls which met none of the faults before this one."""
        # A generator per (seed, position) keeps the sequence the same across a restart, and one
        # per fault keeps two of them with the same seed apart.
        draw = random.Random(f"{row['seed']}:{row['mode']}:{row['errcode']}:{row['seen']}").random()
        fires = draw < share
        self._store.execute(
            "UPDATE fault SET seen = seen + 1, fired = fired + ? WHERE id = ?",
            (int(fires), row["id"]),
        )
        return fires


def _is_used_up(row: dict[str, Any]) -> bool:
    return row["times"] is not None and row["fired"] >= row["times"]


class FaultLayer:
    """The outermost ASGI layer: it must own the socket to hang up on it.

    Mode ``errcode`` is only noted in ``scope["twin.fault"]``: the API behind answers it
    in its own form, and does nothing else.
    """

    def __init__(self, app: ASGIApp, faults: Faults, settings: Settings) -> None:
        self._app, self._faults, self._settings = app, faults, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Break the call as ordered, or let it through."""
        api = api_name(scope["path"]) if scope["type"] == "http" else None
        fault = self._faults.pick(api) if api else None
        if fault is None or fault.mode == "errcode":
            scope["twin.fault"] = fault
            await self._app(scope, receive, send)
            return
        scope["twin.fault"] = None
        answer = _Recorder()
        if fault.mode not in ("http500", "html502", "timeout_before", "reset_before"):
            await self._app(scope, receive, answer)
        if fault.mode.startswith("timeout"):
            await _hold(receive, float(self._settings.get("timeout_hold")))
        if fault.mode.startswith(("timeout", "reset")):
            await _hang_up(receive)
            return
        await _broken(fault.mode, answer.body)(scope, receive, send)


def _broken(mode: str, body: bytes) -> PlainTextResponse:
    if mode == "http500":
        return PlainTextResponse("Internal Server Error", 500)
    if mode == "html502":
        page = "<html><body><center><h1>502 Bad Gateway</h1></center></body></html>"
        return PlainTextResponse(page, 502, media_type=HTMLResponse.media_type)
    kept = b"" if mode == "empty" else body[: len(body) // 2]
    return PlainTextResponse(kept.decode("utf-8", "ignore"), 200, media_type="application/json")


class _Recorder:
    """Takes the place of ``send``: the call is carried out, its answer is kept back."""

    def __init__(self) -> None:
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.body":
            self.body += message.get("body", b"")


async def _hold(receive: Receive, seconds: float) -> None:
    """Say nothing until the caller gives up or ``seconds`` have passed."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return


async def _hang_up(receive: Receive) -> None:
    """Reset the TCP connection. Uvicorn's receive is a method of the object with the socket."""
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is None:
        return
    raw = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    await _hold(receive, 1.0)
