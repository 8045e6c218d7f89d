"""What is said in a room: shown at once, held when it looks like an advertisement."""

import datetime as dt
import re

from django.db import transaction

from core import audit, clock
from livestream.contracts import CommentRefused, RoomNotLive, TooFast
from livestream.models import Comment, LiveRoom, Visit
from livestream.selectors.state import comment_of
from livestream.services.channel import tell
from members.models import Member

MOST_CHARS = 100
PAUSE = dt.timedelta(seconds=2)
SUSPECT = (
    (re.compile(r"https?:|www\.|\.(com|cn|top|xyz)\b", re.IGNORECASE), "含网址"),
    (re.compile(r"(?:\d[\s\-]*){7,}"), "含号码"),
    (re.compile(r"加\s*(微|薇|v|V|V信|vx|VX|我)"), "像是引流"),
)
"""What a person looks at before others do."""


@transaction.atomic
def say(*, room: LiveRoom, member: Member, text: str) -> Comment:
    """Say something in a live room; addresses and numbers are held for the operator.

    Refuses `RoomNotLive` (also to somebody who is not in it), `CommentRefused`, `TooFast`
    within two seconds of the last one.
    """
    words, now = " ".join(text.split()), clock.now()
    is_in = Visit.objects.filter(room=room, member=member).exists()
    if room.state != LiveRoom.State.LIVE or not is_in:
        raise RoomNotLive
    if not 1 <= len(words) <= MOST_CHARS:
        raise CommentRefused
    if Comment.objects.filter(room=room, member=member, at__gt=now - PAUSE).exists():
        raise TooFast

    reason = next((name for pattern, name in SUSPECT if pattern.search(words)), "")
    comment = Comment.objects.create(
        room=room,
        member=member,
        name=masked_name(str(member)),
        text=words,
        state=Comment.State.HELD if reason else Comment.State.SHOWN,
        reason=reason,
        at=now,
    )

    if not reason:
        tell(room, "chat", lambda: comment_of(comment))
    return comment


@transaction.atomic
def hide_comment(comment: Comment) -> None:
    """Take a comment off everybody's screen; the row stays."""
    Comment.objects.filter(pk=comment.pk).update(state=Comment.State.HIDDEN)

    audit.record("livestream.comment.hidden", comment, after={"text": comment.text})
    tell(comment.room, "hide", lambda: comment.pk)


@transaction.atomic
def show_comment(comment: Comment) -> None:
    """Let a held comment be seen after all."""
    changed = Comment.objects.filter(pk=comment.pk, state=Comment.State.HELD)
    if changed.update(state=Comment.State.SHOWN):
        audit.record("livestream.comment.shown", comment, after={"text": comment.text})
        tell(comment.room, "chat", lambda: comment_of(comment))


def masked_name(name: str) -> str:
    """The first sign of a name and two stars: strangers read it."""
    return f"{name[:1]}**"
