"""A customer's guides, and a guide's customers."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from twin.context import Twin, twin_of
from twin.phone import messages
from twin.phone.html import empty, face, h
from twin.phone.session import Holder, holder_of, read_form
from twin.phone.shell import act_on, ask_who, shell
from twin.store import Row
from twin.wecom import acts

RELATIONS = """
SELECT f.*, i.person, p.name FROM follow f
JOIN identity i ON i.value = f.external_userid AND i.scope = 'external:' || f.corp_id
JOIN person p USING (person)
"""


async def contacts(request: Request) -> Response:
    """Each contact with a way to delete them."""
    holder, twin = holder_of(request), twin_of(request)
    if holder is None:
        return ask_who(request)
    title = "我的客户" if holder.is_member else "我的导购"
    rows = _relations(twin, holder)
    if not rows:
        return shell(request, holder, title, empty("还没有联系人"))
    body = "".join(_contact(twin, holder, row) for row in rows)
    return shell(request, holder, title, f"<div class='list'>{body}</div>")


def _relations(twin: Twin, holder: Holder) -> list[Row]:
    if holder.is_member:
        return twin.store.rows(
            RELATIONS + "WHERE f.corp_id = ? AND f.userid = ? ORDER BY f.rowid DESC",
            (holder.corp_id, holder.userid),
        )
    return twin.store.rows(
        RELATIONS + "WHERE i.person = ? AND f.deleted_by_customer = 0 ORDER BY f.rowid DESC",
        (holder.person,),
    )


def _contact(twin: Twin, holder: Holder, row: Row) -> str:
    sender = f"{row['corp_id']}/{row['userid']}"
    if holder.is_member:
        name, note = str(row["name"]), str(row["remark"] or "微信客户")
        note = "已将你删除" if row["deleted_by_customer"] else note
        text = f"<div>{h(name)}<small>{h(note)}</small></div>"
    else:
        name, _, note = messages.sender_name(twin, sender).partition("@")
        inner = f"{h(name)}<small>{h(note)}</small>"
        text = f"<div><a href='/phone/chat/{h(sender)}'>{inner}</a></div>"
    remove = (
        f"<form method='post' action='/phone/delete'><input type='hidden' name='sender'"
        f" value='{h(sender)}'><input type='hidden' name='person' value='{h(row['person'])}'>"
        f"<button class='small' aria-label='删除{h(name)}'>删除</button></form>"
    )
    return f"<div class='cell'>{face(name)}{text}{remove}</div>"


async def delete(request: Request) -> Response:
    """Delete a guide, or, as a guide, a customer of one's own."""
    holder, form = holder_of(request), await read_form(request)
    if holder is None:
        return ask_who(request)
    sender = form.get("sender", "")
    if not holder.is_member:
        act_on(request, acts.delete, sender, holder.person, by="customer")
    elif sender == f"{holder.corp_id}/{holder.userid}":
        act_on(request, acts.delete, sender, form.get("person", ""), by="staff")
    return RedirectResponse("/phone/contacts", 303)


routes: list[BaseRoute] = [
    Route("/phone/contacts", contacts),
    Route("/phone/delete", delete, methods=["POST"]),
]
