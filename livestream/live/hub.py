"""All rooms of this process and their one subscription to Redis."""

import asyncio
import contextlib
import logging
import uuid
from collections.abc import AsyncIterator

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from livestream.live.room import LiveRoom, Message, Position
from livestream.live.wire import READ, VIEWER_SECONDS, base_of, keys_of, viewers_key

BUNCH_SECONDS = 0.1
VIEWERS_EVERY = 2.0
PAUSE_SECONDS = 1.0

log = logging.getLogger("siyu.live")


class Hub:
    """Rooms come with their first watcher and go with the last."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._read = redis.register_script(READ)
        self._rooms: dict[str, LiveRoom] = {}
        self._pubsub: PubSub = redis.pubsub(ignore_subscribe_messages=True)
        self._fresh: set[str] = set()
        self._gate = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
        self.me = uuid.uuid4().hex[:12]

    @property
    def watchers(self) -> int:
        return sum(room.watchers for room in self._rooms.values())

    @property
    def rooms(self) -> int:
        return len(self._rooms)

    async def start(self) -> None:
        await self._pubsub.subscribe("siyu:live:idle")
        loops = (self._listen(), self._bunch(), self._count())
        self._tasks = [asyncio.create_task(loop) for loop in loops]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(RedisError, OSError):
            await self._pubsub.aclose()  # type: ignore[no-untyped-call]
            await self._redis.aclose()

    async def is_ready(self) -> bool:
        try:
            return bool(await self._redis.ping())
        except (RedisError, OSError):
            return False

    @contextlib.asynccontextmanager
    async def watching(self, schema: str, name: str) -> AsyncIterator[LiveRoom]:
        """The room, subscribed before it is read, so that nothing falls in between."""
        base = base_of(schema, name)
        async with self._gate:
            room = self._rooms.setdefault(base, LiveRoom(base))
            room.watchers += 1
            if not room.is_known:
                await self._open(room)
        try:
            yield room
        finally:
            await self._leave(room)

    async def _leave(self, room: LiveRoom) -> None:
        async with self._gate:
            room.watchers -= 1
            if room.watchers:
                return
            self._rooms.pop(room.base, None)
            with contextlib.suppress(RedisError, OSError):
                await self._pubsub.unsubscribe(room.base)
                await self._redis.hdel(viewers_key(room.base), self.me)

    async def _open(self, room: LiveRoom) -> None:
        try:
            await self._pubsub.subscribe(room.base)
            await self._reload(room)
        except (RedisError, OSError) as error:
            log.warning("room_unread %s: %s", room.base, error)

    async def _reload(self, room: LiveRoom) -> None:
        epoch, seq, kept, recent = await self._read(keys=keys_of(room.base))
        pairs = dict(zip(kept[::2], kept[1::2], strict=True))
        room.reset(Position(epoch, int(seq)), pairs, recent)

    async def _listen(self) -> None:
        """News as it comes; after a broken line everything is read again."""
        while True:
            try:
                message = await self._pubsub.get_message(timeout=1.0)
                if message is not None:
                    await self._hear(str(message["channel"]), str(message["data"]))
            except (RedisError, OSError) as error:
                log.warning("redis_lost: %s", error)
                await asyncio.sleep(PAUSE_SECONDS)
                await self._read_all_again()

    async def _read_all_again(self) -> None:
        for room in list(self._rooms.values()):
            with contextlib.suppress(RedisError, OSError):
                await self._pubsub.subscribe(room.base)
                await self._reload(room)

    async def _hear(self, base: str, text: str) -> None:
        room = self._rooms.get(base)
        if room is None or not room.is_known:
            return
        if room.hear(Message.read(text)):
            self._fresh.add(base)
        else:
            await self._reload(room)

    async def _bunch(self) -> None:
        while True:
            await asyncio.sleep(BUNCH_SECONDS)
            fresh, self._fresh = self._fresh, set()
            for base in fresh:
                if base in self._rooms:
                    self._rooms[base].show()

    async def _count(self) -> None:
        """Say how many watch here, for as long as this process lives to say it."""
        while True:
            await asyncio.sleep(VIEWERS_EVERY)
            for room in list(self._rooms.values()):
                with contextlib.suppress(RedisError, OSError):
                    await self._count_in(room)

    async def _count_in(self, room: LiveRoom) -> None:
        key = viewers_key(room.base)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(key, self.me, str(room.watchers))
            pipe.expire(key, VIEWER_SECONDS)
            pipe.hvals(key)
            *_, counts = await pipe.execute()
        viewers = sum(int(count) for count in counts)
        if viewers != room.viewers:
            room.viewers = viewers
            room.wake()
