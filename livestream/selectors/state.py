"""A room as its watchers see it: the JSON of the page, of the snapshot and of the news."""

from typing import Any

from django.db.models import F, QuerySet, Sum

from livestream.models import Comment, Draw, LiveRoom, ShelfItem

LATEST_WORDS = 30


def state_of(room: LiveRoom) -> dict[str, Any]:
    """Everything a page needs to start from, or to find its way back after a gap."""
    return {
        "room": room_of(room),
        "shelf": shelf_of(room),
        "likes": room.likes,
        "draws": draws_of(room),
        "chat": chat_of(room),
    }


def room_of(room: LiveRoom) -> dict[str, Any]:
    return {"state": room.state, "title": room.title}


def shelf_of(room: LiveRoom) -> list[dict[str, Any]]:
    """Items in order, with what can be bought now; prices are text, as they are shown."""
    return [
        {
            "id": item.pk,
            "free": max(0, item.free or 0),
            "pinned": item.is_pinned,
            "price_fen": item.sku.price_fen,
        }
        for item in list_items(room)
    ]


def list_items(room: LiveRoom) -> QuerySet[ShelfItem, Any]:
    """The shelf in its order, with `free`: pieces that can be bought now."""
    rows = ShelfItem.objects.filter(room=room).select_related("sku__product")
    free = Sum(F("sku__stock__on_hand") - F("sku__stock__sold"))
    return rows.annotate(free=free).order_by("position", "pk")


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
