"""Groups on a phone: the list, and joining by a group's code."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from twin.context import Twin, twin_of
from twin.phone.group_seat import act_in, name_of, seat_of, title_of
from twin.phone.html import cell, empty, page, profile
from twin.phone.messages import summary, when
from twin.phone.session import holder_of
from twin.phone.shell import ask_who, code_picture, shell
from twin.store import Row, load
from twin.wecom import chats, group_acts

NEARBY = 20


async def groups(request: Request) -> Response:
    """The holder's groups, the one with the latest word first; below, groups to join."""
    holder, twin = holder_of(request), twin_of(request)
    if holder is None:
        return ask_who(request)
    mine = twin.store.rows(
        "SELECT c.*, (SELECT max(id) FROM inbox WHERE owner = 'group:' || c.chat_id) AS latest"
        " FROM chat c JOIN chat_stay s USING (chat_id) WHERE s.person = ? AND s.quit_time IS NULL"
        " AND ? IN ('', c.corp_id) ORDER BY coalesce(latest, 0) DESC, c.rowid DESC",
        (seat_of(holder), holder.corp_id),
    )
    listed = "".join(_group(twin, chat, "group") for chat in mine)
    body = f"<div class='list'>{listed}</div>" if mine else empty("还没有群聊")
    return shell(request, holder, "群聊", body + ("" if holder.is_member else _nearby(twin, mine)))


def _nearby(twin: Twin, mine: list[Row]) -> str:
    known = {chat["chat_id"] for chat in mine}
    rows = twin.store.rows(
        "SELECT *, NULL AS latest FROM chat WHERE dismissed_at IS NULL ORDER BY rowid DESC LIMIT ?",
        (NEARBY,),
    )
    cells = "".join(_group(twin, chat, "g") for chat in rows if chat["chat_id"] not in known)
    return f"<h2>附近的群二维码</h2><div class='list'>{cells}</div>" if cells else ""


def _group(twin: Twin, chat: Row, where: str) -> str:
    path = f"/phone/group/{chat['chat_id']}" if where == "group" else f"/g/{chat['chat_id']}"
    latest = twin.store.row("SELECT * FROM inbox WHERE id = ?", (chat["latest"] or 0,))
    note = summary(latest["kind"], load(latest["content"])) if latest else "还没有消息"
    side = when(latest["at"]) if latest else ""
    note = note if where == "group" else "扫码进群"
    return cell(title_of(twin, chat), note, href=path, side=side, icon=str(chat["name"] or "群"))


async def picture(request: Request) -> Response:
    """``GET /wwpic/group/CHAT_ID.svg``: the code that opens the page below."""
    twin, chat_id = twin_of(request), request.path_params["chat_id"]
    if chats.find_chat(twin, chat_id) is None:
        return Response(status_code=404)
    return code_picture(twin, f"/g/{chat_id}")


async def join_page(request: Request) -> Response:
    """``/g/CHAT_ID``: what WeChat opens for a group's code."""
    holder, twin = holder_of(request), twin_of(request)
    if holder is None:
        return ask_who(request)
    chat = chats.find_chat(twin, request.path_params["chat_id"])
    if chat is None:
        return page("加入群聊", empty("该群二维码已失效"), back="/phone/groups", status=404)
    here = f"/phone/group/{chat['chat_id']}"
    if chats.find_stay(twin, chat["chat_id"], seat_of(holder)) is not None:
        return RedirectResponse(here, 303)
    if request.method == "GET":
        return page("加入群聊", _card(twin, chat, request.url.path), back="/phone/groups")
    if not act_in(twin, group_acts.join, chat, holder, scene=chats.BY_QR):
        return page("加入群聊", empty("群聊人数已满"), back="/phone/groups", status=409)
    return RedirectResponse(here, 303)


def _card(twin: Twin, chat: Row, action: str) -> str:
    owner = name_of(twin, chat["corp_id"], chat["owner"])
    return profile(
        title_of(twin, chat), f"群主 {owner}", action, "加入群聊", icon=chat["name"] or "群"
    )


routes: list[BaseRoute] = [
    Route("/phone/groups", groups),
    Route("/wwpic/group/{chat_id}.svg", picture),
    Route("/g/{chat_id}", join_page, methods=["GET", "POST"]),
]
