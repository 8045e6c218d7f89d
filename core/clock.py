"""The one clock. Business time is real time plus an offset that only moves forward.

Real time stays real for signatures, tokens, leases and cookies: use `real_now`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from core import ports

SHANGHAI = ZoneInfo("Asia/Shanghai")

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


class ClockOffset(Protocol):
    """Where the offset of business time is kept."""

    def offset(self) -> timedelta: ...

    def advance(self, by: timedelta) -> timedelta: ...


def real_now() -> datetime:
    return datetime.now(UTC)


def now() -> datetime:
    """Business time, aware, in UTC."""
    frozen = _frozen.get()
    if frozen is not None:
        return frozen
    source = ports.find(ClockOffset)
    return real_now() + (source.offset() if source else timedelta(0))


def today() -> date:
    """The business day in Asia/Shanghai."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


def day_start(day: date) -> datetime:
    """The instant a business day begins, in UTC."""
    return datetime.combine(day, time.min, SHANGHAI).astimezone(UTC)


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Hold business time still: for tests and for replaying a past day."""
    token = _frozen.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
