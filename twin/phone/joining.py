"""Joining by a code for several groups: its picture and the page it leads to."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from twin.context import Twin, twin_of
from twin.control import Misuse
from twin.phone.html import empty, page, profile
from twin.phone.session import holder_of
from twin.phone.shell import ask_who, code_picture
from twin.store import Row
from twin.wecom.join_way import find_join_way, scan_join_way


async def picture(request: Request) -> Response:
    """``GET /wwpic/join/CONFIG_ID.svg``: the code that opens the page below."""
    twin, config_id = twin_of(request), request.path_params["config_id"]
    if find_join_way(twin, config_id) is None:
        return Response(status_code=404)
    return code_picture(twin, f"/j/{config_id}")


async def join_page(request: Request) -> Response:
    """``/j/CONFIG_ID``: what WeChat opens for the code; joining leads into the group."""
    twin, holder = twin_of(request), holder_of(request)
    way = find_join_way(twin, request.path_params["config_id"])
    if way is None:
        return page("加入群聊", empty("该二维码已失效"), back="/phone/", status=404)
    if holder is None:
        return ask_who(request)
    if request.method == "GET":
        return _card(twin, way, request.url.path)
    who = {"userid": holder.userid} if holder.is_member else {"person": holder.person}
    try:
        with twin.store.transaction():
            joined = scan_join_way(twin, {**who, "config_id": way["config_id"]})
    except Misuse:
        return page("加入群聊", empty("群聊人数已满"), back="/phone/", status=409)
    return RedirectResponse(f"/phone/group/{joined['chat_id']}", 303)


def _card(twin: Twin, way: Row, action: str) -> Response:
    corp = twin.store.row("SELECT name FROM corp WHERE corp_id = ?", (way["corp_id"],))
    title = str(way["data"].get("room_base_name") or "客户群")
    body = profile(title, f"@{corp['name']}" if corp else "", action, "加入群聊")
    return page("加入群聊", body, back="/phone/")


routes: list[BaseRoute] = [
    Route("/wwpic/join/{config_id}.svg", picture),
    Route("/j/{config_id}", join_page, methods=["GET", "POST"]),
]
