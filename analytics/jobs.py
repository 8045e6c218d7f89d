"""Handlers: look up, one service call."""

import datetime as dt

from analytics.services import (
    note_order_days,
    note_refund_days,
    note_stale_range,
    run_nightly,
)
from core.jobs import Payload, job


@job("analytics.run_nightly", lane="nightly", lease_seconds=1800, daily_at=dt.time(2, 30))
def nightly(payload: Payload) -> None:
    run_nightly()


@job("analytics.note_order", lane="nightly")
def note_order(payload: Payload) -> None:
    note_order_days(payload["order_id"])


@job("analytics.note_refund", lane="nightly")
def note_refund(payload: Payload) -> None:
    note_refund_days(payload["refund_id"])


@job("analytics.note_import", lane="nightly")
def note_import(payload: Payload) -> None:
    first = dt.date.fromisoformat(payload["first_day"])
    note_stale_range(first, dt.date.fromisoformat(payload["last_day"]))
