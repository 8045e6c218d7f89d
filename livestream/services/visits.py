"""Coming in, staying, touching a product, going."""

import datetime as dt

from django.db import connection, transaction
from django.db.models import F

from core import clock, events
from livestream.contracts import LiveEntered, RoomNotLive
from livestream.models import Invite, LiveEvent, LiveRoom, ShelfItem, Visit
from members.models import Member
from org.selectors import find_brand_of

JUST_NOW = dt.timedelta(seconds=3)
MOST_BEAT = 30
"""Seconds that one sign of life is worth at most: pages give one every twenty."""


@transaction.atomic
def enter_room(*, room: LiveRoom, member: Member, token: str = "") -> Visit:
    """Let a member in, and keep who invited them, once and for all.

    Announces `LiveEntered` when the inviter is written. An invitation to another room is
    worth nothing. Refuses `RoomNotLive`.
    """
    if room.state != LiveRoom.State.LIVE:
        raise RoomNotLive
    now = clock.now()
    visit, is_new = Visit.objects.get_or_create(
        room=room, member=member, defaults={"entered_at": now, "seen_at": now}
    )
    if not is_new:
        _seen(room, member, "NULL")
        Visit.objects.filter(pk=visit.pk).update(entries=F("entries") + 1)

    _credit_inviter(room, visit, token)
    return visit


def _credit_inviter(room: LiveRoom, visit: Visit, token: str) -> None:
    invite = Invite.objects.filter(room=room, token=token).first() if token else None
    if invite is None:
        return
    written = Visit.objects.filter(pk=visit.pk, inviter=None).update(inviter=invite.guide_id)
    brand = find_brand_of(room.unit)
    if not written or brand is None or room.started_at is None:
        return
    visit.inviter_id = invite.guide_id
    started = room.started_at.isoformat()
    events.announce(
        LiveEntered(room.public_id, visit.member_id, invite.guide_id, started, brand.pk)
    )


def beat(*, room: LiveRoom, member: Member) -> bool:
    """A sign of life: what passed since the last one counts as watched, 30 s at most.

    False, and nothing counted, unless the room is live and the member came in.
    """
    return _seen(room, member, "NULL") if room.state == LiveRoom.State.LIVE else False


def leave_room(*, room: LiveRoom, member: Member) -> bool:
    """The page was closed: the last stretch counts, and the visit has an end for now.

    Right after coming in it is the former page that says so, late: then nothing happens.
    """
    fresh = Visit.objects.filter(room=room, member=member, seen_at__gt=clock.now() - JUST_NOW)
    return False if fresh.exists() else _seen(room, member, "%(now)s")


def _seen(room: LiveRoom, member: Member, left_at: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE livestream_visit SET left_at = {left_at}, seen_at = %(now)s,
                    seconds = seconds + CASE WHEN left_at IS NULL THEN
                        LEAST(%(most)s, GREATEST(0, EXTRACT(EPOCH FROM %(now)s - seen_at)))::int
                    ELSE 0 END
                WHERE room_id = %(room)s AND member_id = %(member)s""",
            {"now": clock.now(), "most": MOST_BEAT, "room": room.pk, "member": member.pk},
        )
        return bool(cursor.rowcount)


def click_item(*, item: ShelfItem, member: Member) -> LiveEvent:
    """Note that a member turned to a product on the shelf."""
    return LiveEvent.objects.create(
        room_id=item.room_id,
        kind=LiveEvent.Kind.CLICK,
        member=member,
        item=item,
        at=clock.now(),
    )
