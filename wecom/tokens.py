"""One token for all processes: fetched once, renewed once, never in a loop."""

import time
import uuid
from collections.abc import Callable

from core.errors import Outcome, PortFailure
from wecom.shelf import WINDOW_SECONDS, on_shelf

WAIT_SECONDS = 3.0
MAX_FETCHES = 2
"""Fetches of one token within a minute: a token that is always rejected stays cheap."""

Fetch = Callable[[], tuple[str, int]]


class Tokens:
    """The token called `name`; `fetch` asks upstream and gives (token, seconds)."""

    def __init__(self, name: str, fetch: Fetch) -> None:
        self._name = name
        self._fetch = fetch

    def current(self) -> str:
        """The kept token, or a fresh one. Raises `PortFailure`."""
        return on_shelf(lambda shelf: shelf.get(self._name)) or self._fetch_alone()

    def renew(self, rejected: str) -> str:
        """Another token than the one that was rejected."""
        on_shelf(lambda shelf: shelf.drop(self._name, rejected))
        return self.current()

    def _fetch_alone(self) -> str:
        """Single flight: one process fetches, the others wait for what it puts down."""
        owner = uuid.uuid4().hex
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            if on_shelf(lambda shelf: shelf.take_turn(self._name, owner)):
                try:
                    kept = on_shelf(lambda shelf: shelf.get(self._name))
                    return kept or self._fetch_now()
                finally:
                    on_shelf(lambda shelf: shelf.end_turn(self._name, owner))
            time.sleep(0.03)
            kept = on_shelf(lambda shelf: shelf.get(self._name))
            if kept:
                return kept
        raise PortFailure(
            "token_busy", "正在获取访问凭证，请稍后再试", outcome=Outcome.RETRYABLE, retry_after=2
        )

    def _fetch_now(self) -> str:
        if on_shelf(lambda shelf: shelf.count_fetch(self._name)) > MAX_FETCHES:
            raise PortFailure(
                "token_refused",
                "访问凭证反复被拒绝，稍后再试",
                outcome=Outcome.RETRYABLE,
                retry_after=WINDOW_SECONDS,
            )
        token, seconds = self._ask()
        margin = 300 if seconds > 900 else seconds // 10
        on_shelf(lambda shelf: shelf.put(self._name, token, max(1, seconds - margin)))
        return token

    def _ask(self) -> tuple[str, int]:
        """Without a token no call goes out: whatever was to be called was not tried."""
        try:
            return self._fetch()
        except PortFailure as failure:
            if failure.outcome is Outcome.REJECTED:
                raise
            raise PortFailure(
                "token_unavailable",
                failure.text,
                outcome=Outcome.RETRYABLE,
                retry_after=failure.retry_after,
            ) from failure
