"""Writing livestream: the public contract."""

from livestream.services.channel import show_shelf
from livestream.services.draws import close_draw, enter_draw, finish_draw, open_draw, reveal_draw
from livestream.services.invites import make_invite, open_invite
from livestream.services.liking import like, sum_likes
from livestream.services.rooms import end_room, go_live_now, open_room, start_room
from livestream.services.shelf import explain_item, fill_shelf, put_item, remove_item
from livestream.services.talking import hide_comment, say, show_comment
from livestream.services.visits import beat, click_item, enter_room, leave_room

__all__ = [
    "beat",
    "click_item",
    "close_draw",
    "end_room",
    "enter_draw",
    "enter_room",
    "explain_item",
    "fill_shelf",
    "finish_draw",
    "go_live_now",
    "hide_comment",
    "leave_room",
    "like",
    "make_invite",
    "open_draw",
    "open_invite",
    "open_room",
    "put_item",
    "remove_item",
    "reveal_draw",
    "say",
    "show_comment",
    "show_shelf",
    "start_room",
    "sum_likes",
]
