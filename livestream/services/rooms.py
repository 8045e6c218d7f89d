"""A room's life: planned, live, ended."""

import datetime as dt

from django.db import transaction

from core import audit, clock, events
from core.locks import lock_name, lock_objects
from livestream.contracts import HostUnverified, LiveEnded, RoomStateRefused, ShelfEmpty
from livestream.models import LiveRoom
from livestream.services.channel import tell_room, tell_shelf
from livestream.services.liking import sum_likes
from livestream.services.shelf import fill_shelf, unpin
from org.models import OrgUnit, Staff


@transaction.atomic
def open_room(
    *,
    unit: OrgUnit,
    title: str,
    host_name: str,
    purpose: str = LiveRoom.Purpose.SELL,
    guide: Staff | None = None,
    planned_at: dt.datetime | None = None,
    is_host_checked: bool = False,
) -> LiveRoom:
    """Plan a room of a unit, or of a guide there. Its shelf is still empty.

    `is_host_checked` says that who the host is was verified, and that they are 16 or older.
    """
    now = clock.now()
    room = LiveRoom.objects.create(
        unit=unit,
        guide=guide,
        title=title.strip()[:60],
        purpose=LiveRoom.Purpose(purpose),
        host_name=host_name.strip()[:60],
        host_checked_at=now if is_host_checked else None,
        planned_at=planned_at or now,
        created_at=now,
    )

    audit.record("livestream.room.opened", room, after={"title": room.title, "unit": unit.name})
    return room


@transaction.atomic
def start_room(room: LiveRoom) -> LiveRoom:
    """Go on air. Starting twice is once.

    Refuses `RoomStateRefused` for an ended room, `HostUnverified`, `ShelfEmpty`.
    """
    (row,) = lock_objects(LiveRoom, [room.pk])
    if row.state == LiveRoom.State.LIVE:
        return row
    if row.state != LiveRoom.State.PLANNED:
        raise RoomStateRefused
    if row.host_checked_at is None:
        raise HostUnverified
    if not row.items.exists():
        raise ShelfEmpty

    row.state, row.started_at = LiveRoom.State.LIVE, clock.now()
    row.save(update_fields=["state", "started_at"])

    audit.record("livestream.room.started", row, after={"host": row.host_name})
    tell_room(row)
    tell_shelf(row)
    return row


@transaction.atomic
def go_live_now(guide: Staff, *, unit: OrgUnit) -> LiveRoom:
    """A guide's one tap: their room of today, with a shelf made up for them, on air.

    The room that is on air already is kept. Pressing is the guide's word that they host it
    themselves and are 16 or older. Refuses `ShelfEmpty` when the brand sells nothing.
    """
    lock_name("livestream.guide", guide.pk)
    running = LiveRoom.objects.filter(guide=guide, state=LiveRoom.State.LIVE).first()
    if running is not None:
        return running
    room = open_room(
        unit=unit,
        guide=guide,
        title=f"{unit.name} {guide.name} 的直播间",
        host_name=guide.name,
        is_host_checked=True,
    )
    fill_shelf(room)
    return start_room(room)


@transaction.atomic
def end_room(room: LiveRoom) -> LiveRoom:
    """Go off air for good; draws that are open run to their published end.

    Refuses `RoomStateRefused` unless it is live.
    """
    (row,) = lock_objects(LiveRoom, [room.pk])
    if row.state != LiveRoom.State.LIVE:
        raise RoomStateRefused

    row.state, row.ended_at = LiveRoom.State.ENDED, clock.now()
    row.save(update_fields=["state", "ended_at"])
    unpin(row)
    sum_likes(row, is_last=True)

    assert row.started_at is not None
    audit.record("livestream.room.ended", row)
    days = (clock.day_of(row.started_at), clock.day_of(row.ended_at))
    events.announce(LiveEnded(row.pk, *(day.isoformat() for day in days)))
    tell_room(row)
    tell_shelf(row)
    return row
