"""The offset of business time: one public row, cached for at most a second."""

import datetime as dt
import time
from typing import Any, cast

from django.conf import settings
from django.db import connection
from django.db.models import F

from core.errors import Refusal
from tenants.context import elsewhere, to_public
from tenants.models import ClockOffset


class ClockFixed(Refusal):
    """Business time moves only in a demonstration or a test, and only forward."""

    code = "clock_fixed"
    message = "只有演示或测试环境可以把时间向前拨"
    status = 403


class StoredOffset:
    """Fills `core.clock.ClockOffset`."""

    def __init__(self) -> None:
        self._read_at = 0.0
        self._value = dt.timedelta(0)

    def offset(self) -> dt.timedelta:
        if settings.SIYU_ENV not in ("demo", "test"):
            return dt.timedelta(0)
        if time.monotonic() - self._read_at > 1.0:
            self._value = dt.timedelta(seconds=_seconds())
            self._read_at = time.monotonic()
        return self._value

    def advance(self, by: dt.timedelta) -> dt.timedelta:
        if settings.SIYU_ENV not in ("demo", "test") or by < dt.timedelta(0):
            raise ClockFixed
        former = cast(Any, connection).tenant
        to_public()
        try:
            ClockOffset.objects.get_or_create(pk=1)
            ClockOffset.objects.filter(pk=1).update(seconds=F("seconds") + int(by.total_seconds()))
        finally:
            cast(Any, connection).set_tenant(former)
        self._read_at = 0.0
        return self.offset()


def begin_in_the_past(days: int) -> None:
    """Let a demonstration that has not begun start `days` ago, so that it has a history.

    Only the row's first value: once business time stands, it moves forward alone.
    """
    if settings.SIYU_ENV != "demo":
        raise ClockFixed
    with elsewhere():
        ClockOffset.objects.get_or_create(pk=1, defaults={"seconds": -days * 86_400})


def _seconds() -> int:
    """Qualified by schema, so that reading it needs no change of tenant."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seconds FROM public.tenants_clockoffset WHERE id = 1")
        row = cursor.fetchone()
    return int(row[0]) if row else 0
