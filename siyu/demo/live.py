"""Live rooms of the demo: one that is over, draw and all, and one on air to walk into."""

import datetime as dt
from collections.abc import Sequence

from django.conf import settings

from livestream.models import Draw, LiveRoom
from livestream.services import (
    click_item,
    end_room,
    enter_draw,
    enter_room,
    explain_item,
    fill_shelf,
    make_invite,
    open_draw,
    open_room,
    say,
    start_room,
)
from members.models import Customer
from org.models import Staff
from org.selectors import find_default_brand
from siyu.demo.pace import pass_time, wait_for
from siyu.demo.upstream import Upstream
from tenants.context import entered
from tenants.models import Tenant

ON_AIR = "周三直播：秋冬零食专场"
CHAT = (
    "第一次来，先看看",
    "松子怎么保存",
    "礼盒送人合适吗",
    "等抽奖",
    "海苔卷回购了",
    "老师讲得细",
)


def open_show() -> int:
    """Open headquarters' room with a shelf, a draw and an invitation, once; how many."""
    tenant = Tenant.objects.filter(slug="aurora", is_demo=True).first()
    if tenant is None or not settings.TWIN_URL:
        return 0
    with entered(tenant):
        brand = find_default_brand()
        if brand is None or LiveRoom.objects.filter(title=ON_AIR).exists():
            return 0
        room = open_room(unit=brand, title=ON_AIR, host_name="安然", is_host_checked=True)
        if not fill_shelf(room):
            return 0
        _begin(start_room(room))
        return 1


def hold_show(upstream: Upstream, people: Sequence[Customer]) -> None:
    """A room that came to its end: people talk, look at goods, and three win a prize."""
    brand = find_default_brand()
    assert brand is not None
    room = open_room(unit=brand, title="新客专场", host_name="安然", is_host_checked=True)
    fill_shelf(room)
    room = start_room(room)
    items = list(room.items.order_by("position"))
    explain_item(items[0])
    draw = open_draw(
        room=room, kind="opening", prize="海苔肉松卷", prize_value_fen=3_990, prizes=3, minutes=5
    )
    for number, customer in enumerate(people):
        enter_room(room=room, member=customer.member)
        enter_draw(draw=draw, member=customer.member)
        click_item(item=items[number % len(items)], member=customer.member)
    for customer, text in zip(people, CHAT, strict=False):
        say(room=room, member=customer.member, text=text)
    pass_time(upstream, dt.timedelta(minutes=6))
    wait_for("开奖", Draw.objects.filter(pk=draw.pk, state=Draw.State.DRAWN).exists)
    end_room(room)


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
