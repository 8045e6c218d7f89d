"""What community owes, and when it looks again."""

import datetime as dt

from community import services
from core import clock
from core.jobs import Payload, job


@job("community.open_slots", lane="send", every=dt.timedelta(minutes=5), lease_seconds=120)
def open_slots(payload: Payload) -> None:
    services.open_slots()


@job("community.close_slots", lane="send", every=dt.timedelta(minutes=5), lease_seconds=120)
def close_slots(payload: Payload) -> None:
    services.close_slots()


@job("community.refresh_group", lane="sync")
def refresh_group(payload: Payload) -> None:
    services.refresh_group(chat_id=payload["chat_id"], is_orphaned=payload.get("is_orphaned"))


@job("community.sync_groups", lane="nightly", daily_at=dt.time(1, 0))
def sync_groups(payload: Payload) -> None:
    services.sync_groups()


@job("community.copy_statistics", lane="nightly", daily_at=dt.time(1, 30))
def copy_statistics(payload: Payload) -> None:
    services.copy_statistics(clock.today() - dt.timedelta(days=1))
