"""「联系我」 (developer page 92228)."""

import re
import secrets
from typing import Any

from starlette.routing import BaseRoute

from twin.context import Twin
from twin.store import Row, dump, load
from twin.strict import Field
from twin.wecom.corps import find_member, list_departments, list_members
from twin.wecom.endpoint import Answer, Call, post
from twin.wecom.errors import Refused
from twin.wecom.paging import page

DAY = 86_400
MAX_MEMBERS = 100


def add_contact_way(call: Call) -> Answer:
    """A new code. 41045 when the corp has used up its quota."""
    body = call.body
    _check_style(body, body["type"])
    check_people(call, body, body["type"])
    check_quota(call)
    config_id = secrets.token_hex(16)
    call.twin.store.insert(
        "contact_way",
        config_id=config_id,
        corp_id=call.corp_id,
        created_at=call.twin.clock.business(),
        data=dump({"skip_verify": True, **body}),
    )
    answer = {"config_id": config_id}
    if body["scene"] == 2:
        answer["qr_code"] = qr_code(call.twin, config_id)
    return answer


def check_quota(call: Call) -> None:
    """41045 when a corp's codes of both kinds, for people and for groups, use up its quota."""
    sql = "SELECT count(*) FROM {} WHERE corp_id = ?"
    tables = ("contact_way", "join_way")
    made = sum(int(call.twin.store.value(sql.format(t), (call.corp_id,))) for t in tables)
    if made >= int(call.twin.settings.get("contact_way_cap")):
        raise Refused(41045)


def qr_code(twin: Twin, config_id: str) -> str:
    """The address of the code's picture; the picture holds the address of ``/q/CONFIG_ID``."""
    return f"{twin.settings.get('public_base')}/wwpic/{config_id}.svg"


def _check_style(body: Row, kind: int) -> None:
    if body.get("style") is not None and body["style"] > (3 if kind == 1 else 2):
        raise Refused(41042)


def check_people(call: Call, body: Row, kind: int) -> None:
    """Exactly one member for type 1; at most 100 people, parties expanded, for type 2."""
    users, parties = list(body.get("user") or []), list(body.get("party") or [])
    if kind == 1 and (len(users) != 1 or parties):
        raise Refused(40058, "type 1 takes exactly one user and no party")
    if not users and not parties:
        raise Refused(40063, "user and party are empty")
    for userid in users:
        _check_member(call, userid)
    people = {userid.lower() for userid in users}
    for party in parties:
        people |= {m["userid"].lower() for m in members_below(call.twin, call.corp_id, party)}
    if len(people) > MAX_MEMBERS:
        raise Refused(41041)


def _check_member(call: Call, userid: str) -> None:
    member = find_member(call.twin, call.corp_id, userid)
    if member is None:
        raise Refused(40003, userid)
    if not member["visible"]:
        raise Refused(60011, userid)
    if not member["active"]:
        raise Refused(41054, userid)
    if not member["contact_enabled"]:
        raise Refused(84074, userid)


def members_below(twin: Twin, corp_id: str, department_id: int) -> list[Row]:
    """Members of a department and of those below it. Raises Refused(60123)."""
    departments = {row["id"] for row in list_departments(twin, corp_id, department_id)}
    if department_id not in {row["id"] for row in list_departments(twin, corp_id)}:
        raise Refused(60123)
    members = list_members(twin, corp_id)
    return [m for m in members if departments & set(m["department_ids"]) and m["contact_enabled"]]


def find_way(twin: Twin, config_id: str) -> Row | None:
    """The code with its settings read, whatever the corp."""
    row = twin.store.row("SELECT * FROM contact_way WHERE config_id = ?", (config_id,))
    return {**row, "data": load(row["data"])} if row else None


def own_way(call: Call) -> Row:
    """The code the body names. 41044 when it is none of this corp's."""
    way = find_way(call.twin, call.body["config_id"])
    if way is None or way["corp_id"] != call.corp_id:
        raise Refused(41044)
    return way


def get_contact_way(call: Call) -> Answer:
    """One code as it stands."""
    way = own_way(call)
    data: dict[str, Any] = way["data"]
    view = {
        "config_id": way["config_id"],
        "type": data["type"],
        "scene": data["scene"],
        "remark": data.get("remark", ""),
        "skip_verify": data["skip_verify"],
        "state": data.get("state", ""),
        "user": data.get("user", []),
        "party": data.get("party", []),
        "is_temp": data.get("is_temp", False),
        "mark_source": data.get("mark_source", True),
    }
    if data.get("style") is not None:
        view["style"] = data["style"]
    if data["scene"] == 2:
        view["qr_code"] = qr_code(call.twin, way["config_id"])
    if data.get("conclusions"):
        view["conclusions"] = data["conclusions"]
    return {"contact_way": view}


def list_contact_way(call: Call) -> Answer:
    """Ids of the codes made between two times (the last 90 days by default), none temporary."""
    now = call.twin.clock.business()
    start = call.body.get("start_time") or now - 90 * DAY
    end = call.body.get("end_time") or now
    rows = call.twin.store.rows(
        "SELECT config_id, data FROM contact_way WHERE corp_id = ? AND created_at BETWEEN ? AND ?"
        " ORDER BY rowid",
        (call.corp_id, start, end),
    )
    kept = [{"config_id": r["config_id"]} for r in rows if not load(r["data"]).get("is_temp")]
    limit = min(call.body.get("limit") or 100, 1000)
    shown, cursor = page(kept, call.body.get("cursor"), limit)
    answer: Answer = {"contact_way": shown}
    return {**answer, "next_cursor": cursor} if cursor else answer


def update_contact_way(call: Call) -> Answer:
    """Overwrite the given fields, lists whole; type and scene stay."""
    way = own_way(call)
    changes = {k: v for k, v in call.body.items() if k != "config_id"}
    data = {**way["data"], **changes}
    _check_style(data, data["type"])
    if "user" in changes or "party" in changes:
        check_people(call, data, data["type"])
    call.twin.store.execute(
        "UPDATE contact_way SET data = ? WHERE config_id = ?", (dump(data), way["config_id"])
    )
    return {}


def del_contact_way(call: Call) -> Answer:
    """The code stops working."""
    way = own_way(call)
    call.twin.store.execute("DELETE FROM contact_way WHERE config_id = ?", (way["config_id"],))
    return {}


def config_id_in(text: str) -> str | None:
    """The config_id inside a scanned text: itself, a picture's address or a code's address."""
    found = re.search(r"\b[0-9a-f]{32}\b", text)
    return found.group(0) if found else None


CONCLUSIONS = Field(
    dict,
    fields={
        "text": Field(dict, fields={"content": Field(str, max_bytes=4000)}),
        "image": Field(dict, fields={"media_id": Field(str)}),
        "link": Field(
            dict,
            fields={
                "title": Field(str, required=True, max_bytes=128),
                "picurl": Field(str),
                "desc": Field(str, max_bytes=512),
                "url": Field(str, required=True),
            },
        ),
        "miniprogram": Field(
            dict,
            fields={
                "title": Field(str, required=True, max_bytes=64),
                "pic_media_id": Field(str, required=True),
                "appid": Field(str, required=True),
                "page": Field(str, required=True),
            },
        ),
    },
)
SHARED = {
    "style": Field(int, choices=(1, 2, 3), invalid=41042),
    "remark": Field(str, max_chars=30),
    "skip_verify": Field(bool),
    "state": Field(str, max_chars=30),
    "user": Field(list, item=Field(str, max_bytes=64)),
    "party": Field(list, item=Field(int)),
    "expires_in": Field(int, choices=range(1, 14 * DAY + 1)),
    "chat_expires_in": Field(int, choices=range(1, 14 * DAY + 1)),
    "unionid": Field(str),
    "mark_source": Field(bool),
    "conclusions": CONCLUSIONS,
}
CONFIG_ID = {"config_id": Field(str, required=True, missing=41043, invalid=41044)}
ADD = {
    "type": Field(int, required=True, missing=41037, invalid=41039, choices=(1, 2)),
    "scene": Field(int, required=True, missing=41038, invalid=41040, choices=(1, 2)),
    "is_temp": Field(bool),
    "is_exclusive": Field(bool),
    **SHARED,
}
LIST = {
    "start_time": Field(int),
    "end_time": Field(int),
    "cursor": Field(str),
    "limit": Field(int),
}

routes: list[BaseRoute] = [
    post("externalcontact/add_contact_way", add_contact_way, ADD),
    post("externalcontact/get_contact_way", get_contact_way, CONFIG_ID),
    post("externalcontact/list_contact_way", list_contact_way, LIST),
    post("externalcontact/update_contact_way", update_contact_way, {**CONFIG_ID, **SHARED}),
    post("externalcontact/del_contact_way", del_contact_way, CONFIG_ID),
]
