"""Rooms, their shelves, who came by whose invitation, what was said, and draws."""

from livestream.models.draws import Draw, DrawEntry
from livestream.models.rooms import LiveRoom, ShelfItem
from livestream.models.visits import Comment, Invite, LiveEvent, Visit

__all__ = [
    "Comment",
    "Draw",
    "DrawEntry",
    "Invite",
    "LiveEvent",
    "LiveRoom",
    "ShelfItem",
    "Visit",
]
