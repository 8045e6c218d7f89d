"""A draw on the phone: its terms, taking part, and all that is needed to recompute it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from core.errors import Refusal
from livestream.selectors import find_entry, get_draw, get_room, list_winners, public_record
from livestream.services import enter_draw
from org.contracts import policy
from pages.shop.http import customer_of, find_visitor


@policy("public", object_kind="live_draw")
@require_GET
def draw(request: HttpRequest, room_id: str, draw_id: str) -> HttpResponse:
    room = get_room(room_id)
    found, visitor = get_draw(room, draw_id), find_visitor(request)
    context = {
        "room": room,
        "draw": found,
        "terms": found.terms,
        "record": public_record(found),
        "entry": find_entry(found, visitor.member_id) if visitor else None,
        "winners": list_winners(found),
    }
    return render(request, "shop/live/draw.html", context)


@policy("public", object_kind="live_draw")
@require_GET
def record(request: HttpRequest, room_id: str, draw_id: str) -> HttpResponse:
    """The public record as JSON, from which anybody recomputes the draw."""
    found = get_draw(get_room(room_id), draw_id)
    return JsonResponse(public_record(found), json_dumps_params={"ensure_ascii": False})


@policy("customer", object_kind="live_draw")
@require_POST
def enter(request: HttpRequest, room_id: str, draw_id: str) -> HttpResponse:
    found = get_draw(get_room(room_id), draw_id)
    try:
        entry = enter_draw(draw=found, member=customer_of(request).member)
        messages.success(request, f"已参加，您的编号是 {entry.ticket}")
    except Refusal as refused:
        messages.warning(request, refused.text)
    return redirect(f"/live/{room_id}/draws/{draw_id}")
