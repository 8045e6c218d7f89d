"""The addresses of the socket process: /rooms/<room>, /healthz, /readyz, /metrics, /media."""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from livestream.live.hub import Hub
from livestream.live.room import LiveRoom, Position
from livestream.tickets import Ticket, TicketRefused, read_ticket

SEND_SECONDS = 10.0
MOST_WATCHERS = 5_000
REFUSED, SLOW, FULL = 4403, 4408, 4429
"""Close codes of ours: the ticket is worth nothing, too slow to keep up, no place left."""


@dataclass(frozen=True)
class Config:
    redis_url: str
    ticket_key: bytes
    media: Path | None = None


def make_app(config: Config) -> Starlette:
    """The application; `media` is a folder of HLS to serve, in the demo only."""
    hub = Hub(Redis.from_url(config.redis_url, decode_responses=True))

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await hub.start()
        yield
        await hub.stop()

    async def health(request: Request) -> Response:
        return PlainTextResponse("ok")

    async def ready(request: Request) -> Response:
        is_ready = await hub.is_ready()
        return PlainTextResponse("ready" if is_ready else "redis unreachable", 503 - 303 * is_ready)

    async def metrics(request: Request) -> Response:
        return PlainTextResponse(f"siyu_live_sockets {hub.watchers}\nsiyu_live_rooms {hub.rooms}\n")

    async def room(socket: WebSocket) -> None:
        await _serve(socket, hub, config.ticket_key)

    routes: list[BaseRoute] = [
        Route("/healthz", health),
        Route("/readyz", ready),
        Route("/metrics", metrics),
        WebSocketRoute("/rooms/{room}", room),
    ]
    if config.media is not None:
        routes.append(Mount("/media", StaticFiles(directory=config.media)))
    middleware = [Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET"])]
    return Starlette(routes=routes, middleware=middleware, lifespan=lifespan)


async def _serve(socket: WebSocket, hub: Hub, key: bytes) -> None:
    """Admit by the ticket, then send what is missed and what comes until it goes."""
    try:
        ticket = _admit(socket, key)
    except TicketRefused:
        await socket.close(REFUSED)
        return
    if hub.watchers >= MOST_WATCHERS:
        await socket.close(FULL)
        return
    await socket.accept()
    async with hub.watching(ticket.schema, ticket.room) as room:
        await _until_gone(socket, room, _position(socket))


def _admit(socket: WebSocket, key: bytes) -> Ticket:
    """The Origin is the page's own host: a ticket found elsewhere opens nothing."""
    site = urlsplit(socket.headers.get("origin", "")).hostname or ""
    return read_ticket(
        key,
        socket.query_params.get("ticket", ""),
        room=str(socket.path_params["room"]),
        site=site,
        now=time.time(),
    )


def _position(socket: WebSocket) -> Position:
    """Where a watcher that was here before left off: `after=<epoch>.<seq>`."""
    epoch, _, seq = socket.query_params.get("after", "").partition(".")
    return Position(epoch, int(seq)) if epoch and seq.isdecimal() else Position()


async def _until_gone(socket: WebSocket, room: LiveRoom, position: Position) -> None:
    tasks = (
        asyncio.create_task(_send_all(socket, room, position)),
        asyncio.create_task(_notice_end(socket)),
    )
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _notice_end(socket: WebSocket) -> None:
    """Whatever a watcher sends is dropped: words go in by the pages."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def _send_all(socket: WebSocket, room: LiveRoom, position: Position) -> None:
    """Frames until the socket breaks; one that takes ten seconds for a frame is let go."""
    is_new, viewers = True, -1
    try:
        while True:
            if is_new or position != room.position:
                frame, position, is_new = room.frame_since(position), room.position, False
                await asyncio.wait_for(socket.send_text(frame), SEND_SECONDS)
            if viewers != room.viewers:
                viewers = room.viewers
                await asyncio.wait_for(socket.send_text(room.viewers_text), SEND_SECONDS)
            await room.wait(position, viewers)
    except (TimeoutError, WebSocketDisconnect, RuntimeError):
        with contextlib.suppress(RuntimeError, WebSocketDisconnect, OSError):
            await socket.close(SLOW)


def config_from_environment(media: str) -> Config:
    """Raises `SystemExit` with a sentence when something needed is missing."""
    redis_url, key = os.environ.get("REDIS_URL"), os.environ.get("LIVE_TICKET_KEY", "")
    if not redis_url or not key:
        raise SystemExit("直播进程缺少环境变量 REDIS_URL 或 LIVE_TICKET_KEY")
    return Config(redis_url, bytes.fromhex(key), Path(media) if media else None)
