"""Draws: published with a commitment, frozen at the published end, then revealed."""

import datetime as dt
import secrets

from django.db import connection, transaction

from core import audit, clock, jobs
from core.locks import lock_objects
from livestream import lottery
from livestream.contracts import (
    DrawClosed,
    DrawIneligible,
    DrawStillOpen,
    DrawTermsMissing,
    PrizeUnlawful,
    RoomNotLive,
)
from livestream.models import Draw, DrawEntry, LiveRoom, Visit
from livestream.selectors.draws import has_bought, list_buyers
from livestream.services.channel import tell_draws
from livestream.services.talking import masked_name
from livestream.terms import Terms
from members.models import Member

MOST_VALUE_FEN = 5_000_000
MOST_PRIZES = 1_000
MOST_MINUTES = 24 * 60


@transaction.atomic
def open_draw(
    *, room: LiveRoom, kind: str, prize: str, prize_value_fen: int, prizes: int, minutes: int
) -> Draw:
    """Publish a draw and its commitment; entries close after `minutes`, not before.

    `prize_value_fen` is for one prize. Nothing that is published can be changed after.
    Refuses `RoomNotLive`, `PrizeUnlawful`, `DrawTermsMissing`.
    """
    if room.state != LiveRoom.State.LIVE:
        raise RoomNotLive
    _check(prize, prize_value_fen, prizes, minutes)

    opened_at = clock.now().replace(microsecond=0)
    draw = Draw(
        room=room,
        kind=Draw.Kind(kind),
        prize=prize.strip()[:60],
        prize_value_fen=prize_value_fen,
        prizes=prizes,
        seed=secrets.token_hex(lottery.SEED_BYTES),
        opened_at=opened_at,
        closes_at=opened_at + dt.timedelta(minutes=minutes),
    )
    draw.terms = Terms.of(draw).as_json()
    draw.commitment = lottery.commitment_of(draw.public_id, draw.terms, draw.seed)
    draw.save(force_insert=True)
    jobs.enqueue(
        "livestream.finish_draw", {"draw_id": draw.pk}, key=draw.public_id, due_at=draw.closes_at
    )

    audit.record("livestream.draw.opened", draw, after={"commitment": draw.commitment})
    tell_draws(room)
    return draw


def _check(prize: str, prize_value_fen: int, prizes: int, minutes: int) -> None:
    if prize_value_fen > MOST_VALUE_FEN:
        raise PrizeUnlawful
    is_told = prize.strip() and prize_value_fen > 0
    if not is_told or not 1 <= prizes <= MOST_PRIZES or not 1 <= minutes <= MOST_MINUTES:
        raise DrawTermsMissing


_ENTER = """
INSERT INTO livestream_drawentry (draw_id, member_id, ticket, name, is_eligible, entered_at)
SELECT id, %(member)s, %(ticket)s, %(name)s, true, %(now)s FROM livestream_draw
WHERE id = %(draw)s AND state = 'open' AND closes_at > %(now)s FOR SHARE
ON CONFLICT DO NOTHING"""


@transaction.atomic
def enter_draw(*, draw: Draw, member: Member) -> DrawEntry:
    """Give a member in the room their one ticket; asking again gives the same one.

    Sharing a link never gives another. Refuses `DrawIneligible`, `DrawClosed`. The draw's
    row is held in share mode, so that the list cannot be frozen in between.
    """
    if not Visit.objects.filter(room=draw.room_id, member=member).exists():
        raise DrawIneligible
    if draw.kind == Draw.Kind.BUYER and not has_bought(draw.room, member.pk):
        raise DrawIneligible
    with connection.cursor() as cursor:
        cursor.execute(
            _ENTER,
            {
                "draw": draw.pk,
                "member": member.pk,
                "ticket": lottery.ticket_of(draw.public_id, member.public_id),
                "name": masked_name(str(member)),
                "now": clock.now(),
            },
        )
    entry = DrawEntry.objects.filter(draw=draw, member=member).first()
    if entry is None:
        raise DrawClosed
    return entry


@transaction.atomic
def close_draw(draw: Draw) -> Draw:
    """Freeze the entrants and publish the fingerprint of their list. Twice is once.

    Who does not meet the terms any more is left out here. Refuses `DrawStillOpen` before
    the published end. Locks the draw, which waits for entries under way.
    """
    (row,) = lock_objects(Draw, [draw.pk])
    if row.state != Draw.State.OPEN:
        return row
    now = clock.now()
    if now < row.closes_at:
        raise DrawStillOpen

    if row.kind == Draw.Kind.BUYER:
        row.entries.exclude(member_id__in=list_buyers(row.room)).update(is_eligible=False)
    tickets = _tickets(row)
    row.state, row.closed_at = Draw.State.CLOSED, now
    row.entrants, row.entrants_hash = len(tickets), lottery.entrants_hash(tickets)
    row.save(update_fields=["state", "closed_at", "entrants", "entrants_hash"])

    audit.record("livestream.draw.closed", row, after={"entrants_hash": row.entrants_hash})
    tell_draws(row.room)
    return row


@transaction.atomic
def reveal_draw(draw: Draw) -> Draw:
    """Name the winners of a frozen draw and tell its seed. Twice is once."""
    (row,) = lock_objects(Draw, [draw.pk])
    if row.state == Draw.State.DRAWN:
        return row
    if row.state != Draw.State.CLOSED:
        raise DrawStillOpen

    for place, ticket in enumerate(lottery.pick_winners(row.seed, _tickets(row), row.prizes), 1):
        row.entries.filter(ticket=ticket).update(place=place)
    row.state, row.drawn_at = Draw.State.DRAWN, clock.now()
    row.save(update_fields=["state", "drawn_at"])

    audit.record("livestream.draw.drawn", row, after={"seed": row.seed})
    tell_draws(row.room)
    return row


def finish_draw(draw_id: int) -> None:
    """Freeze, then reveal, in two transactions: the list is public before the winners are."""
    draw = Draw.objects.select_related("room").get(pk=draw_id)
    close_draw(draw)
    reveal_draw(draw)


def _tickets(draw: Draw) -> list[str]:
    return list(draw.entries.filter(is_eligible=True).values_list("ticket", flat=True))
