"""A group's conversation: read, write."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from twin.context import Twin, twin_of
from twin.phone.group_seat import act_in, find_own_chat, name_of, title_of
from twin.phone.html import empty, h, page
from twin.phone.messages import bubble
from twin.phone.session import holder_of, read_form
from twin.phone.shell import ask_who
from twin.store import Row
from twin.wecom import group_acts

SHOWN = 200  # messages


async def conversation(request: Request) -> Response:
    """Read and write in a group; its notice stands above."""
    holder, twin = holder_of(request), twin_of(request)
    if holder is None:
        return ask_who(request)
    chat = find_own_chat(request, holder)
    if chat is None:
        return page("群聊", empty("你不在这个群里"), back="/phone/groups", status=404)
    if request.method == "POST":
        text = (await read_form(request)).get("text", "").strip()
        if text:
            act_in(twin, group_acts.speak, chat, holder, text=text)
        return RedirectResponse(request.url.path, 303)
    more = f"<a class='more' href='{request.url.path}/about'>群资料</a>"
    body = _notice(chat) + _talk(twin, chat) + _write(request.url.path)
    return page(title_of(twin, chat), body, back="/phone/groups", more=more)


def _notice(chat: Row) -> str:
    return f"<p class='notice'>群公告:{h(chat['notice'])}</p>" if chat["notice"] else ""


def _talk(twin: Twin, chat: Row) -> str:
    rows = twin.store.rows(
        "SELECT * FROM (SELECT * FROM inbox WHERE owner = ? ORDER BY id DESC LIMIT ?) ORDER BY id",
        (f"group:{chat['chat_id']}", SHOWN),
    )
    if not rows:
        return empty("还没有消息")
    said = [bubble(name_of(twin, chat["corp_id"], _speaker(row)), row, named=True) for row in rows]
    return f"<div class='talk'>{''.join(said)}</div>"


def _speaker(row: Row) -> str:
    return str(row["sender"]).partition("/")[2]


def _write(action: str) -> str:
    return (
        f"<form class='pad' method='post' action='{h(action)}'><input name='text' maxlength='500'"
        " required aria-label='消息' placeholder='说点什么'>"
        "<button class='button'>发送</button></form>"
    )


routes: list[BaseRoute] = [
    Route("/phone/group/{chat_id}", conversation, methods=["GET", "POST"]),
]
