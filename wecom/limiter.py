"""Staying under the platform's frequency limits, for each corp and API apart.

The published limit of one corp and one API is 10,000 calls a minute (document 90454).
"""

import time
from collections import OrderedDict
from dataclasses import dataclass

from django.conf import settings

from core.context import tkey
from core.errors import Outcome, PortFailure
from wecom.errcodes import meaning
from wecom.redis_link import RedisError, find_redis, report_down

RATE = 150.0
BURST = 300.0
ALONE_SHARE = 0.1
"""Without Redis no process knows of the others, so each takes a tenth."""

MAX_PAUSE_SECONDS = 3_600

_TAKE = """
local pause = redis.call('pttl', KEYS[2])
if pause > 0 then return {0, tostring(pause / 1000)} end
local rate, burst, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local kept = redis.call('hmget', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(kept[1]) or burst, tonumber(kept[2]) or now
tokens = math.min(burst, tokens + math.max(0, now - at) * rate)
local wait = '0'
if tokens >= 1 then tokens = tokens - 1 else wait = tostring((1 - tokens) / rate) end
redis.call('hset', KEYS[1], 'tokens', tokens, 'at', now)
redis.call('pexpire', KEYS[1], 60000)
if wait == '0' then return {1, '0'} end
return {0, wait}
"""


@dataclass
class _Alone:
    """A bucket of this process alone."""

    tokens: float
    at: float
    paused_until: float = 0.0

    def wait(self, now: float, rate: float, burst: float) -> float:
        if now < self.paused_until:
            return self.paused_until - now
        self.tokens = min(burst, self.tokens + (now - self.at) * rate)
        self.at = now
        if self.tokens < 1:
            return (1 - self.tokens) / rate
        self.tokens -= 1
        return 0.0


_alone: OrderedDict[str, _Alone] = OrderedDict()


def admit(corp_id: str, api: str) -> None:
    """Take one call from the bucket; raises a retryable `PortFailure` when it is empty."""
    wait = _wait(corp_id, api)
    if wait > 0:
        raise PortFailure("throttled", meaning(45009), outcome=Outcome.RETRYABLE, retry_after=wait)


def pause(corp_id: str, api: str) -> float:
    """The platform said 45009: stop this corp and API; seconds until the next call.

    A block lasts as long as the window that overflowed, which nobody tells us, so a
    repeat within the hour waits four times longer.
    """
    link = find_redis()
    bucket = _bucket(corp_id, api)
    if link is not None:
        try:
            strikes = tkey("wecom-strikes", corp_id, api)
            with link.pipeline() as pipe:
                pipe.incr(strikes)
                pipe.expire(strikes, MAX_PAUSE_SECONDS)
                count = int(pipe.execute()[0])
            first = settings.WECOM_PAUSE_MS / 1_000
            seconds = min(MAX_PAUSE_SECONDS, first * 4 ** (min(count, 4) - 1))
            link.set(tkey("wecom-pause", corp_id, api), 1, px=max(1, round(seconds * 1_000)))
        except RedisError:
            report_down()
        else:
            return float(seconds)
    bucket.paused_until = time.monotonic() + 60
    return 60.0


def _wait(corp_id: str, api: str) -> float:
    link = find_redis()
    if link is not None:
        keys = [tkey("wecom-bucket", corp_id, api), tkey("wecom-pause", corp_id, api)]
        try:
            taken = link.eval(_TAKE, 2, *keys, RATE, BURST, time.time())
        except RedisError:
            report_down()
        else:
            return 0.0 if int(taken[0]) else max(0.01, float(taken[1]))
    bucket = _bucket(corp_id, api)
    return bucket.wait(time.monotonic(), RATE * ALONE_SHARE, BURST * ALONE_SHARE)


def _bucket(corp_id: str, api: str) -> _Alone:
    key = tkey(corp_id, api)
    if key not in _alone:
        _alone[key] = _Alone(BURST * ALONE_SHARE, time.monotonic())
        if len(_alone) > 10_000:
            _alone.popitem(last=False)
    return _alone[key]
