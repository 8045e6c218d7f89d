"""Adding a guide: the code's picture, the page it leads to, and 获客助手 links."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from twin.context import Twin, twin_of
from twin.control import Misuse
from twin.phone.html import empty, page, profile
from twin.phone.session import holder_of
from twin.phone.shell import ask_who, code_picture
from twin.wecom import acts
from twin.wecom.acquisition import find_link, link_members, note_click
from twin.wecom.contact_way import find_way
from twin.wecom.corps import find_member


async def picture(request: Request) -> Response:
    """``GET /wwpic/CONFIG_ID.svg``: a QR code that any scanner can read."""
    twin, config_id = twin_of(request), request.path_params["config_id"]
    if find_way(twin, config_id) is None:
        return Response(status_code=404)
    return code_picture(twin, f"/q/{config_id}")


async def code_page(request: Request) -> Response:
    """``/q/CONFIG_ID``: what WeChat opens for a scanned code."""
    twin, config_id = twin_of(request), request.path_params["config_id"]
    way = find_way(twin, config_id)
    if way is None:
        return page("添加失败", empty("该二维码已失效"), back="/phone/", status=404)
    users = list(way["data"].get("user") or [])
    return _handle(request, way["corp_id"], users, acts.scan_way, {"config_id": config_id})


async def link_page(request: Request) -> Response:
    """``/ca/LINK_ID?customer_channel=``: what WeChat opens for a 获客助手 link."""
    twin, link_id = twin_of(request), request.path_params["link_id"]
    link = find_link(twin, link_id)
    if link is None:
        return page("添加失败", empty("该链接已失效"), back="/phone/", status=404)
    channel = request.query_params.get("customer_channel", "")
    holder = holder_of(request)
    if holder is not None and request.method == "GET":
        note_click(twin, link_id, holder.person)
    wanted = {"link_id": link_id, "customer_channel": channel}
    return _handle(request, link["corp_id"], link_members(twin, link), acts.add, wanted)


def _handle(
    request: Request,
    corp_id: str,
    users: list[str],
    act: Callable[[Twin, dict[str, Any]], dict[str, Any]],
    wanted: dict[str, Any],
) -> Response:
    twin, holder = twin_of(request), holder_of(request)
    if holder is None:
        return ask_who(request)
    if request.method == "GET":
        here = f"{request.url.path}?{request.url.query}".rstrip("?")
        return _card(twin, corp_id, users, here)
    try:
        with twin.store.transaction():
            done = act(twin, {**wanted, "person": holder.person})
    except Misuse:
        return page("添加失败", empty("暂时无法添加"), back="/phone/", status=409)
    return RedirectResponse(f"/phone/chat/{corp_id}/{done['userid']}", 303)


def _card(twin: Twin, corp_id: str, users: list[str], action: str) -> Response:
    corp = twin.store.row("SELECT name FROM corp WHERE corp_id = ?", (corp_id,)) or {"name": ""}
    member = find_member(twin, corp_id, users[0]) if len(users) == 1 else None
    name = member["name"] if member else f"{corp['name']}导购"
    body = profile(name, f"@{corp['name']}", action, "添加到通讯录")
    return page("详细资料", body, back="/phone/")


BOTH = ["GET", "POST"]
routes: list[BaseRoute] = [
    Route("/wwpic/{config_id}.svg", picture),
    Route("/q/{config_id}", code_page, methods=BOTH),
    Route("/ca/{link_id}", link_page, methods=BOTH),
]
