"""The frame of a phone's pages: tabs by who holds it, and what every page does first."""

from collections.abc import Callable
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from twin.context import Twin, twin_of
from twin.control import Body, Misuse
from twin.phone.html import page, tabs
from twin.phone.qr import qr_svg
from twin.phone.session import Holder

CUSTOMER_TABS = [
    ("/phone/", "消息"),
    ("/phone/groups", "群聊"),
    ("/phone/scan", "扫一扫"),
    ("/phone/contacts", "通讯录"),
    ("/phone/wallet", "钱包"),
]
MEMBER_TABS = [
    ("/phone/", "消息"),
    ("/phone/sends", "群发"),
    ("/phone/groups", "群聊"),
    ("/phone/contacts", "客户"),
    ("/phone/workbench", "工作台"),
]
SWITCH = "<a class='more' href='/phone/who'>我</a>"
Act = Callable[[Twin, Body], object]


def shell(request: Request, holder: Holder, title: str, body: str) -> Response:
    """A page with the holder's tabs."""
    entries = MEMBER_TABS if holder.is_member else CUSTOMER_TABS
    return page(title, body, more=SWITCH, tabs=tabs(entries, request.url.path))


def ask_who(request: Request) -> Response:
    """Nobody holds the phone yet: choose, then come back here."""
    here = f"{request.url.path}?{request.url.query}".rstrip("?")
    return RedirectResponse(f"/phone/who?next={quote(here, safe='')}", 303)


def code_picture(twin: Twin, path: str) -> Response:
    """A QR code, for any scanner, of a page of the twin's."""
    svg = qr_svg(f"{twin.settings.get('public_base')}{path}")
    return Response(svg, media_type="image/svg+xml")


def act_on(request: Request, act: Act, sender: str, person: str, **more: str) -> None:
    """Do something between a person and ``CORP/USERID``; nothing when they are not in contact."""
    twin = twin_of(request)
    corp_id, _, userid = sender.partition("/")
    try:
        with twin.store.transaction():
            act(twin, {"corp_id": corp_id, "userid": userid, "person": person, **more})
    except Misuse:
        return
