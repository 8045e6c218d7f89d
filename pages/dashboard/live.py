"""直播: rooms, and the control tower of each."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import NotFound, Refusal
from livestream import services
from livestream.models import LiveRoom
from livestream.selectors import (
    findings_of,
    get_comment,
    get_item,
    get_room_for,
    invite_board,
    list_comments,
    list_draws_of,
    list_rooms_for,
    list_shelf,
    totals_of,
)
from org.contracts import policy
from pages.dashboard.live_figures import figures_of
from pages.dashboard.live_forms import DrawForm, ItemForm, RoomForm
from pages.http import page_of, staff_of

SHOWN_COMMENTS = 30


@policy("staff", "live.view")
@require_GET
def rooms(request: HttpRequest) -> HttpResponse:
    page = page_of(request, list_rooms_for(staff_of(request)))
    return render(request, "dashboard/live/list.html", {"page": page})


@policy("staff", "live.edit")
@require_http_methods(["GET", "POST"])
def room_new(request: HttpRequest) -> HttpResponse:
    form = RoomForm(request.POST or None, actor=staff_of(request))
    if request.method == "POST" and form.is_valid() and form.save_or_explain() and form.room:
        messages.success(request, "直播间已建好，先把货架配齐")
        return redirect(f"/live/{form.room.public_id}")
    return render(request, "dashboard/live/new.html", {"form": form})


@policy("staff", "live.view", object_kind="live_room")
@require_GET
def room(request: HttpRequest, room_id: str) -> HttpResponse:
    found = get_room_for(staff_of(request), room_id)
    shelf = list_shelf(found)
    context = {
        "room": found,
        "totals": totals_of(found),
        "figures": figures_of(found),
        "shelf": shelf,
        "findings": findings_of(shelf),
        "draws": list_draws_of(found),
        "comments": list_comments(found)[:SHOWN_COMMENTS],
        "board": invite_board(found),
        "item_form": ItemForm(room=found),
        "draw_form": DrawForm(),
    }
    return render(request, "dashboard/live/room.html", context)


@policy("staff", "live.edit", object_kind="live_room")
@require_POST
def start(request: HttpRequest, room_id: str) -> HttpResponse:
    return _do(request, room_id, services.start_room, "已开播")


@policy("staff", "live.edit", object_kind="live_room")
@require_POST
def end(request: HttpRequest, room_id: str) -> HttpResponse:
    return _do(request, room_id, services.end_room, "直播已结束，商品还可以买")


@policy("staff", "live.edit", object_kind="live_room")
@require_POST
def fill(request: HttpRequest, room_id: str) -> HttpResponse:
    return _do(request, room_id, services.fill_shelf, "已按价格从低到高配好货架，可以再调整")


@policy("staff", "live.edit", object_kind="live_room")
@require_POST
def item_new(request: HttpRequest, room_id: str) -> HttpResponse:
    found = get_room_for(staff_of(request), room_id)
    form = ItemForm(request.POST, room=found)
    if not form.is_valid():
        messages.error(request, "请选择商品和角色")
    elif not form.save_or_explain():
        messages.error(request, " ".join(map(str, form.non_field_errors())))
    return redirect(f"/live/{room_id}#shelf")


@policy("staff", "live.edit", object_kind="live_item")
@require_POST
def item_remove(request: HttpRequest, room_id: str, item_id: int) -> HttpResponse:
    found = get_room_for(staff_of(request), room_id)
    services.remove_item(get_item(found, item_id))
    return redirect(f"/live/{room_id}#shelf")


@policy("staff", "live.edit", object_kind="live_item")
@require_POST
def item_explain(request: HttpRequest, room_id: str, item_id: int) -> HttpResponse:
    item = get_item(get_room_for(staff_of(request), room_id), item_id)
    return _do(request, room_id, lambda _: services.explain_item(item), "")


@policy("staff", "live.edit", object_kind="live_room")
@require_POST
def draw_new(request: HttpRequest, room_id: str) -> HttpResponse:
    found = get_room_for(staff_of(request), room_id)
    form = DrawForm(request.POST)
    if not form.is_valid():
        messages.error(request, "抽奖没有发出：请把奖品、价值、数量和时长填完整")
        return redirect(f"/live/{room_id}#draws")
    words = "抽奖已公布，内容不能再改，到时自动开奖"
    return _do(request, room_id, lambda _: form.open_in(found), words)


@policy("staff", "live.edit", object_kind="live_comment")
@require_POST
def comment_decide(request: HttpRequest, room_id: str, comment_id: int) -> HttpResponse:
    comment = get_comment(get_room_for(staff_of(request), room_id), comment_id)
    decide = {"hide": services.hide_comment, "show": services.show_comment}
    chosen = decide.get(request.POST.get("verdict", ""))
    if chosen is None:
        raise NotFound
    chosen(comment)
    return redirect(f"/live/{room_id}#comments")


def _do(request: HttpRequest, room_id: str, act: Any, words: str) -> HttpResponse:
    """Do one thing to a room of the actor's, and say how it went on the room's page."""
    found: LiveRoom = get_room_for(staff_of(request), room_id)
    try:
        act(found)
        if words:
            messages.success(request, words)
    except Refusal as refused:
        messages.error(request, refused.text)
    return redirect(f"/live/{room_id}")
