"""Rooms and what is in them, through the eyes of whoever asks."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet

from core import clock
from core.context import schema
from core.errors import NotFound
from livestream.contracts import Watching
from livestream.models import Comment, Invite, LiveRoom, ShelfItem, Visit
from livestream.tickets import sign_ticket
from mall.models import Product, Sku
from org.contracts import Role
from org.models import OrgUnit, Staff
from org.selectors import find_brand_of, scope_path


def list_rooms_for(actor: Staff) -> QuerySet[LiveRoom, Any]:
    """Rooms in the actor's subtree, the newest first, with `items_count`; a guide's own."""
    rows = LiveRoom.objects.select_related("unit", "guide").order_by("-planned_at", "-pk")
    rows = rows.annotate(items_count=Count("items"))
    if actor.role == Role.GUIDE:
        return rows.filter(guide=actor)
    return rows.filter(unit__path__startswith=scope_path(actor))


def name_rooms_for(actor: Staff, ids: Iterable[int]) -> dict[str, str]:
    """{id: title} of the rooms in the actor's reach, to label figures."""
    rows = list_rooms_for(actor).order_by().filter(pk__in=list(ids))
    return {str(pk): title for pk, title in rows.values_list("pk", "title")}


def get_room_for(actor: Staff, public_id: str) -> LiveRoom:
    found: LiveRoom | None = list_rooms_for(actor).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def list_rooms_to_invite_to(guide: Staff) -> QuerySet[LiveRoom, Any]:
    """Rooms that a guide may bring people to: those of their store and of what is above it.

    A colleague's own room is theirs alone.
    """
    rows = LiveRoom.objects.select_related("unit", "guide").order_by("-planned_at", "-pk")
    if guide.unit is None:
        return rows.none()
    ids = [int(part) for part in guide.unit.path.strip("/").split("/") if part]
    mine = rows.filter(guide=guide)
    return mine | rows.filter(unit_id__in=ids, guide=None)


def get_room_to_invite_to(guide: Staff, public_id: str) -> LiveRoom:
    found: LiveRoom | None = list_rooms_to_invite_to(guide).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def find_running_room(guide: Staff) -> LiveRoom | None:
    return LiveRoom.objects.filter(guide=guide, state=LiveRoom.State.LIVE).first()


def get_room(public_id: str) -> LiveRoom:
    """A room that customers may see."""
    found = LiveRoom.objects.select_related("unit", "guide").filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def live_ref(public_id: str) -> str:
    """What an order keeps of the room it is placed in: its id while on air, else ""."""
    rows = LiveRoom.objects.filter(public_id=public_id[:26], state=LiveRoom.State.LIVE)
    return public_id[:26] if public_id and rows.exists() else ""


def get_item(room: LiveRoom, item_id: int) -> ShelfItem:
    rows = ShelfItem.objects.select_related("sku__product", "room__unit")
    found = rows.filter(room=room, pk=item_id).first()
    if found is None:
        raise NotFound
    return found


def get_comment(room: LiveRoom, comment_id: int) -> Comment:
    found = Comment.objects.select_related("room").filter(room=room, pk=comment_id).first()
    if found is None:
        raise NotFound
    return found


def list_comments(room: LiveRoom) -> QuerySet[Comment]:
    """The newest first, those that wait for a decision before all others."""
    return Comment.objects.filter(room=room).order_by("-pk")


def find_invite(room: LiveRoom, guide: Staff) -> Invite | None:
    return Invite.objects.filter(room=room, guide=guide).first()


def find_visit(room: LiveRoom, member_id: int) -> Visit | None:
    return Visit.objects.select_related("inviter").filter(room=room, member_id=member_id).first()


def list_skus_to_put(room: LiveRoom) -> QuerySet[Sku]:
    """What the room's brand sells and its shelf does not have yet."""
    brand: OrgUnit | None = find_brand_of(room.unit)
    rows = Sku.objects.filter(
        product__brand=brand, product__status=Product.Status.ON, is_for_sale=True
    )
    rows = rows.exclude(pk__in=room.items.values("sku_id"))
    return rows.select_related("product").order_by("product__title", "pk")


def watching(room: LiveRoom, site: str) -> Watching:
    """Where a page on the host `site` finds the room's socket and picture."""
    ticket = sign_ticket(
        settings.LIVE_TICKET_KEY,
        schema=schema(),
        room=room.public_id,
        site=site,
        now=clock.real_now().timestamp(),
    )
    stream = settings.MEDIA_STREAM or room.stream
    return Watching(
        socket_url=f"{settings.LIVE_BASE}/rooms/{room.public_id}?ticket={ticket}",
        media_url=f"{settings.MEDIA_BASE}/{stream}/index.m3u8",
    )
