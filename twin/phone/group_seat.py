"""A phone's place in a group: who one is there, what everyone is called, what one may do."""

from collections.abc import Callable

from starlette.requests import Request

from twin.context import Twin, twin_of
from twin.control import Body, Misuse
from twin.people import find_person
from twin.phone.session import Holder
from twin.store import Row
from twin.wecom import chats
from twin.wecom.corps import find_member


def seat_of(holder: Holder) -> str:
    """Who the holder is in a group: the member, or the WeChat user."""
    return holder.userid if holder.is_member else holder.person


def find_own_chat(request: Request, holder: Holder) -> Row | None:
    """The group of the path, when the holder is in it."""
    twin = twin_of(request)
    chat = chats.find_chat(twin, request.path_params["chat_id"])
    if chat is None or chats.find_stay(twin, chat["chat_id"], seat_of(holder)) is None:
        return None
    return chat


def title_of(twin: Twin, chat: Row) -> str:
    """The group's name with the number of people in it."""
    return f"{chat['name'] or '群聊'}({len(chats.list_stays(twin, chat['chat_id']))})"


def name_of(twin: Twin, corp_id: str, who: str) -> str:
    """The name of a member or of a WeChat user in a group."""
    found = find_member(twin, corp_id, who) or find_person(twin, who)
    return str(found["name"]) if found else who


def act_in(
    twin: Twin, act: Callable[[Twin, Body], object], chat: Row, who: Holder, **more: object
) -> bool:
    """Whether ``who`` could do it."""
    person = {"userid": who.userid} if who.is_member else {"person": who.person}
    try:
        with twin.store.transaction():
            act(twin, {"chat_id": chat["chat_id"], **person, **more})
    except Misuse:
        return False
    return True
