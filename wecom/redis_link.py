"""Redis as a shared memory that may be away: asked quickly, left alone while it fails."""

import time

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

REST_SECONDS = 2.0

_link: "redis.Redis | None" = None
_down_until = 0.0

__all__ = ["RedisError", "find_redis", "report_down"]


def find_redis() -> "redis.Redis | None":
    """The connection, or None for a while after it failed."""
    global _link  # noqa: PLW0603  one pool for each process, safe across a fork
    if time.monotonic() < _down_until:
        return None
    if _link is None:
        _link = redis.Redis.from_url(
            settings.REDIS_URL,
            socket_connect_timeout=0.3,
            socket_timeout=0.5,
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
        )
    return _link


def report_down() -> None:
    """Spare the next callers the wait: a hanging Redis costs one time-out in two seconds."""
    global _down_until  # noqa: PLW0603
    _down_until = time.monotonic() + REST_SECONDS
