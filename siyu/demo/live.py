"""A live room on air in the demo, so that there is one to walk into."""

from django.conf import settings

from livestream.models import LiveRoom
from livestream.services import (
    explain_item,
    fill_shelf,
    make_invite,
    open_draw,
    open_room,
    start_room,
)
from org.models import Staff
from org.selectors import find_default_brand
from tenants.context import entered
from tenants.models import Tenant


def open_show() -> int:
    """Open headquarters' room with a shelf, a draw and an invitation, once; how many."""
    tenant = Tenant.objects.filter(slug="aurora", is_demo=True).first()
    if tenant is None or not settings.TWIN_URL:
        return 0
    with entered(tenant):
        brand = find_default_brand()
        if brand is None or LiveRoom.objects.exists():
            return 0
        room = open_room(
            unit=brand, title="周三直播：秋冬零食专场", host_name="安然", is_host_checked=True
        )
        if not fill_shelf(room):
            return 0
        _begin(start_room(room))
        return 1


def _begin(room: LiveRoom) -> None:
    explain_item(room.items.order_by("position")[0])
    open_draw(
        room=room,
        kind="opening",
        prize="原味坚果礼盒",
        prize_value_fen=12_800,
        prizes=3,
        minutes=24 * 60,
    )
    for guide in Staff.objects.filter(username="cai"):
        make_invite(room=room, guide=guide)
