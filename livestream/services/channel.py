"""Telling the watchers: always after the commit, and never in the way of the work."""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from core import ports
from livestream.contracts import LiveChannel
from livestream.models import LiveRoom
from livestream.selectors.state import draws_of, room_of, shelf_of


def tell(room: LiveRoom, kind: str, body: Callable[[], Any], *, keep: bool = False) -> None:
    """Publish once the transaction has committed; `body` is read then, as it came to be."""
    transaction.on_commit(lambda: _publish(room, kind, body, keep=keep), robust=True)


def tell_room(room: LiveRoom) -> None:
    tell(room, "room", lambda: room_of(room), keep=True)


def tell_shelf(room: LiveRoom) -> None:
    tell(room, "shelf", lambda: shelf_of(room), keep=True)


def tell_draws(room: LiveRoom) -> None:
    tell(room, "draws", lambda: draws_of(room), keep=True)


def show_shelf(public_id: str) -> None:
    """Show a room on air what is left: for whoever took or gave back pieces of it.

    Nothing depends on it: every page asks for the shelf again with its next sign of life.
    """
    room = LiveRoom.objects.filter(public_id=public_id, state=LiveRoom.State.LIVE).first()
    if room is not None:
        tell_shelf(room)


def _publish(room: LiveRoom, kind: str, body: Callable[[], Any], *, keep: bool) -> None:
    channel = ports.find(LiveChannel)
    if channel is not None:
        channel.publish(room.public_id, kind, body(), keep=keep)
