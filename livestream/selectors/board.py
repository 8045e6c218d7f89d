"""What a room came to, in all and for each guide who invited (docs/rules.md, 直播)."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from core import clock, ports
from livestream.contracts import LiveChannel
from livestream.models import LiveRoom

STAYED_SECONDS = 60


@dataclass(frozen=True)
class Totals:
    """Counts of people, seconds and fen of a room until now."""

    viewers_now: int
    people: int
    views: int
    seconds: int
    clickers: int
    orders: int
    payers: int
    paid_fen: int
    net_fen: int
    likes: int
    comments: int


@dataclass(frozen=True)
class Funnel:
    """One guide's invitations: opened, entered, stayed, clicked, ordered, in fen at last."""

    guide_id: int
    guide: str
    unit: str
    invited: int
    entered: int
    stayed: int
    clicked: int
    buyers: int
    paid_fen: int
    net_fen: int


_TOTALS = """
WITH visits AS (SELECT member_id, entries, seconds, likes FROM livestream_visit
                WHERE room_id = %(room)s),
orders AS (SELECT member_id, paid_fen, refunded_fen FROM fact_order
           WHERE room_ref = %(ref)s AND kind = 'sale' AND paid_at IS NOT NULL
             AND placed_at BETWEEN %(from)s AND %(until)s)
SELECT (SELECT count(*) FROM visits), (SELECT coalesce(sum(entries), 0) FROM visits),
       (SELECT coalesce(sum(seconds), 0) FROM visits),
       (SELECT count(DISTINCT member_id) FROM livestream_liveevent
        WHERE room_id = %(room)s AND kind = 'click'),
       (SELECT count(*) FROM orders), (SELECT count(DISTINCT member_id) FROM orders),
       (SELECT coalesce(sum(paid_fen), 0) FROM orders),
       (SELECT coalesce(sum(paid_fen - refunded_fen), 0) FROM orders),
       (SELECT coalesce(sum(likes), 0) FROM visits),
       (SELECT count(*) FROM livestream_comment WHERE room_id = %(room)s AND state = 'shown')
"""

_BOARD = """
WITH invites AS (SELECT id, guide_id FROM livestream_invite WHERE room_id = %(room)s),
opened AS (SELECT i.guide_id, count(*) AS n FROM livestream_liveevent e
           JOIN invites i ON i.id = e.invite_id WHERE e.kind = 'open' GROUP BY i.guide_id),
visits AS (SELECT inviter_id AS guide_id, member_id, seconds FROM livestream_visit
           WHERE room_id = %(room)s AND inviter_id IS NOT NULL),
clickers AS (SELECT DISTINCT member_id FROM livestream_liveevent
             WHERE room_id = %(room)s AND kind = 'click'),
orders AS (SELECT member_id, sum(paid_fen) AS paid_fen, sum(refunded_fen) AS back_fen
           FROM fact_order
           WHERE room_ref = %(ref)s AND kind = 'sale' AND paid_at IS NOT NULL
             AND placed_at BETWEEN %(from)s AND %(until)s
           GROUP BY member_id)
SELECT i.guide_id, s.name, u.name, greatest(coalesce(o.n, 0), count(v.member_id)),
       count(v.member_id), count(*) FILTER (WHERE v.seconds >= %(stayed)s), count(c.member_id),
       count(b.member_id), coalesce(sum(b.paid_fen), 0),
       coalesce(sum(b.paid_fen - b.back_fen), 0)
FROM invites i JOIN org_staff s ON s.id = i.guide_id
LEFT JOIN org_orgunit u ON u.id = s.unit_id
LEFT JOIN opened o ON o.guide_id = i.guide_id
LEFT JOIN visits v ON v.guide_id = i.guide_id
LEFT JOIN clickers c ON c.member_id = v.member_id
LEFT JOIN orders b ON b.member_id = v.member_id
WHERE %(guide)s IS NULL OR i.guide_id = %(guide)s
GROUP BY i.guide_id, s.name, u.name, o.n
ORDER BY 10 DESC, 5 DESC, i.guide_id
"""


def totals_of(room: LiveRoom) -> Totals:
    channel = ports.find(LiveChannel)
    is_live = room.state == LiveRoom.State.LIVE
    now = channel.viewers(room.public_id) if channel and is_live else 0
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, _times(room))
        return Totals(now, *(int(value) for value in cursor.fetchone()))


def invite_board(room: LiveRoom, guide_id: int | None = None) -> list[Funnel]:
    """A row for each guide with an invitation to the room, the best first.

    Who entered by an invitation was invited, though their browser forgot it.
    """
    parameters = {**_times(room), "guide": guide_id, "stayed": STAYED_SECONDS}
    with connection.cursor() as cursor:
        cursor.execute(_BOARD, parameters)
        return [Funnel(row[0], row[1], row[2] or "", *map(int, row[3:])) for row in cursor]


def _times(room: LiveRoom) -> dict[str, Any]:
    """The room, and when its orders were placed: the time has an index, the room has none."""
    now = clock.now()
    return {
        "room": room.pk,
        "ref": room.public_id,
        "from": room.started_at or now,
        "until": room.ended_at or now,
    }
