"""The pages of a phone: messages, scanning, contacts, wallet, and who one is."""

from urllib.parse import quote, urlsplit

import httpx
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from twin.context import Twin, twin_of
from twin.control import Misuse
from twin.hosts import HostNotMapped, send
from twin.pay.payments import wallet
from twin.people import create_person
from twin.phone import messages
from twin.phone.html import cell, empty, face, form_button, form_cell, h, page, tabs
from twin.phone.session import Holder, become, find_holder, holder_of, local_path, read_form
from twin.store import Row, dump
from twin.wecom import acts
from twin.wecom.contact_way import config_id_in

CUSTOMER_TABS = [
    ("/phone/", "消息"),
    ("/phone/scan", "扫一扫"),
    ("/phone/contacts", "通讯录"),
    ("/phone/wallet", "钱包"),
]
MEMBER_TABS = [
    ("/phone/", "消息"),
    ("/phone/workbench", "工作台"),
    ("/phone/contacts", "客户"),
]
SWITCH = "<a class='more' href='/phone/who'>我</a>"
DAY = 86_400


def _shell(request: Request, holder: Holder, title: str, body: str) -> Response:
    entries = MEMBER_TABS if holder.is_member else CUSTOMER_TABS
    return page(title, body, more=SWITCH, tabs=tabs(entries, request.url.path))


def _choose(request: Request) -> Response:
    return RedirectResponse(f"/phone/who?next={quote(request.url.path, safe='')}", 303)


async def home(request: Request) -> Response:
    """Messages, by sender."""
    holder = holder_of(request)
    if holder is None:
        return _choose(request)
    title = "企业微信" if holder.is_member else "微信"
    return _shell(request, holder, title, messages.conversations(twin_of(request), holder))


async def chat(request: Request) -> Response:
    """One conversation; a customer may write first, which spends the welcome code."""
    holder, twin, sender = holder_of(request), twin_of(request), request.path_params["sender"]
    if holder is None:
        return _choose(request)
    if request.method == "POST":
        _act_on(twin, holder, sender, acts.chat)
    body = messages.talk(twin, holder, sender)
    name = messages.sender_name(twin, sender).partition("@")[0]
    if "/" in sender and not holder.is_member:
        body += f"<div class='pad'>{form_button(request.url.path, '发一条消息', 'plain')}</div>"
    return page(name, body, back="/phone/")


def _act_on(twin: Twin, holder: Holder, sender: str, act: object, **more: str) -> None:
    corp_id, _, userid = sender.partition("/")
    if not callable(act):
        return
    try:
        with twin.store.transaction():
            act(twin, {"corp_id": corp_id, "userid": userid, "person": holder.person, **more})
    except Misuse:
        return


async def scan(request: Request) -> Response:
    """扫一扫: paste what a code holds, or touch one of the codes there are."""
    holder, twin = holder_of(request), twin_of(request)
    if holder is None:
        return _choose(request)
    if request.method == "POST":
        return _scanned((await read_form(request)).get("text", "").strip())
    rows = twin.store.rows(
        "SELECT w.config_id, w.data ->> 'remark' AS remark, w.data ->> 'state' AS state,"
        " c.name, c.corp_id, w.data ->> '$.user[0]' AS userid FROM contact_way w"
        " JOIN corp c USING (corp_id) ORDER BY w.rowid DESC LIMIT 20"
    )
    codes = "".join(
        cell(_way_name(twin, row), row["state"] or "", href=f"/q/{row['config_id']}")
        for row in rows
    )
    body = (
        "<form class='pad' method='post'><input name='text' required"
        " placeholder='二维码内容、链接或 config_id'><button class='button'>扫一扫</button></form>"
    )
    body += f"<h2>附近的导购码</h2><div class='list'>{codes}</div>" if codes else ""
    return _shell(request, holder, "扫一扫", body)


def _way_name(twin: Twin, row: Row) -> str:
    if row["remark"]:
        return str(row["remark"])
    if row["userid"]:
        return messages.sender_name(twin, f"{row['corp_id']}/{row['userid']}")
    return f"{row['name']}的导购"


def _scanned(text: str) -> Response:
    """A code of the twin opens its page; any other web address opens as WeChat opens it."""
    config_id = config_id_in(text)
    if config_id and ("/q/" in text or "/wwpic/" in text or text == config_id):
        return RedirectResponse(f"/q/{config_id}", 303)
    if urlsplit(text).scheme in ("http", "https"):
        return RedirectResponse(text, 303)
    return page("扫一扫", empty("没有识别到二维码"), back="/phone/scan", status=400)


async def contacts(request: Request) -> Response:
    """A customer's guides, or a guide's customers, each with a way to delete them."""
    holder, twin = holder_of(request), twin_of(request)
    if holder is None:
        return _choose(request)
    rows = _relations(twin, holder)
    title = "我的客户" if holder.is_member else "我的导购"
    if not rows:
        return _shell(request, holder, title, empty("还没有联系人"))
    body = "".join(_contact(twin, holder, row) for row in rows)
    return _shell(request, holder, title, f"<div class='list'>{body}</div>")


def _relations(twin: Twin, holder: Holder) -> list[Row]:
    where = "f.corp_id = ? AND f.userid = ?" if holder.is_member else "i.person = ? AND 1 = ?"
    values = (holder.corp_id, holder.userid) if holder.is_member else (holder.person, 1)
    return twin.store.rows(
        "SELECT f.*, i.person, p.name FROM follow f JOIN identity i"
        " ON i.value = f.external_userid AND i.scope = 'external:' || f.corp_id"
        f" JOIN person p USING (person) WHERE {where}"
        " AND (f.deleted_by_customer = 0 OR 1 = ?) ORDER BY f.rowid DESC",
        (*values, int(holder.is_member)),
    )


def _contact(twin: Twin, holder: Holder, row: Row) -> str:
    sender = f"{row['corp_id']}/{row['userid']}"
    if holder.is_member:
        name, note = row["name"], row["remark"] or "微信客户"
        note = "已将你删除" if row["deleted_by_customer"] else note
        href = ""
    else:
        name, _, note = messages.sender_name(twin, sender).partition("@")
        href = f"/phone/chat/{sender}"
    remove = (
        f"<form method='post' action='/phone/delete'><input type='hidden' name='sender'"
        f" value='{h(sender)}'><input type='hidden' name='person' value='{h(row['person'])}'>"
        f"<button class='cell'><span class='side' style='color:#fa5151'>删除{h(name)}</span>"
        "</button></form>"
    )
    return cell(name, note, href=href) + remove


async def delete(request: Request) -> Response:
    """Delete a guide, or, as a guide, a customer."""
    holder, twin, form = holder_of(request), twin_of(request), await read_form(request)
    if holder is None:
        return _choose(request)
    sender = form.get("sender", "")
    if not holder.is_member:
        _act_on(twin, holder, sender, acts.delete, by="customer")
    elif sender == f"{holder.corp_id}/{holder.userid}":
        customer = Holder(form.get("person", ""), "")
        _act_on(twin, customer, sender, acts.delete, by="staff")
    return RedirectResponse("/phone/contacts", 303)


async def purse(request: Request) -> Response:
    """What the person has paid."""
    holder = holder_of(request)
    if holder is None:
        return _choose(request)
    paid = wallet(twin_of(request), holder.person)
    if not paid:
        return _shell(request, holder, "钱包", empty("还没有付款记录"))
    cells = "".join(_payment(entry) for entry in paid)
    return _shell(request, holder, "钱包", f"<div class='list'>{cells}</div>")


def _payment(entry: Row) -> str:
    note = f"{messages.when(entry['paid_at'])} {entry['description']}"
    if entry["refunded"]:
        note = f"已退款 {_yuan(entry['refunded'])} · {note}"
    return (
        f"<div class='cell'>{face(entry['merchant'])}<div>{h(entry['merchant'])}"
        f"<small>{h(note)}</small></div><span class='money'>-{_yuan(entry['amount'])}</span></div>"
    )


def _yuan(fen: int) -> str:
    return f"¥{fen // 100}.{fen % 100:02d}"


async def workbench(request: Request) -> Response:
    """工作台: the corp's app opens at its home page."""
    holder, twin = holder_of(request), twin_of(request)
    if holder is None or not holder.is_member:
        return _choose(request)
    corp = twin.store.row("SELECT * FROM corp WHERE corp_id = ?", (holder.corp_id,)) or {}
    homepage = corp.get("home_url")
    if not homepage:
        return _shell(request, holder, "工作台", empty("应用还没有设置主页"))
    entry = cell(str(corp["name"]), "自建应用", href=str(homepage), kind="corp")
    return _shell(request, holder, "工作台", f"<div class='list'>{entry}</div>")


async def who(request: Request) -> Response:
    """Choose who holds the phone; add a customer; move business time."""
    twin, holder = twin_of(request), holder_of(request)
    after = local_path(request.query_params.get("next"))
    onward = f"?next={quote(after, safe='')}"
    body = _me(twin, holder) if holder else ""
    people = twin.store.rows(
        "SELECT * FROM person WHERE person NOT IN (SELECT coalesce(profile ->> 'person', '')"
        " FROM member) ORDER BY rowid DESC LIMIT 50"
    )
    cells = "".join(
        form_cell(f"/phone/be/{p['person']}{onward}", p["name"], "顾客") for p in people
    )
    body += f"<h2>顾客</h2><div class='list'>{cells}</div>"
    body += (
        f"<form class='pad' method='post' action='/phone/people{h(onward)}'><input name='name'"
        " required maxlength='20' placeholder='新顾客的名字'>"
        "<button class='button'>添加顾客</button></form>"
    )
    members = twin.store.rows(
        "SELECT m.*, c.name AS corp FROM member m JOIN corp c USING (corp_id) ORDER BY m.rowid"
    )
    guides = "".join(
        form_cell(
            f"/phone/be/{quote(m['userid'])}{onward}&corp_id={m['corp_id']}",
            m["name"],
            m["corp"],
            kind="corp",
        )
        for m in members
    )
    body += f"<h2>企业成员</h2><div class='list'>{guides}</div>" if guides else ""
    return page("我是谁", body, back="/phone/" if holder else "")


def _me(twin: Twin, holder: Holder) -> str:
    now = messages.when(twin.clock.business())
    steps = "".join(
        form_button("/phone/clock", label, "plain", seconds=str(seconds))
        for label, seconds in (("1 小时", 3600), ("1 天", DAY), ("8 天", 8 * DAY))
    )
    return (
        f"<div class='profile'>{face(holder.name, 'me')}<div><b>{h(holder.name)}</b>"
        f"<div>现在的业务时间 {h(now)}</div></div></div>"
        f"<h2>推进时间</h2><div class='pad'>{steps}</div>"
    )


async def be(request: Request) -> Response:
    """``POST /phone/be/{person or userid}``: hand the phone over."""
    holder = find_holder(
        twin_of(request), request.path_params["who"], request.query_params.get("corp_id", "")
    )
    if holder is None:
        return page("我是谁", empty("没有这个人"), back="/phone/who", status=404)
    return become(holder, local_path(request.query_params.get("next")))


async def add_person(request: Request) -> Response:
    """A new customer, who takes the phone."""
    twin, form = twin_of(request), await read_form(request)
    name = form.get("name", "").strip()[:20]
    if not name:
        return RedirectResponse("/phone/who", 303)
    person = create_person(twin, name)["person"]
    return become(Holder(person, name), local_path(request.query_params.get("next")))


async def move_clock(request: Request) -> Response:
    """Ask the product to move its clock, then follow it."""
    twin = twin_of(request)
    seconds = int((await read_form(request)).get("seconds") or 0)
    offset = twin.clock.offset + seconds
    url = str(twin.settings.get("product_clock_url"))
    if url:
        try:
            offset = await _move_product(twin, url, seconds)
        except (httpx.HTTPError, HostNotMapped, ValueError, KeyError, TypeError):
            return page("我是谁", empty("产品没有推进时间"), back="/phone/who", status=502)
    twin.clock.set_offset(offset)
    return RedirectResponse("/phone/who", 303)


async def _move_product(twin: Twin, url: str, seconds: int) -> float:
    """POST {"seconds": N}; the answer's ``offset_seconds``."""
    headers = {"Content-Type": "application/json"}
    body = dump({"seconds": seconds}).encode()
    response = await send(twin, "POST", url, timeout=30.0, headers=headers, body=body)
    response.raise_for_status()
    return float(response.json()["offset_seconds"])


POST, BOTH = ["POST"], ["GET", "POST"]
routes: list[BaseRoute] = [
    Route("/phone/", home),
    Route("/phone/chat/{sender:path}", chat, methods=BOTH),
    Route("/phone/scan", scan, methods=BOTH),
    Route("/phone/contacts", contacts),
    Route("/phone/delete", delete, methods=POST),
    Route("/phone/wallet", purse),
    Route("/phone/workbench", workbench),
    Route("/phone/who", who),
    Route("/phone/be/{who}", be, methods=POST),
    Route("/phone/people", add_person, methods=POST),
    Route("/phone/clock", move_clock, methods=POST),
]
