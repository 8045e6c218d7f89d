"""Messages, scanning, the workbench."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from twin.context import Twin, twin_of
from twin.phone import messages
from twin.phone.html import cell, empty, form_button, page
from twin.phone.session import holder_of, read_form
from twin.phone.shell import act_on, ask_who, shell
from twin.store import Row
from twin.wecom import acts
from twin.wecom.contact_way import config_id_in

NEARBY = 20


async def home(request: Request) -> Response:
    """Messages, by sender."""
    holder = holder_of(request)
    if holder is None:
        return ask_who(request)
    title = "企业微信" if holder.is_member else "微信"
    return shell(request, holder, title, messages.conversations(twin_of(request), holder))


async def chat(request: Request) -> Response:
    """One conversation; a customer may write first, which spends the welcome code."""
    holder, twin, sender = holder_of(request), twin_of(request), request.path_params["sender"]
    if holder is None:
        return ask_who(request)
    if request.method == "POST":
        act_on(request, acts.chat, sender, holder.person)
        return RedirectResponse(request.url.path, 303)
    body = messages.talk(twin, holder, sender)
    name = messages.sender_name(twin, sender).partition("@")[0]
    # A greeting is on its way while nothing has arrived.
    head = "" if "class='talk'" in body else "<meta http-equiv='refresh' content='2'>"
    if "/" in sender and not holder.is_member:
        body += f"<div class='pad'>{form_button(request.url.path, '发一条消息', 'plain')}</div>"
    return page(name, body, back="/phone/", head=head)


async def scan(request: Request) -> Response:
    """扫一扫: paste what a code holds, or touch one of the codes there are."""
    holder, twin = holder_of(request), twin_of(request)
    if holder is None:
        return ask_who(request)
    if request.method == "POST":
        return _scanned((await read_form(request)).get("text", "").strip())
    body = (
        "<form class='pad' method='post'><input name='text' required aria-label='二维码内容'"
        " placeholder='二维码内容、链接或编号'><button class='button'>扫一扫</button></form>"
    )
    rows = twin.store.rows(
        "SELECT w.config_id, w.data ->> 'remark' AS remark, w.data ->> 'state' AS state,"
        " c.name, c.corp_id, w.data ->> '$.user[0]' AS userid FROM contact_way w"
        " JOIN corp c USING (corp_id) ORDER BY w.rowid DESC LIMIT ?",
        (NEARBY,),
    )
    codes = "".join(
        cell(_way_name(twin, row), row["state"] or "", href=f"/q/{row['config_id']}")
        for row in rows
    )
    body += f"<h2>附近的导购码</h2><div class='list'>{codes}</div>" if codes else ""
    return shell(request, holder, "扫一扫", body)


def _way_name(twin: Twin, row: Row) -> str:
    if row["remark"]:
        return str(row["remark"])
    if row["userid"]:
        return messages.sender_name(twin, f"{row['corp_id']}/{row['userid']}")
    return f"{row['name']}的导购"


def _scanned(text: str) -> Response:
    """A code of the twin opens its page; any other web address opens as WeChat opens it."""
    config_id = config_id_in(text)
    if config_id and ("/j/" in text or "/wwpic/join/" in text):
        return RedirectResponse(f"/j/{config_id}", 303)
    if config_id and ("/q/" in text or "/wwpic/" in text or text == config_id):
        return RedirectResponse(f"/q/{config_id}", 303)
    if urlsplit(text).scheme in ("http", "https"):
        return RedirectResponse(text, 303)
    return page("扫一扫", empty("没有识别到二维码"), back="/phone/scan", status=400)


async def workbench(request: Request) -> Response:
    """工作台: the corp's app opens at its home page."""
    holder, twin = holder_of(request), twin_of(request)
    if holder is None or not holder.is_member:
        return ask_who(request)
    corp = twin.store.row("SELECT * FROM corp WHERE corp_id = ?", (holder.corp_id,)) or {}
    homepage = corp.get("home_url")
    if not homepage:
        return shell(request, holder, "工作台", empty("应用还没有设置主页"))
    entry = cell(str(corp["name"]), "自建应用", href=str(homepage), kind="corp")
    return shell(request, holder, "工作台", f"<div class='list'>{entry}</div>")


BOTH = ["GET", "POST"]
routes: list[BaseRoute] = [
    Route("/phone/", home),
    Route("/phone/chat/{sender:path}", chat, methods=BOTH),
    Route("/phone/scan", scan, methods=BOTH),
    Route("/phone/workbench", workbench),
]
