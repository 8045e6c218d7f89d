"""「加入群聊」: one code for up to five groups (developer page 92229)."""

import secrets

from starlette.routing import BaseRoute

from twin.context import Twin
from twin.control import Body, Misuse
from twin.store import Row, dump, load
from twin.strict import Field
from twin.wecom import chats, group_acts
from twin.wecom.contact_way import check_quota, config_id_in
from twin.wecom.endpoint import Answer, Call, post
from twin.wecom.errors import Refused

MAX_GROUPS = 5
REMARK_CHARS = 30


def add_join_way(call: Call) -> Answer:
    """A new code; the answer has no picture. 41045 when the shared quota is used up."""
    _check_groups(call)
    check_quota(call)
    config_id = secrets.token_hex(16)
    call.twin.store.insert(
        "join_way",
        config_id=config_id,
        corp_id=call.corp_id,
        created_at=call.twin.clock.business(),
        data=dump(_settings(call.body)),
    )
    return {"config_id": config_id}


def _settings(body: Row) -> Row:
    given = {key: value for key, value in body.items() if key != "config_id"}
    given["remark"] = str(given.get("remark") or "")[:REMARK_CHARS]
    return {"auto_create_room": 1, "mark_source": True, **given}


def _check_groups(call: Call) -> None:
    for chat_id in call.body["chat_id_list"]:
        chat = chats.find_chat(call.twin, chat_id)
        if chat is None or chat["corp_id"] != call.corp_id:
            raise Refused(86003, chat_id)


def find_join_way(twin: Twin, config_id: str) -> Row | None:
    """The code with its settings read, whatever the corp."""
    row = twin.store.row("SELECT * FROM join_way WHERE config_id = ?", (config_id,))
    return {**row, "data": load(row["data"])} if row else None


def _own(call: Call) -> Row:
    way = find_join_way(call.twin, call.body["config_id"])
    if way is None or way["corp_id"] != call.corp_id:
        raise Refused(41044)
    return way


def get_join_way(call: Call) -> Answer:
    """One code as it stands, with its picture."""
    way = _own(call)
    data = way["data"]
    view = {
        "config_id": way["config_id"],
        "scene": data["scene"],
        "remark": data["remark"],
        "auto_create_room": data["auto_create_room"],
        "room_base_name": data.get("room_base_name", ""),
        "room_base_id": data.get("room_base_id", 0),
        "chat_id_list": data["chat_id_list"],
        "qr_code": f"{call.twin.settings.get('public_base')}/wwpic/join/{way['config_id']}.svg",
        "state": data.get("state", ""),
        "mark_source": data["mark_source"],
    }
    return {"join_way": view}


def update_join_way(call: Call) -> Answer:
    """Overwrite the whole code: what is not given goes back to its default."""
    way = _own(call)
    _check_groups(call)
    _keep(call.twin, way["config_id"], _settings(call.body))
    return {}


def _keep(twin: Twin, config_id: str, data: Row) -> None:
    twin.store.execute("UPDATE join_way SET data = ? WHERE config_id = ?", (dump(data), config_id))


def del_join_way(call: Call) -> Answer:
    """The code stops working."""
    way = _own(call)
    call.twin.store.execute("DELETE FROM join_way WHERE config_id = ?", (way["config_id"],))
    return {}


def scan_join_way(twin: Twin, body: Body) -> Row:
    """POST act/scan_join_way {person | userid, config_id | qr_code}: where there is room."""
    config_id = body.get("config_id") or config_id_in(str(body.get("qr_code") or ""))
    way = find_join_way(twin, str(config_id or ""))
    if way is None:
        raise Misuse("the code does not work", 404)
    who: Body = {name: body[name] for name in ("person", "userid") if name in body}
    chat = _with_room(twin, way, str(who.get("person") or body["userid"]))
    wanted = {**who, "chat_id": chat["chat_id"], "scene": chats.BY_QR}
    joined = group_acts.join(twin, {**wanted, "state": way["data"].get("state", "")})
    return {"chat_id": chat["chat_id"], **joined}


def _with_room(twin: Twin, way: Row, person: str) -> Row:
    """The group the person is in already, else the first one with room, else a new one."""
    standing = [chats.find_chat(twin, chat_id) for chat_id in way["data"]["chat_id_list"]]
    groups = [chat for chat in standing if chat is not None]
    for chat in groups:
        if chats.find_stay(twin, chat["chat_id"], person) is not None:
            return chat
    cap = int(twin.settings.get("group_member_cap"))
    for chat in groups:
        if len(chats.list_stays(twin, chat["chat_id"])) < cap:
            return chat
    if not groups or not way["data"]["auto_create_room"]:
        raise Misuse("the group is full", 409)
    return _new_room(twin, way, groups[-1])


def _new_room(twin: Twin, way: Row, last: Row) -> Row:
    """A group of the last one's owner, named base name + base id, counted on each time.

    How the real list changes then is not documented: here the new group is its last, and
    the oldest leaves when there would be more than five.
    """
    data = way["data"]
    number = int(data.get("room_base_id") or 1)
    name = f"{data.get('room_base_name') or last['name']}{number}"
    chat = chats.create_chat(twin, way["corp_id"], name, last["owner"])
    kept = [*data["chat_id_list"], chat["chat_id"]][-MAX_GROUPS:]
    _keep(twin, way["config_id"], {**data, "room_base_id": number + 1, "chat_id_list": kept})
    chats.tell(twin, chat, "create")
    return chat


CONFIG_ID = {"config_id": Field(str, required=True, missing=41043, invalid=41044)}
BODY = {
    "scene": Field(int, required=True, missing=41038, invalid=41040, choices=(1, 2)),
    "remark": Field(str),
    "auto_create_room": Field(int, choices=(0, 1)),
    "room_base_name": Field(str, max_chars=40),
    "room_base_id": Field(int),
    "chat_id_list": Field(
        list, required=True, item=Field(str), max_items=MAX_GROUPS, too_long=41091
    ),
    "state": Field(str, max_chars=30),
    "mark_source": Field(bool),
}

routes: list[BaseRoute] = [
    post("externalcontact/groupchat/add_join_way", add_join_way, BODY),
    post("externalcontact/groupchat/get_join_way", get_join_way, CONFIG_ID),
    post("externalcontact/groupchat/update_join_way", update_join_way, {**CONFIG_ID, **BODY}),
    post("externalcontact/groupchat/del_join_way", del_join_way, CONFIG_ID),
]
