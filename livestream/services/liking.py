"""Likes: real ones, of real people, and never lost.

A like is added to its own visit at once; the room's sum follows at most once a second.
What is shown on the way may be lost with the channel, the likes may not.
"""

import datetime as dt

from django.db.models import F, Q, Sum

from core import clock
from livestream.contracts import RoomNotLive
from livestream.models import LiveRoom, Visit
from livestream.services.channel import tell
from members.models import Member

MOST_WEIGHT = 10
SECOND = dt.timedelta(seconds=1)


def like(*, room: LiveRoom, member: Member, weight: int = 1) -> int:
    """Add up to ten likes of a member; how many were counted.

    Once in a second: what comes faster counts nothing, whoever sends it. Refuses
    `RoomNotLive`.
    """
    if room.state != LiveRoom.State.LIVE:
        raise RoomNotLive
    counted, now = max(1, min(MOST_WEIGHT, weight)), clock.now()
    due = Q(liked_at=None) | Q(liked_at__lte=now - SECOND)
    mine = Visit.objects.filter(due, room=room, member=member)
    if not mine.update(likes=F("likes") + counted, liked_at=now):
        return 0
    sum_likes(room)
    return counted


def sum_likes(room: LiveRoom, *, is_last: bool = False) -> bool:
    """Bring the room's sum up to date, unless that was done within the last second."""
    now = clock.now()
    rows = LiveRoom.objects.filter(pk=room.pk)
    if not is_last:
        rows = rows.filter(Q(likes_at=None) | Q(likes_at__lte=now - SECOND))
    if not rows.exists():
        return False
    total = Visit.objects.filter(room=room).aggregate(total=Sum("likes"))["total"] or 0
    if not rows.filter(likes__lte=total).update(likes=total, likes_at=now):
        return False

    tell(room, "likes", lambda: total, keep=True)
    return True
