"""Who holds the phone, new customers, and the time."""

from urllib.parse import quote, urlencode

import httpx
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from twin.context import Twin, twin_of
from twin.hosts import HostNotMapped, send
from twin.people import create_person
from twin.phone.html import empty, face, form_button, form_cell, h, page
from twin.phone.messages import when
from twin.phone.session import Holder, become, find_holder, holder_of, local_path, read_form
from twin.store import dump

STEPS = (("1 小时", 3600), ("1 天", 86_400), ("8 天", 8 * 86_400))
SHOWN = 50


async def who(request: Request) -> Response:
    """Choose who holds the phone; add a customer; move business time."""
    twin, holder = twin_of(request), holder_of(request)
    after = local_path(request.query_params.get("next"))
    body = _me(twin, holder) if holder else ""
    return page(
        "我是谁",
        body + _customers(twin, after) + _members(twin, after),
        back="/phone/" if holder else "",
    )


def _me(twin: Twin, holder: Holder) -> str:
    steps = "".join(
        form_button("/phone/clock", label, "plain", seconds=str(seconds))
        for label, seconds in STEPS
    )
    return (
        f"<div class='profile'>{face(holder.name, 'me')}<div><b>{h(holder.name)}</b>"
        f"<div>现在是 {h(when(twin.clock.business()))}</div></div></div>"
        f"<div class='pad'><a class='button plain' href='/phone/wallet'>钱包</a></div>"
        f"<h2>推进时间</h2><div class='steps'>{steps}</div>"
    )


def _customers(twin: Twin, after: str) -> str:
    onward = urlencode({"next": after})
    people = twin.store.rows(
        "SELECT * FROM person WHERE person NOT IN (SELECT coalesce(profile ->> 'person', '')"
        " FROM member) ORDER BY rowid DESC LIMIT ?",
        (SHOWN,),
    )
    cells = "".join(
        form_cell(f"/phone/be/{p['person']}?{onward}", p["name"], "顾客") for p in people
    )
    return (
        f"<h2>顾客</h2><div class='list'>{cells}</div>"
        f"<form class='pad' method='post' action='/phone/people?{h(onward)}'><input name='name'"
        " required maxlength='20' aria-label='新顾客的名字' placeholder='新顾客的名字'>"
        "<button class='button'>添加顾客</button></form>"
    )


def _members(twin: Twin, after: str) -> str:
    members = twin.store.rows(
        "SELECT m.*, c.name AS corp FROM member m JOIN corp c USING (corp_id)"
        " ORDER BY m.rowid LIMIT ?",
        (SHOWN,),
    )
    cells = "".join(
        form_cell(
            f"/phone/be/{quote(m['userid'])}?"
            + urlencode({"next": after, "corp_id": m["corp_id"]}),
            m["name"],
            m["corp"],
            kind="corp",
        )
        for m in members
    )
    return f"<h2>企业成员</h2><div class='list'>{cells}</div>" if cells else ""


async def be(request: Request) -> Response:
    """``POST /phone/be/{person or userid}?corp_id=&next=``: hand the phone over."""
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


routes: list[BaseRoute] = [
    Route("/phone/who", who),
    Route("/phone/be/{who}", be, methods=["POST"]),
    Route("/phone/people", add_person, methods=["POST"]),
    Route("/phone/clock", move_clock, methods=["POST"]),
]
