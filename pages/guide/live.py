"""我的直播: on air with one tap, and an invitation with everybody it brought."""

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from core import ports
from core.errors import NotFound, Refusal
from livestream import services
from livestream.models import Invite, LiveRoom
from livestream.selectors import (
    find_invite,
    find_running_room,
    get_item,
    get_room_to_invite_to,
    invite_board,
    list_rooms_to_invite_to,
    list_shelf,
    totals_of,
)
from org.contracts import SiteUrls, policy
from org.models import Staff
from pages.http import page_of, staff_of


@policy("staff", "guide.live")
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    guide = staff_of(request)
    context = {
        "tab": "me",
        "running": find_running_room(guide),
        "page": page_of(request, list_rooms_to_invite_to(guide)),
    }
    return render(request, "guide/live.html", context)


@policy("staff", "guide.live")
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    guide = staff_of(request)
    if guide.unit is None:
        raise NotFound
    try:
        room = services.go_live_now(guide, unit=guide.unit)
    except Refusal as refused:
        messages.error(request, refused.text)
        return redirect("/g/live")
    services.make_invite(room=room, guide=guide)
    messages.success(request, "已开播，把邀请发给客户吧")
    return redirect(f"/g/live/{room.public_id}")


@policy("staff", "guide.live", object_kind="live_room")
@require_GET
def room(request: HttpRequest, room_id: str) -> HttpResponse:
    guide = staff_of(request)
    found = get_room_to_invite_to(guide, room_id)
    invite, is_mine = find_invite(found, guide), found.guide_id == guide.pk
    url = _url(invite) if invite else ""
    context = {
        "tab": "me",
        "room": found,
        "is_mine": is_mine,
        "url": url,
        "code": segno.make(url, error="m").svg_data_uri(scale=5, border=2) if url else "",
        "funnel": next(iter(invite_board(found, guide.pk)), None),
        "totals": totals_of(found) if is_mine else None,
        "shelf": list_shelf(found) if is_mine else (),
    }
    return render(request, "guide/live_room.html", context)


@policy("staff", "guide.live", object_kind="live_room")
@require_POST
def invite_new(request: HttpRequest, room_id: str) -> HttpResponse:
    found = get_room_to_invite_to(staff_of(request), room_id)
    services.make_invite(room=found, guide=staff_of(request))
    return redirect(f"/g/live/{room_id}")


@policy("staff", "guide.live", object_kind="live_room")
@require_POST
def end(request: HttpRequest, room_id: str) -> HttpResponse:
    found = _own(staff_of(request), room_id)
    try:
        services.end_room(found)
        messages.success(request, "直播已结束")
    except Refusal as refused:
        messages.error(request, refused.text)
    return redirect(f"/g/live/{room_id}")


@policy("staff", "guide.live", object_kind="live_item")
@require_POST
def explain(request: HttpRequest, room_id: str, item_id: int) -> HttpResponse:
    item = get_item(_own(staff_of(request), room_id), item_id)
    try:
        services.explain_item(item)
    except Refusal as refused:
        messages.error(request, refused.text)
    return redirect(f"/g/live/{room_id}#shelf")


def _own(guide: Staff, room_id: str) -> LiveRoom:
    found = get_room_to_invite_to(guide, room_id)
    if found.guide_id != guide.pk:
        raise NotFound
    return found


def _url(invite: Invite) -> str:
    return ports.get(SiteUrls).customer_url(f"/live/i/{invite.token}")
