"""Customer groups, read (developer pages 92120, 92122)."""

from starlette.routing import BaseRoute

from twin.people import find_person
from twin.store import Row
from twin.strict import Field
from twin.wecom import chats
from twin.wecom.corps import find_member
from twin.wecom.endpoint import Answer, Call, post
from twin.wecom.errors import Refused
from twin.wecom.paging import limit_of, page_asked

MAX_OWNERS = 100
MAX_UNFILTERED = 1000
NORMAL, RESIGNED = 0, 1


def groupchat_list(call: Call) -> Answer:
    """Groups of visible owners; who has resigned must be named. 81017 past 1,000 people."""
    owners = named_owners(call)
    wanted = call.body.get("status_filter") or 0
    rows = [
        {"chat_id": row["chat_id"], "status": NORMAL if row["present"] else RESIGNED}
        for row in owned_chats(call, owners)
        if owners is not None or row["present"]
    ]
    rows = [row for row in rows if not wanted or row["status"] == wanted]
    limit = limit_of(call, usual=call.body["limit"], most=1000)
    shown, cursor = page_asked(call, rows, limit)
    return {"group_chat_list": shown, "next_cursor": cursor}


def named_owners(call: Call) -> list[str] | None:
    """The userids of owner_filter, lower-cased; None without it. 60011 for an invisible one."""
    userids = (call.body.get("owner_filter") or {}).get("userid_list")
    if not userids:
        sql = "SELECT count(*) FROM member WHERE corp_id = ? AND visible = 1"
        if call.twin.store.value(sql, (call.corp_id,)) > MAX_UNFILTERED:
            raise Refused(81017)
        return None
    for userid in userids:
        member = find_member(call.twin, call.corp_id, userid)
        if member is not None and not member["visible"]:
            raise Refused(60011)
    return [userid.lower() for userid in userids]


def owned_chats(call: Call, owners: list[str] | None) -> list[Row]:
    """Standing groups with ``present``: whether the owner is still a member who works here."""
    rows = call.twin.store.rows(
        "SELECT c.*, coalesce(m.active, 0) AS present FROM chat c LEFT JOIN member m"
        " ON m.corp_id = c.corp_id AND m.userid = c.owner WHERE c.corp_id = ?"
        " AND c.dismissed_at IS NULL AND coalesce(m.visible, 1) = 1 ORDER BY c.rowid",
        (call.corp_id,),
    )
    return [row for row in rows if owners is None or row["owner"].lower() in owners]


def groupchat_get(call: Call) -> Answer:
    """One group with everyone in it; names only when ``need_name`` is 1."""
    chat = chats.find_chat(call.twin, call.body["chat_id"])
    if chat is None or chat["corp_id"] != call.corp_id:
        raise Refused(86003)
    owner = find_member(call.twin, call.corp_id, chat["owner"])
    if owner is not None and not owner["visible"]:
        raise Refused(60011)
    names = ("chat_id", "name", "owner", "create_time", "notice", "member_version")
    members = [_member(call, stay) for stay in chats.list_stays(call.twin, chat["chat_id"])]
    view = {name: chat[name] for name in names if name != "notice" or chat["notice"]}
    return {"group_chat": {**view, "member_list": members, "admin_list": []}}


def _member(call: Call, stay: Row) -> Row:
    view = {
        "userid": chats.listed_id(call.twin, call.corp_id, stay),
        "type": stay["type"],
        "join_time": stay["join_time"],
        "join_scene": stay["join_scene"],
        "group_nickname": "",
    }
    if stay["invitor"]:
        view["invitor"] = {"userid": stay["invitor"]}
    if stay["state"]:
        view["state"] = stay["state"]
    return {**view, **_person(call, stay)}


def _person(call: Call, stay: Row) -> Row:
    """unionid of a customer, where the corp has a WeChat account; the name when asked for."""
    view: Row = {}
    if stay["type"] == chats.CUSTOMER:
        found = find_person(call.twin, stay["person"])
        if found and call.corp["mp_appid_bound"]:
            view["unionid"] = found["unionid"]
    else:
        found = find_member(call.twin, call.corp_id, stay["person"])
    if call.body.get("need_name") == 1:
        view["name"] = found["name"] if found else ""
    return view


OWNER_FILTER = Field(
    dict,
    fields={
        "userid_list": Field(
            list, required=True, max_items=MAX_OWNERS, too_long=40031, item=Field(str, max_bytes=64)
        )
    },
)
LIST = {
    "status_filter": Field(int, choices=(0, 1, 2, 3)),
    "owner_filter": OWNER_FILTER,
    "cursor": Field(str),
    "limit": Field(int, required=True, choices=range(1, 1001)),
}
GET = {
    "chat_id": Field(str, required=True, missing=86001, invalid=86001),
    "need_name": Field(int, choices=(0, 1)),
}

routes: list[BaseRoute] = [
    post("externalcontact/groupchat/list", groupchat_list, LIST),
    post("externalcontact/groupchat/get", groupchat_get, GET),
]
