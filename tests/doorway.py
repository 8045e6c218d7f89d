"""A loopback door for what the twin pushes: its bytes, handed to the product in this thread.

The product's rows live in the test's own transaction, which no other thread can see. So a
server thread only carries: it holds each request until the test has answered it.
"""

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar, cast

from django.db import connection
from django.http import HttpResponse
from django.test import Client

from tenants.models import Tenant

T = TypeVar("T")


@dataclass
class Push:
    """A request as it arrived, and the place for its answer."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    answered: "queue.Queue[HttpResponse]" = field(default_factory=queue.Queue)

    def deliver(self) -> HttpResponse:
        """Hand it to the product as it is."""
        named = {f"HTTP_{k.upper().replace('-', '_')}": v for k, v in self.headers.items()}
        kind = named.pop("HTTP_CONTENT_TYPE", "")
        for name in ("HTTP_CONTENT_LENGTH", "HTTP_CONNECTION", "HTTP_ACCEPT_ENCODING"):
            named.pop(name, None)
        client: Any = Client(raise_request_exception=False)
        return client.generic(self.method, self.path, self.body, content_type=kind, **named)


class Doorway:
    """`only` is what a path must hold; a push of an earlier test, told again, is waved off."""

    def __init__(self) -> None:
        self.only = ""
        self.pushes: queue.Queue[Push] = queue.Queue()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        door = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._carry()

            def do_POST(self) -> None:
                self._carry()

            def _carry(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                push = Push(self.command, self.path, dict(self.headers), body)
                answer = door.ask(push)
                self.send_response(answer.status_code)
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            def log_message(self, *_: Any) -> None:
                return None

        return Handler

    def ask(self, push: Push) -> HttpResponse:
        """What the test says to a push; called on the thread of the server."""
        if self.only not in push.path:
            return HttpResponse("success")
        self.pushes.put(push)
        return push.answered.get(timeout=20)

    def receive(self) -> HttpResponse:
        """Deliver the next push and let its sender have the answer."""
        push = self.pushes.get(timeout=20)
        answer = push.deliver()
        push.answered.put(answer)
        return answer

    def receive_during(self, act: Callable[[], T]) -> tuple[T, HttpResponse]:
        """`act` makes the twin push, and may wait for the answer: give it meanwhile."""
        with ThreadPoolExecutor(1) as pool:
            done = pool.submit(act)
            answer = self.receive()
            return done.result(timeout=20), answer

    def hold_during(self, act: Callable[[], T]) -> tuple[T, Push]:
        """As `receive_during`; the twin hears "success", and the test keeps the push."""
        with ThreadPoolExecutor(1) as pool:
            done = pool.submit(act)
            push = self.pushes.get(timeout=20)
            push.answered.put(HttpResponse("success"))
            return done.result(timeout=20), push

    def stand_on(self, slug: str) -> None:
        """A delivered request leaves the connection on public: go back."""
        cast(Any, connection).set_tenant(Tenant.objects.get(slug=slug))


@contextmanager
def open_doorway() -> Iterator[Doorway]:
    door = Doorway()
    try:
        yield door
    finally:
        door.close()
