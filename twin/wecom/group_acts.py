"""What people do to groups in their clients, and the events that come of it.

The API itself changes no group, so that everything here raises an event.
"""

from twin.context import Twin
from twin.control import Body, Misuse
from twin.people import find_person
from twin.phone.inbox import put_in_inbox
from twin.store import Row
from twin.wecom import chats
from twin.wecom.corps import find_member, get_corp
from twin.wecom.figures import midnight


def create(twin: Twin, body: Body) -> Row:
    """POST act/group_create {corp_id, owner, name?, members?: [userid | person]}."""
    corp_id = body["corp_id"]
    get_corp(twin, corp_id)
    owner = _member(twin, corp_id, body["owner"])
    chat = chats.create_chat(twin, corp_id, str(body.get("name") or ""), owner)
    for who in dict.fromkeys(body.get("members") or []):
        kind, person = _who(twin, corp_id, who)
        if chats.find_stay(twin, chat["chat_id"], person) is None:
            _check_room(twin, chat)
            chats.add_stay(twin, chat["chat_id"], kind, person, invitor=owner)
    event = chats.tell(twin, chat, "create")
    return {"chat_id": chat["chat_id"], "callback_ids": [event]}


def join(twin: Twin, body: Body) -> Row:
    """POST act/group_join {chat_id, person | userid, scene?, invitor?, state?}.

    ``scene`` is 1 invited by a member, 2 by a link, 3 (usual) by a QR code.
    """
    chat = chats.get_chat(twin, body["chat_id"])
    kind, person = _who(twin, chat["corp_id"], body.get("person") or body["userid"])
    if chats.find_stay(twin, chat["chat_id"], person) is not None:
        return {"already": True, "callback_ids": []}
    _check_room(twin, chat)
    scene = int(body.get("scene") or chats.BY_QR)
    invitor = str(body.get("invitor") or (chat["owner"] if scene == chats.BY_INVITE else ""))
    state = str(body.get("state") or "")
    chats.add_stay(twin, chat["chat_id"], kind, person, scene, invitor, state)
    stay = {"type": kind, "person": person}
    ids = [chats.listed_id(twin, chat["corp_id"], stay)]
    event = chats.tell_members(twin, chat, "add_member", ids, scene)
    return {"already": False, "callback_ids": [event]}


def leave(twin: Twin, body: Body) -> Row:
    """POST act/group_leave {chat_id, person | userid, removed?: bool}."""
    chat = chats.get_chat(twin, body["chat_id"])
    _, person = _who(twin, chat["corp_id"], body.get("person") or body["userid"])
    stay = chats.find_stay(twin, chat["chat_id"], person)
    if stay is None:
        raise Misuse("not in this group", 404)
    if person == chat["owner"]:
        raise Misuse("the owner hands the group over or dismisses it")
    twin.store.execute(
        "UPDATE chat_stay SET quit_time = ? WHERE id = ?", (twin.clock.business(), stay["id"])
    )
    ids = [chats.listed_id(twin, chat["corp_id"], stay)]
    scene = int(bool(body.get("removed")))
    return {"callback_ids": [chats.tell_members(twin, chat, "del_member", ids, scene)]}


def change(twin: Twin, body: Body) -> Row:
    """POST act/group_change {chat_id, name?, notice?, owner?}: one event for each that differs."""
    chat = chats.get_chat(twin, body["chat_id"])
    events = []
    for name in ("name", "notice", "owner"):
        if name not in body:
            continue
        value = str(body[name])
        if name == "owner":
            value = _member(twin, chat["corp_id"], value)
            if chats.find_stay(twin, chat["chat_id"], value) is None:
                raise Misuse("the new owner is not in the group")
        if value == chat[name]:
            continue
        twin.store.execute(
            f"UPDATE chat SET {name} = ? WHERE chat_id = ?", (value, chat["chat_id"])
        )
        events.append(chats.tell(twin, chat, "update", UpdateDetail=f"change_{name}"))
    return {"callback_ids": events}


def dismiss(twin: Twin, body: Body) -> Row:
    """POST act/group_dismiss {chat_id}."""
    chat, now = chats.get_chat(twin, body["chat_id"]), twin.clock.business()
    twin.store.execute("UPDATE chat SET dismissed_at = ? WHERE chat_id = ?", (now, chat["chat_id"]))
    twin.store.execute(
        "UPDATE chat_stay SET quit_time = ? WHERE chat_id = ? AND quit_time IS NULL",
        (now, chat["chat_id"]),
    )
    return {"callback_ids": [chats.tell(twin, chat, "dismiss")]}


def speak(twin: Twin, body: Body) -> Row:
    """POST act/group_speak {chat_id, person | userid, count?, text?}: no event tells of it."""
    chat = chats.get_chat(twin, body["chat_id"])
    _, person = _who(twin, chat["corp_id"], body.get("person") or body["userid"])
    if chats.find_stay(twin, chat["chat_id"], person) is None:
        raise Misuse("not in this group", 404)
    count, day = int(body.get("count") or 1), midnight(twin.clock.business())
    twin.store.execute(
        "INSERT INTO chat_speech (chat_id, day, person, messages) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET messages = messages + excluded.messages",
        (chat["chat_id"], day, person, count),
    )
    text = {"content": str(body.get("text") or "大家好")}
    sender = f"{chat['corp_id']}/{person}"
    put_in_inbox(twin, f"group:{chat['chat_id']}", sender, "text", text)
    return {"day": day, "count": count}


def show_groups(twin: Twin, body: Body) -> Row:
    """GET state/groups?corp_id= — every group that stands, with who is in it."""
    rows = twin.store.rows(
        "SELECT * FROM chat WHERE ? IN ('', corp_id) AND dismissed_at IS NULL ORDER BY rowid",
        (body.get("corp_id") or "",),
    )
    for row in rows:
        row["members"] = [
            {**stay, "id": chats.listed_id(twin, row["corp_id"], stay)}
            for stay in chats.list_stays(twin, row["chat_id"])
        ]
    return {"groups": rows}


def _who(twin: Twin, corp_id: str, who: str) -> tuple[int, str]:
    """(type, id) of a person or of a member. Raises Misuse (404)."""
    if find_person(twin, who) is not None:
        return chats.CUSTOMER, who
    return chats.STAFF, _member(twin, corp_id, who)


def _member(twin: Twin, corp_id: str, userid: str) -> str:
    member = find_member(twin, corp_id, userid)
    if member is None:
        raise Misuse(f"no person or member {userid}", 404)
    return str(member["userid"])


def _check_room(twin: Twin, chat: Row) -> None:
    if len(chats.list_stays(twin, chat["chat_id"])) >= int(twin.settings.get("group_member_cap")):
        raise Misuse("the group is full", 409)
