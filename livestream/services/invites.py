"""A guide's way into a room, and who opened it."""

from django.db import transaction

from core import clock
from core.ids import random_text
from livestream.models import Invite, LiveEvent, LiveRoom
from members.models import Member
from org.models import Staff

TOKEN_BITS = 80


def make_invite(*, room: LiveRoom, guide: Staff) -> Invite:
    """The guide's invitation to a room: one for each pair."""
    invite, _ = Invite.objects.get_or_create(
        room=room,
        guide=guide,
        defaults={"token": random_text(TOKEN_BITS), "created_at": clock.now()},
    )
    return invite


@transaction.atomic
def open_invite(token: str, *, visitor: str, member: Member | None = None) -> Invite | None:
    """Note that a browser opened an invitation, once each. None: no such invitation."""
    invite = Invite.objects.select_related("room", "guide").filter(token=token).first()
    if invite is not None:
        LiveEvent.objects.get_or_create(
            kind=LiveEvent.Kind.OPEN,
            invite=invite,
            visitor=visitor[:40],
            defaults={"room": invite.room, "member": member, "at": clock.now()},
        )
    return invite
