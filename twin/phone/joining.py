"""Joining by a code for several groups: its picture and the page it leads to."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from twin.context import Twin, twin_of
from twin.control import Misuse
from twin.phone.html import empty, face, form_button, h, page
from twin.phone.qr import qr_svg
from twin.phone.session import holder_of
from twin.store import Row
from twin.wecom.join_way import find_join_way, scan_join_way


async def picture(request: Request) -> Response:
    """``GET /wwpic/join/CONFIG_ID.svg``: a QR code that any scanner can read."""
    twin, config_id = twin_of(request), request.path_params["config_id"]
    if find_join_way(twin, config_id) is None:
        return Response(status_code=404)
    svg = qr_svg(f"{twin.settings.get('public_base')}/j/{config_id}")
    return Response(svg, media_type="image/svg+xml")


async def join_page(request: Request) -> Response:
    """``/j/CONFIG_ID``: what WeChat opens for the code; joining leads into the group."""
    twin, holder = twin_of(request), holder_of(request)
    way = find_join_way(twin, request.path_params["config_id"])
    if way is None:
        return page("加入群聊", empty("该二维码已失效"), back="/phone/", status=404)
    if holder is None:
        return RedirectResponse(f"/phone/who?next={quote(request.url.path, safe='')}", 303)
    if request.method == "GET":
        return _card(twin, way, request.url.path)
    try:
        with twin.store.transaction():
            joined = scan_join_way(twin, {"config_id": way["config_id"], "person": holder.person})
    except Misuse:
        return page("加入群聊", empty("群聊人数已满"), back="/phone/", status=409)
    return RedirectResponse(f"/phone/group/{joined['chat_id']}", 303)


def _card(twin: Twin, way: Row, action: str) -> Response:
    corp = twin.store.row("SELECT name FROM corp WHERE corp_id = ?", (way["corp_id"],))
    name = str(corp["name"]) if corp else ""
    title = str(way["data"].get("room_base_name") or "客户群")
    body = (
        f"<div class='profile'>{face(title)}<div><b>{h(title)}</b>"
        f"<div>@{h(name)}</div></div></div>"
        f"<div class='pad'>{form_button(action, '加入群聊')}</div>"
    )
    return page("加入群聊", body, back="/phone/")


routes: list[BaseRoute] = [
    Route("/wwpic/join/{config_id}.svg", picture),
    Route("/j/{config_id}", join_page, methods=["GET", "POST"]),
]
