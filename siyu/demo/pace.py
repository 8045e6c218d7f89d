"""How the story moves on: business time for everybody at once, and waiting for what follows."""

import datetime as dt
import time
from collections.abc import Callable

from django.db import transaction

from core import clock, ports
from core.clock import ClockOffset
from siyu.demo.upstream import Upstream

PATIENCE_SECONDS = 90.0


def pass_time(upstream: Upstream, by: dt.timedelta) -> None:
    """Move the business time of the product and of the twin forward."""
    offset = ports.get(ClockOffset).advance(by)
    upstream.set_clock(int(offset.total_seconds()))
    time.sleep(1.1)  # every process reads the offset at most a second late


def pass_until(upstream: Upstream, moment: dt.datetime) -> None:
    """Move business time forward to `moment`, and a few seconds beyond it."""
    pass_time(upstream, moment - clock.now() + dt.timedelta(seconds=5))


def come_back_to_now(upstream: Upstream) -> None:
    clock_offset = ports.get(ClockOffset)
    behind = clock_offset.offset()
    if behind < dt.timedelta(0):
        clock_offset.advance(-behind)
        upstream.set_clock(0)
        time.sleep(1.1)


def wait_for(what: str, is_done: Callable[[], bool]) -> None:
    """Until the running processes have done their part; raises when they do not."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with transaction.atomic():
            if is_done():
                return
        time.sleep(0.2)
    raise RuntimeError(f"等不到{what}")
