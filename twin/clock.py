"""Two clocks: real time for the protocol, shifted time for the business."""

import time
from datetime import datetime, timedelta, timezone

from twin.store import Store

SHANGHAI = timezone(timedelta(hours=8))

DDL = """
CREATE TABLE IF NOT EXISTS clock (id INTEGER PRIMARY KEY CHECK (id = 1), offset_seconds REAL);
"""


class Clock:
    """Real seconds decide tokens, codes, signatures and headers.

    Business seconds are real seconds plus an offset set by ``POST /_twin/clock``;
    they are what CreateTime, createtime and success_time show.
    """

    def __init__(self, store: Store) -> None:
        store.ensure(DDL)
        self._store = store

    def real(self) -> float:
        """Unix seconds of this machine."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds that never step back; on Linux they survive a restart of the twin."""
        return time.monotonic()

    @property
    def offset(self) -> float:
        """Seconds between business and real time."""
        found = self._store.value("SELECT offset_seconds FROM clock")
        return float(found or 0)

    def set_offset(self, seconds: float) -> None:
        """Move business time to real time plus ``seconds``."""
        self._store.upsert("clock", id=1, offset_seconds=seconds)

    def business(self) -> int:
        """Whole unix seconds of business time."""
        return int(self.real() + self.offset)

    def business_rfc3339(self) -> str:
        """Business time as WeChat Pay writes it, e.g. 2026-11-22T10:00:00+08:00."""
        return rfc3339(self.business())


def rfc3339(unix_seconds: float) -> str:
    """A unix time in Asia/Shanghai with second resolution."""
    return datetime.fromtimestamp(int(unix_seconds), SHANGHAI).isoformat()
