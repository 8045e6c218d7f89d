"""Redis as a shared memory that may be away: asked quickly, left alone while it fails."""

import time
from dataclasses import dataclass

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

REST_SECONDS = 2.0

__all__ = ["RedisError", "find_redis", "report_down"]


@dataclass
class _Link:
    """A connection pool, safe across a fork, and until when it is left alone."""

    pool: "redis.Redis"
    down_until: float = 0.0


_links: dict[str, _Link] = {}


def find_redis() -> "redis.Redis | None":
    """The connection, or None for a while after it failed."""
    link = _link()
    return None if time.monotonic() < link.down_until else link.pool


def report_down() -> None:
    """Spare the next callers the wait: a hanging Redis costs one time-out in two seconds."""
    _link().down_until = time.monotonic() + REST_SECONDS


def _link() -> _Link:
    url = settings.REDIS_URL
    if url not in _links:
        pool = redis.Redis.from_url(
            url,
            socket_connect_timeout=0.3,
            socket_timeout=0.5,
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
        )
        _links[url] = _Link(pool)
    return _links[url]
