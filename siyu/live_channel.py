"""Fills `livestream.contracts.LiveChannel` by Redis, which may lose all of it."""

import json
import uuid
from typing import Any

import redis
import structlog
from django.conf import settings
from redis.exceptions import RedisError

from core.context import schema
from livestream.live.wire import (
    LIFE_SECONDS,
    PUBLISH,
    RECENT,
    base_of,
    keys_of,
    viewers_key,
)

log = structlog.get_logger(__name__)


class RedisLiveChannel:
    """One pool of connections for the process; what cannot be said is written to the log."""

    def __init__(self) -> None:
        self._link = redis.Redis.from_url(
            settings.REDIS_URL,
            decode_responses=True,
            socket_connect_timeout=0.5,
            socket_timeout=1.0,
        )
        self._publish = self._link.register_script(PUBLISH)

    def publish(self, room: str, kind: str, body: Any, *, keep: bool = False) -> None:
        base = base_of(schema(), room)
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        arguments: list[str | int] = [
            uuid.uuid4().hex[:12],
            kind,
            text,
            int(keep),
            RECENT,
            LIFE_SECONDS,
            base,
        ]
        try:
            self._publish(keys=keys_of(base), args=arguments)
        except (RedisError, OSError) as error:
            log.warning("live_channel_down", room=room, kind=kind, error=str(error))

    def viewers(self, room: str) -> int:
        try:
            counts: Any = self._link.hvals(viewers_key(base_of(schema(), room)))
        except (RedisError, OSError):
            return 0
        return sum(int(count) for count in counts)
