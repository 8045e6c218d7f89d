"""About a group: who is in it, its code, inviting customers, leaving."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from twin.context import Twin, twin_of
from twin.phone.group_seat import act_in, find_own_chat, name_of
from twin.phone.html import cell, empty, face, form_button, h, page
from twin.phone.session import Holder, holder_of, read_form
from twin.phone.shell import ask_who
from twin.store import Row
from twin.wecom import chats, group_acts

INVITABLE = 50


async def about(request: Request) -> Response:
    """A member may invite their customers, a customer may leave."""
    holder, twin = holder_of(request), twin_of(request)
    if holder is None:
        return ask_who(request)
    chat = find_own_chat(request, holder)
    if chat is None:
        return page("群资料", empty("你不在这个群里"), back="/phone/groups", status=404)
    if request.method == "POST":
        person = (await read_form(request)).get("invite", "")
        return RedirectResponse(_decide(twin, chat, holder, person), 303)
    body = _members(twin, chat) + _code(twin, chat)
    body += _invite(twin, chat, holder) if holder.is_member else _leave(chat)
    return page("群资料", body, back=f"/phone/group/{chat['chat_id']}")


def _decide(twin: Twin, chat: Row, holder: Holder, person: str) -> str:
    """Invite ``person``, or, without one, leave; where to go on."""
    if not holder.is_member:
        act_in(twin, group_acts.leave, chat, holder)
        return "/phone/groups"
    asked = {"scene": chats.BY_INVITE, "invitor": holder.userid}
    if any(row["person"] == person for row in _invitable(twin, chat, holder)):
        act_in(twin, group_acts.join, chat, Holder(person, ""), **asked)
    return f"/phone/group/{chat['chat_id']}/about"


def _members(twin: Twin, chat: Row) -> str:
    stays = chats.list_stays(twin, chat["chat_id"])
    cells = "".join(
        cell(
            name_of(twin, chat["corp_id"], stay["person"]),
            "群主" if stay["person"] == chat["owner"] else _kind(stay),
            kind="corp" if stay["type"] == chats.STAFF else "",
        )
        for stay in stays
    )
    return f"<h2>群成员 {len(stays)} 人</h2><div class='list'>{cells}</div>"


def _kind(stay: Row) -> str:
    return "企业成员" if stay["type"] == chats.STAFF else "微信客户"


def _code(twin: Twin, chat: Row) -> str:
    address = f"{twin.settings.get('public_base')}/g/{chat['chat_id']}"
    return (
        "<h2>群二维码</h2><div class='code'>"
        f"<img alt='群二维码' src='/wwpic/group/{h(chat['chat_id'])}.svg'><p>{h(address)}</p></div>"
    )


def _invitable(twin: Twin, chat: Row, holder: Holder) -> list[Row]:
    """The member's customers who are not in the group."""
    return twin.store.rows(
        "SELECT i.person, p.name FROM follow f JOIN identity i ON i.value = f.external_userid"
        " AND i.scope = 'external:' || f.corp_id JOIN person p USING (person) WHERE f.corp_id = ?"
        " AND f.userid = ? AND f.deleted_by_customer = 0 AND i.person NOT IN (SELECT person FROM"
        " chat_stay WHERE chat_id = ? AND quit_time IS NULL) ORDER BY f.rowid DESC LIMIT ?",
        (holder.corp_id, holder.userid, chat["chat_id"], INVITABLE),
    )


def _invite(twin: Twin, chat: Row, holder: Holder) -> str:
    cells = "".join(
        f"<div class='cell'>{face(row['name'])}<div>{h(row['name'])}</div>"
        f"<form method='post'><input type='hidden' name='invite' value='{h(row['person'])}'>"
        f"<button class='small green' aria-label='邀请{h(row['name'])}'>邀请</button></form></div>"
        for row in _invitable(twin, chat, holder)
    )
    return f"<h2>邀请客户进群</h2><div class='list'>{cells}</div>" if cells else ""


def _leave(chat: Row) -> str:
    action = f"/phone/group/{chat['chat_id']}/about"
    return f"<div class='pad'>{form_button(action, '退出群聊', 'red')}</div>"


routes: list[BaseRoute] = [
    Route("/phone/group/{chat_id}/about", about, methods=["GET", "POST"]),
]
