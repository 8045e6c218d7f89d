"""Reading livestream: the public contract."""

from livestream.selectors.board import Funnel, Totals, invite_board, totals_of
from livestream.selectors.draws import (
    find_entry,
    get_draw,
    get_draw_of,
    list_draws_of,
    list_entries,
    public_record,
)
from livestream.selectors.rooms import (
    find_invite,
    find_running_room,
    get_comment,
    get_item,
    get_room,
    get_room_for,
    list_comments,
    list_items,
    list_rooms_for,
    list_rooms_to_invite_to,
    list_skus_to_put,
    watching,
)
from livestream.selectors.state import state_of

__all__ = [
    "Funnel",
    "Totals",
    "find_entry",
    "find_invite",
    "find_running_room",
    "get_comment",
    "get_draw",
    "get_draw_of",
    "get_item",
    "get_room",
    "get_room_for",
    "invite_board",
    "list_comments",
    "list_draws_of",
    "list_entries",
    "list_items",
    "list_rooms_for",
    "list_rooms_to_invite_to",
    "list_skus_to_put",
    "public_record",
    "state_of",
    "totals_of",
    "watching",
]
