"""Draws, and the public record from which anybody recomputes one."""

from typing import Any

from django.db.models import F, QuerySet

from core.errors import NotFound
from livestream import lottery
from livestream.models import Draw, DrawEntry, LiveRoom
from mall.models import Order

CLOSED_STATES = (Draw.State.CLOSED, Draw.State.DRAWN)


def get_draw(room: LiveRoom, public_id: str) -> Draw:
    rows = Draw.objects.select_related("room__unit")
    found = rows.filter(room=room, public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def list_draws_of(room: LiveRoom) -> QuerySet[Draw]:
    return room.draws.order_by("-pk")


def list_entries(draw: Draw) -> QuerySet[DrawEntry]:
    """Winners by place, then the others by ticket."""
    return draw.entries.order_by(F("place").asc(nulls_last=True), "ticket")


def list_winners(draw: Draw) -> QuerySet[DrawEntry]:
    return draw.entries.filter(place__isnull=False).order_by("place")


def find_entry(draw: Draw, member_id: int) -> DrawEntry | None:
    return DrawEntry.objects.filter(draw=draw, member_id=member_id).first()


def list_buyers(room: LiveRoom) -> list[int]:
    """Members who paid for an order of the room and have not had it all back."""
    orders = Order.objects.filter(room_ref=room.public_id, kind=Order.Kind.SALE)
    if room.started_at is not None:
        orders = orders.filter(placed_at__gte=room.started_at)
    paid = orders.filter(paid_at__isnull=False, refunded_fen__lt=F("paid_fen"))
    return list(paid.values_list("member_id", flat=True).distinct())


def has_bought(room: LiveRoom, member_id: int) -> bool:
    return member_id in list_buyers(room)


def public_record(draw: Draw) -> dict[str, Any]:
    """All that is public now: the entrants once frozen, the seed once drawn; no names."""
    record: dict[str, Any] = {
        "version": lottery.VERSION,
        "draw": draw.public_id,
        "state": draw.state,
        "terms": draw.terms,
        "prizes": draw.prizes,
        "commitment": draw.commitment,
        "entrants": None,
        "entrants_hash": draw.entrants_hash or None,
        "seed": None,
        "winners": None,
    }
    if draw.state in CLOSED_STATES:
        rows = draw.entries.filter(is_eligible=True).order_by("ticket")
        record["entrants"] = list(rows.values_list("ticket", flat=True))
    if draw.state == Draw.State.DRAWN:
        won = draw.entries.filter(place__isnull=False).order_by("place")
        record["seed"] = draw.seed
        record["winners"] = list(won.values_list("ticket", flat=True))
    return record
