"""A live room of the group's guide with everything an address of it names, and a planned one."""

import datetime as dt
from typing import TYPE_CHECKING

from core import clock
from livestream.models import Comment, LiveRoom, Visit
from livestream.services import (
    enter_draw,
    enter_room,
    make_invite,
    open_draw,
    open_room,
    put_item,
    say,
    start_room,
)
from mall.models import Sku

if TYPE_CHECKING:
    from tests.access.scene import Goods, Group


def go_live(group: "Group", goods: "Goods") -> dict[str, str]:
    sku, unshelved = goods.sku, goods.unshared.skus.get()
    room = start_room(_room(group, sku, "直播"))
    planned = _room(group, sku, "预告")
    invite = make_invite(room=room, guide=group.guide)
    enter_room(room=room, member=group.member, token=invite.token)
    comment = say(room=room, member=group.member, text=group.text("有货吗"))
    earlier = clock.now() - dt.timedelta(minutes=1)
    Visit.objects.filter(room=room).update(seen_at=earlier)
    Comment.objects.filter(pk=comment.pk).update(at=earlier)
    draw = open_draw(
        room=room,
        kind="opening",
        prize=group.text("面霜"),
        prize_value_fen=19_900,
        prizes=1,
        minutes=30,
    )
    other = open_draw(
        room=room, kind="opening", prize="香皂", prize_value_fen=900, prizes=1, minutes=30
    )
    enter_draw(draw=draw, member=group.member)
    return {
        "unit_pk": str(group.store.pk),
        "unshelved_sku": str(unshelved.pk),
        "live_room": room.public_id,
        "planned_room": planned.public_id,
        "live_item": str(room.items.get().pk),
        "planned_item": str(planned.items.get().pk),
        "live_invite": invite.token,
        "live_comment": str(comment.pk),
        "live_draw": draw.public_id,
        "fresh_draw": other.public_id,
    }


def _room(group: "Group", sku: Sku, title: str) -> LiveRoom:
    room = open_room(
        unit=group.store,
        guide=group.guide,
        title=group.text(title),
        host_name=group.text("小安"),
        is_host_checked=True,
    )
    put_item(room=room, sku_id=sku.pk, role="welfare")
    return room
