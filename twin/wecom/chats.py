"""Customer groups as the twin keeps them: who is in, since when, and how one is told of it."""

import secrets

from twin.context import Twin
from twin.control import Misuse
from twin.people import external_userid_of
from twin.store import Row
from twin.wecom.callbacks import emit

STAFF, CUSTOMER = 1, 2
BY_INVITE, BY_LINK, BY_QR = 1, 2, 3
EVENT = "change_external_chat"


def find_chat(twin: Twin, chat_id: str) -> Row | None:
    """The group that stands, or None."""
    return twin.store.row(
        "SELECT * FROM chat WHERE chat_id = ? AND dismissed_at IS NULL", (chat_id,)
    )


def get_chat(twin: Twin, chat_id: str) -> Row:
    """The group of an admin call. Raises Misuse (404)."""
    chat = find_chat(twin, chat_id)
    if chat is None:
        raise Misuse(f"no group {chat_id}", 404)
    return chat


def create_chat(twin: Twin, corp_id: str, name: str, owner: str) -> Row:
    """A group with its owner in it."""
    row: Row = {
        "chat_id": "wr" + secrets.token_urlsafe(24)[:30],
        "corp_id": corp_id,
        "name": name,
        "owner": owner,
        "notice": "",
        "create_time": twin.clock.business(),
        "member_version": secrets.token_hex(16),
    }
    twin.store.insert("chat", **row)
    add_stay(twin, row["chat_id"], STAFF, owner)
    return row


def add_stay(
    twin: Twin,
    chat_id: str,
    kind: int,
    person: str,
    scene: int = BY_INVITE,
    invitor: str = "",
    state: str = "",
) -> None:
    """Someone is in the group from now on."""
    twin.store.insert(
        "chat_stay",
        chat_id=chat_id,
        type=kind,
        person=person,
        join_time=twin.clock.business(),
        join_scene=scene,
        invitor=invitor,
        state=state,
    )


def find_stay(twin: Twin, chat_id: str, person: str) -> Row | None:
    """The person's (or the member's) present stay in the group."""
    return twin.store.row(
        "SELECT * FROM chat_stay WHERE chat_id = ? AND person = ? AND quit_time IS NULL",
        (chat_id, person),
    )


def list_stays(twin: Twin, chat_id: str) -> list[Row]:
    """Who is in the group, in the order of joining."""
    return twin.store.rows(
        "SELECT * FROM chat_stay WHERE chat_id = ? AND quit_time IS NULL ORDER BY id", (chat_id,)
    )


def listed_id(twin: Twin, corp_id: str, stay: Row) -> str:
    """What the API calls someone in a group: userid or external_userid."""
    if stay["type"] == STAFF:
        return str(stay["person"])
    return external_userid_of(twin, corp_id, stay["person"])


def tell_members(twin: Twin, chat: Row, detail: str, ids: list[str], scene: int) -> int:
    """``add_member`` or ``del_member``: the group gets a new member_version; the event's id."""
    last, current = chat["member_version"], secrets.token_hex(16)
    twin.store.execute(
        "UPDATE chat SET member_version = ? WHERE chat_id = ?", (current, chat["chat_id"])
    )
    joined = detail == "add_member"
    fields = {
        "JoinScene": (BY_QR if scene == BY_QR else 0) if joined else 0,
        "QuitScene": 0 if joined else scene,
        "MemChangeCnt": len(ids),
        "MemChangeList": ids,
        "LastMemVer": last,
        "CurMemVer": current,
    }
    return tell(twin, chat, "update", UpdateDetail=detail, **fields)


def tell(twin: Twin, chat: Row, change: str, **fields: object) -> int:
    """One change_external_chat event; its id."""
    shown = {"ChatId": chat["chat_id"], "ChangeType": change, **fields}
    return emit(twin, str(chat["corp_id"]), EVENT, shown)
