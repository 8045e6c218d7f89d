"""Where tokens are kept for all processes: Redis, or a table while Redis is away.

A token is a secret: it is sealed before it leaves the process.
"""

import datetime as dt
import hashlib
from collections.abc import Callable
from typing import Protocol, TypeVar

import redis
from django.db import models

from core import clock, crypto
from core.context import tkey
from wecom.models import KeptToken
from wecom.redis_link import RedisError, find_redis, report_down

T = TypeVar("T")

WINDOW_SECONDS = 60
TURN_SECONDS = 8


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class Shelf(Protocol):
    def get(self, name: str) -> str | None: ...

    def put(self, name: str, token: str, seconds: int) -> None: ...

    def drop(self, name: str, token: str) -> None:
        """Forget this token, unless somebody has put a newer one."""
        ...

    def take_turn(self, name: str, owner: str) -> bool: ...

    def end_turn(self, name: str, owner: str) -> None: ...

    def count_fetch(self, name: str) -> int:
        """How many fetches this makes within the running minute."""
        ...


def on_shelf(use: Callable[[Shelf], T]) -> T:
    link = find_redis()
    if link is not None:
        try:
            return use(RedisShelf(link))
        except RedisError:
            report_down()
    return use(TableShelf())


_DROP = """
if redis.call('hget', KEYS[1], 'digest') == ARGV[1] then redis.call('del', KEYS[1]) end
"""
_END_TURN = "if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end"


class RedisShelf:
    def __init__(self, link: "redis.Redis") -> None:
        self._link = link

    def get(self, name: str) -> str | None:
        sealed = self._link.hget(tkey("token", name), "sealed")
        return crypto.decrypt(str(sealed)) if sealed else None

    def put(self, name: str, token: str, seconds: int) -> None:
        key = tkey("token", name)
        with self._link.pipeline() as pipe:
            pipe.hset(key, mapping={"sealed": crypto.encrypt(token), "digest": digest(token)})
            pipe.expire(key, max(1, seconds))
            pipe.execute()

    def drop(self, name: str, token: str) -> None:
        self._link.eval(_DROP, 1, tkey("token", name), digest(token))

    def take_turn(self, name: str, owner: str) -> bool:
        key = tkey("token-turn", name)
        return bool(self._link.set(key, owner, nx=True, ex=TURN_SECONDS))

    def end_turn(self, name: str, owner: str) -> None:
        self._link.eval(_END_TURN, 1, tkey("token-turn", name), owner)

    def count_fetch(self, name: str) -> int:
        key = tkey("token-fetches", name)
        with self._link.pipeline() as pipe:
            pipe.set(key, 0, nx=True, ex=WINDOW_SECONDS)
            pipe.incr(key)
            return int(pipe.execute()[1])


class TableShelf:
    def get(self, name: str) -> str | None:
        row = KeptToken.objects.filter(name=name, expires_at__gt=clock.real_now()).first()
        return row.value if row and row.value else None

    def put(self, name: str, token: str, seconds: int) -> None:
        expires_at = clock.real_now() + dt.timedelta(seconds=seconds)
        self._row(name).update(value=token, digest=digest(token), expires_at=expires_at)

    def drop(self, name: str, token: str) -> None:
        self._row(name).filter(digest=digest(token)).update(value="", expires_at=None)

    def take_turn(self, name: str, owner: str) -> bool:
        now = clock.real_now()
        free = models.Q(turn_until=None) | models.Q(turn_until__lt=now)
        until = now + dt.timedelta(seconds=TURN_SECONDS)
        rows = self._row(name).filter(free)
        return bool(rows.update(turn_owner=owner, turn_until=until))

    def end_turn(self, name: str, owner: str) -> None:
        self._row(name).filter(turn_owner=owner).update(turn_until=None)

    def count_fetch(self, name: str) -> int:
        now = clock.real_now()
        over = models.Q(window_until=None) | models.Q(window_until__lt=now)
        until = now + dt.timedelta(seconds=WINDOW_SECONDS)
        if not self._row(name).filter(over).update(fetches=1, window_until=until):
            self._row(name).update(fetches=models.F("fetches") + 1)
        return KeptToken.objects.get(name=name).fetches

    def _row(self, name: str) -> models.QuerySet[KeptToken]:
        KeptToken.objects.get_or_create(name=name)
        return KeptToken.objects.filter(name=name)
