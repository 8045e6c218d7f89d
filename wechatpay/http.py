"""Talking HTTP to WeChat Pay: bounded in time and size, and honest about lost answers."""

import os
import time
from dataclasses import dataclass

import httpx

MAX_ANSWER_BYTES = 1024 * 1024
_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)


class NeverSent(Exception):
    """No connection was made, so nothing can have happened at the other side."""


class NoAnswer(Exception):
    """The request went out and no usable answer came back: anything may have happened."""


@dataclass(frozen=True)
class Answer:
    """`headers` compare without case."""

    status: int
    body: bytes
    headers: httpx.Headers


_client: httpx.Client | None = None


def _shared_client() -> httpx.Client:
    global _client  # noqa: PLW0603  one pool for each process
    if _client is None:
        _client = httpx.Client(
            follow_redirects=False,
            trust_env=False,
            limits=httpx.Limits(max_connections=20, keepalive_expiry=2.0),
            headers={"User-Agent": "Siyu/1", "Accept-Encoding": "identity"},
        )
    return _client


def _forget_client() -> None:
    global _client  # noqa: PLW0603  a forked child must not share its parent's sockets
    _client = None


os.register_at_fork(after_in_child=_forget_client)


def exchange(
    method: str, url: str, *, headers: dict[str, str], content: bytes, seconds: float
) -> Answer:
    """One signed request to exactly this URL, answered within `seconds` in all.

    Redirects are not followed. Raises `NeverSent` and `NoAnswer`.
    """
    deadline = time.monotonic() + seconds
    timeout = httpx.Timeout(seconds, connect=min(2.0, seconds), pool=min(2.0, seconds))
    try:
        with _shared_client().stream(
            method, url, headers=headers, content=content, timeout=timeout
        ) as response:
            body = _read(response, deadline)
            return Answer(response.status_code, body, response.headers)
    except _NEVER_SENT as error:
        raise NeverSent(type(error).__name__) from error
    except httpx.HTTPError as error:
        raise NoAnswer(type(error).__name__) from error


def _read(response: httpx.Response, deadline: float) -> bytes:
    parts: list[bytes] = []
    size = 0
    for chunk in response.iter_raw():
        size += len(chunk)
        if size > MAX_ANSWER_BYTES:
            raise NoAnswer("answer too long")
        if time.monotonic() > deadline:
            raise NoAnswer("answer too slow")
        parts.append(chunk)
    return b"".join(parts)
