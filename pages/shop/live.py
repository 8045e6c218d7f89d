"""A live room on the phone: the picture, the shelf, what is said, likes."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from acquisition.contracts import NoGuideAvailable
from acquisition.services import ensure_guide_way
from core.errors import NotFound, Refusal
from livestream import services
from livestream.models import LiveRoom
from livestream.selectors import (
    find_visit,
    get_item,
    get_room,
    list_draws_of,
    list_shelf,
    state_of,
    watching,
)
from org.contracts import policy
from pages.shop.http import customer_of, find_visitor
from pages.shop.sessions import visitor_of

INVITED_BY = "i"


@policy("public", object_kind="live_invite")
@require_GET
def invite(request: HttpRequest, invite_token: str) -> HttpResponse:
    """A guide's invitation: who opened it counts as invited, then on to the room."""
    visitor = find_visitor(request)
    member = visitor.member if visitor else None
    found = services.open_invite(invite_token, visitor=visitor_of(request), member=member)
    if found is None:
        raise NotFound
    return redirect(f"/live/{found.room.public_id}?{urlencode({INVITED_BY: found.token})}")


@policy("customer", object_kind="live_room")
@require_GET
def room(request: HttpRequest, room_id: str) -> HttpResponse:
    found, customer = get_room(room_id), customer_of(request)
    is_live = found.state == LiveRoom.State.LIVE
    if is_live:
        token = request.GET.get(INVITED_BY, "")[:26]
        services.enter_room(room=found, member=customer.member, token=token)
    context = {
        "room": found,
        "shelf": list_shelf(found),
        "draws": list_draws_of(found),
        "state": state_of(found) if is_live else None,
        "watching": watching(found, _site(request)) if is_live else None,
    }
    return render(request, f"shop/live/{found.state}.html", context)


@policy("customer", object_kind="live_room")
@require_POST
def beat(request: HttpRequest, room_id: str) -> HttpResponse:
    """A sign of life; the answer is the room as the database has it, and a new ticket."""
    found = get_room(room_id)
    services.beat(room=found, member=customer_of(request).member)
    socket_url = watching(found, _site(request)).socket_url
    return JsonResponse({"state": state_of(found), "socket": socket_url})


@policy("customer", object_kind="live_room")
@require_POST
def leave(request: HttpRequest, room_id: str) -> HttpResponse:
    services.leave_room(room=get_room(room_id), member=customer_of(request).member)
    return HttpResponse(status=204)


@policy("customer", object_kind="live_room")
@require_POST
def say(request: HttpRequest, room_id: str) -> HttpResponse:
    found, member = get_room(room_id), customer_of(request).member
    try:
        comment = services.say(room=found, member=member, text=request.POST.get("text", "")[:400])
    except Refusal as refused:
        return _answer(request, found, refused.text, status=refused.status)
    return _answer(request, found, "这句话要等主播看过才会显示" if comment.reason else "")


@policy("customer", object_kind="live_room")
@require_POST
def like(request: HttpRequest, room_id: str) -> HttpResponse:
    found, weight = get_room(room_id), request.POST.get("n", "1")
    try:
        services.like(
            room=found,
            member=customer_of(request).member,
            weight=int(weight) if weight.isdecimal() and len(weight) < 4 else 1,
        )
    except Refusal as refused:
        return _answer(request, found, refused.text, status=refused.status)
    return _answer(request, found, "")


@policy("customer", object_kind="live_room")
@require_GET
def item(request: HttpRequest, room_id: str, item_id: int) -> HttpResponse:
    """From the shelf to the order: the touch is kept, and the order knows its room."""
    found = get_room(room_id)
    chosen = get_item(found, item_id)
    if found.state == LiveRoom.State.LIVE:
        services.click_item(item=chosen, member=customer_of(request).member)
    sale = next((row.sale for row in list_shelf(found) if row.item.pk == chosen.pk), None)
    wish = {"sku": chosen.sku.code, "n": "1", "room": found.public_id}
    wish |= {"sale": sale.public_id} if sale else {}
    return redirect(f"/buy?{urlencode(wish)}")


@policy("customer", object_kind="live_room")
@require_GET
def guide(request: HttpRequest, room_id: str) -> HttpResponse:
    """Whom to add on WeChat: who invited, else whose room it is."""
    found = get_room(room_id)
    visit = find_visit(found, customer_of(request).member_id)
    adviser = (visit.inviter if visit else None) or found.guide
    context: dict[str, Any] = {"room": found, "guide": adviser}
    if adviser is not None:
        try:
            context["way"] = ensure_guide_way(staff=adviser)
        except NoGuideAvailable:
            context["way"] = None
    return render(request, "shop/live/guide.html", context)


def _site(request: HttpRequest) -> str:
    host = request.get_host()
    return host.rpartition(":")[0] or host


def _answer(request: HttpRequest, room: LiveRoom, words: str, status: int = 200) -> HttpResponse:
    """A few words for the script; the page again, with them on it, for a plain form."""
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"text": words}, status=status)
    if words:
        messages.warning(request, words)
    return redirect(f"/live/{room.public_id}")
