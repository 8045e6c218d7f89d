"""Reading livestream: the public contract."""

from livestream.selectors.board import Funnel, Totals, invite_board, totals_of
from livestream.selectors.draws import (
    find_entry,
    get_draw,
    list_draws_of,
    list_entries,
    list_winners,
    public_record,
)
from livestream.selectors.rooms import (
    find_invite,
    find_running_room,
    find_visit,
    get_comment,
    get_item,
    get_room,
    get_room_for,
    get_room_to_invite_to,
    list_comments,
    list_rooms_for,
    list_rooms_to_invite_to,
    list_skus_to_put,
    live_ref,
    name_rooms_for,
    watching,
)
from livestream.selectors.shelf import ShelfRow, findings_of, list_shelf
from livestream.selectors.state import state_of

__all__ = [
    "Funnel",
    "ShelfRow",
    "Totals",
    "find_entry",
    "find_invite",
    "find_running_room",
    "find_visit",
    "findings_of",
    "get_comment",
    "get_draw",
    "get_item",
    "get_room",
    "get_room_for",
    "get_room_to_invite_to",
    "invite_board",
    "list_comments",
    "list_draws_of",
    "list_entries",
    "list_rooms_for",
    "list_rooms_to_invite_to",
    "list_shelf",
    "list_skus_to_put",
    "list_winners",
    "live_ref",
    "name_rooms_for",
    "public_record",
    "state_of",
    "totals_of",
    "watching",
]
