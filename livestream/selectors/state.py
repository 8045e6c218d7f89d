"""A room as its watchers see it: the JSON of the page, of the snapshot and of the news."""

from typing import Any

from core import clock
from core.money import format_yuan
from livestream.models import Comment, Draw, LiveRoom
from livestream.selectors.shelf import list_shelf

LATEST_WORDS = 30


def state_of(room: LiveRoom) -> dict[str, Any]:
    """Everything a page needs to start from, or to find its way back after a gap."""
    return {
        "now": clock.now().isoformat(),
        "room": room_of(room),
        "shelf": shelf_of(room),
        "likes": room.likes,
        "draws": draws_of(room),
        "chat": chat_of(room),
    }


def room_of(room: LiveRoom) -> dict[str, Any]:
    return {"state": room.state, "title": room.title}


def shelf_of(room: LiveRoom) -> list[dict[str, Any]]:
    """Items in order, with the price and the pieces of now."""
    return [
        {
            "id": row.item.pk,
            "free": row.free,
            "pinned": row.item.is_pinned,
            "price": format_yuan(row.price_fen),
        }
        for row in list_shelf(room)
    ]


def draws_of(room: LiveRoom) -> list[dict[str, Any]]:
    return [draw_of(draw) for draw in room.draws.order_by("pk")]


def draw_of(draw: Draw) -> dict[str, Any]:
    return {
        "id": draw.public_id,
        "state": draw.state,
        "kind": draw.get_kind_display(),
        "prize": draw.prize,
        "prizes": draw.prizes,
        "closes_at": draw.closes_at.isoformat(),
        "entrants": draw.entrants,
    }


def chat_of(room: LiveRoom) -> list[dict[str, Any]]:
    shown = Comment.objects.filter(room=room, state=Comment.State.SHOWN).order_by("-pk")
    return [comment_of(comment) for comment in reversed(shown[:LATEST_WORDS])]


def comment_of(comment: Comment) -> dict[str, Any]:
    return {"id": comment.pk, "name": comment.name, "text": comment.text}
