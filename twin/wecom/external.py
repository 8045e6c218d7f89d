"""Customers: who follows whom, read and remarked (developer pages 92114, 92994, 92115)."""

from typing import Any

from starlette.routing import BaseRoute

from twin.people import external_userid_of, find_person, person_of_external
from twin.store import Row, dump, load
from twin.strict import Field
from twin.wecom.corps import find_member, list_members
from twin.wecom.endpoint import Answer, Call, get, post
from twin.wecom.errors import Refused
from twin.wecom.paging import page

FOLLOWERS_PER_PAGE = 500


def get_follow_user_list(call: Call) -> Answer:
    """Members enabled for 客户联系. 84074 when there are none."""
    members = list_members(call.twin, call.corp_id)
    enabled = [m["userid"] for m in members if m["contact_enabled"] and m["active"]]
    if not enabled:
        raise Refused(84074)
    return {"follow_user": enabled}


def list_customers(call: Call) -> Answer:
    """A member's customers. None at all is 84061, as there, not an empty list."""
    member = contact_member(call, call.query.get("userid", ""))
    found = call.twin.store.rows(
        "SELECT external_userid FROM follow WHERE corp_id = ? AND userid = ? ORDER BY rowid",
        (call.corp_id, member["userid"]),
    )
    if not found:
        raise Refused(84061)
    return {"external_userid": [row["external_userid"] for row in found]}


def contact_member(call: Call, userid: str) -> Row:
    """A member who may have customers. 41009, 60111, 60011, 84074."""
    if not userid:
        raise Refused(41009)
    member = find_member(call.twin, call.corp_id, userid)
    if member is None:
        raise Refused(60111)
    if not member["visible"]:
        raise Refused(60011)
    if not member["contact_enabled"]:
        raise Refused(84074)
    return member


def get_customer(call: Call) -> Answer:
    """One customer with the members who follow them, 500 a page."""
    external_userid = call.query.get("external_userid", "")
    if not external_userid:
        raise Refused(41035)
    person = person_of_external(call.twin, call.corp_id, external_userid)
    if person is None:
        raise Refused(40096)
    follows = call.twin.store.rows(
        "SELECT * FROM follow WHERE corp_id = ? AND external_userid = ? ORDER BY rowid",
        (call.corp_id, external_userid),
    )
    if not follows:
        raise Refused(84061)
    shown, cursor = page(follows, call.query.get("cursor"), FOLLOWERS_PER_PAGE)
    answer: Answer = {
        "external_contact": contact_view(call, person),
        "follow_user": [_follow_view(call, row) for row in shown],
    }
    return {**answer, "next_cursor": cursor} if cursor else answer


def contact_view(call: Call, person: str) -> Row:
    """The customer themselves; unionid only where the corp has bound a WeChat account."""
    found = find_person(call.twin, person) or {}
    view = {
        "external_userid": external_userid_of(call.twin, call.corp_id, person),
        "name": found["name"],
        "avatar": "http://wx.qlogo.cn/mmhead/twin/0",
        "type": 1,
        "gender": 0,
    }
    if call.corp["mp_appid_bound"]:
        view["unionid"] = found["unionid"]
    return view


def _follow_view(call: Call, row: Row) -> Row:
    tags = call.twin.store.rows(
        "SELECT g.name AS group_name, t.name AS tag_name, 1 AS type, t.tag_id"
        " FROM follow_tag f JOIN corp_tag t USING (tag_id) JOIN tag_group g USING (group_id)"
        " WHERE f.corp_id = ? AND f.userid = ? AND f.external_userid = ? ORDER BY f.rowid",
        (call.corp_id, row["userid"], row["external_userid"]),
    )
    return {**_follow_base(row), "tags": tags}


def _follow_base(row: Row) -> Row:
    view: dict[str, Any] = {
        "userid": row["userid"],
        "remark": row["remark"],
        "description": row["description"],
        "createtime": row["createtime"],
        "remark_corp_name": row["remark_company"],
        "remark_mobiles": load(row["remark_mobiles"]),
        "add_way": row["add_way"],
        "oper_userid": row["oper_userid"],
    }
    return {**view, "state": row["state"]} if row["state"] else view


def get_by_user(call: Call) -> Answer:
    """Customers of up to 100 members, with tag ids only; limit above 100 counts as 100."""
    userids = call.body.get("userid_list") or [call.body.get("userid") or ""]
    members = [contact_member(call, userid)["userid"] for userid in userids]
    marks = ", ".join("?" for _ in members)
    follows = call.twin.store.rows(
        f"SELECT * FROM follow WHERE corp_id = ? AND userid IN ({marks}) ORDER BY rowid",
        (call.corp_id, *members),
    )
    limit = min(call.body.get("limit") or 50, 100)
    shown, cursor = page(follows, call.body.get("cursor"), limit)
    return {
        "external_contact_list": [_batch_view(call, row) for row in shown],
        "next_cursor": cursor,
        "fail_info": {"unlicensed_userid_list": []},
    }


def _batch_view(call: Call, row: Row) -> Row:
    person = person_of_external(call.twin, call.corp_id, row["external_userid"]) or ""
    tags = call.twin.store.rows(
        "SELECT tag_id FROM follow_tag WHERE corp_id = ? AND userid = ? AND external_userid = ?"
        " ORDER BY rowid",
        (call.corp_id, row["userid"], row["external_userid"]),
    )
    info = {**_follow_base(row), "tag_id": [tag["tag_id"] for tag in tags]}
    return {"external_contact": contact_view(call, person), "follow_info": info}


def remark(call: Call) -> Answer:
    """Change a member's note on a customer; at least one of the five fields."""
    follow = follow_of(call, call.body["userid"], call.body["external_userid"])
    optional = {"remark", "description", "remark_company", "remark_mobiles", "remark_pic_mediaid"}
    if not optional & set(call.body):
        raise Refused(40063)
    changed: Row = {
        n: call.body[n] for n in ("remark", "description", "remark_company") if n in call.body
    }
    if "remark_mobiles" in call.body:
        changed["remark_mobiles"] = dump([m for m in call.body["remark_mobiles"] if m])
    call.twin.store.upsert("follow", **{**follow, **changed})
    call.twin.log.write("contact.remark", corp_id=call.corp_id, **call.body)
    return {}


def follow_of(call: Call, userid: str, external_userid: str) -> Row:
    """The relation between a member and a customer. 60111, 40096, 84061."""
    member = contact_member(call, userid)
    if person_of_external(call.twin, call.corp_id, external_userid) is None:
        raise Refused(40096)
    row = call.twin.store.row(
        "SELECT * FROM follow WHERE corp_id = ? AND userid = ? AND external_userid = ?",
        (call.corp_id, member["userid"], external_userid),
    )
    if row is None:
        raise Refused(84061)
    return row


BATCH_FIELDS = {
    "userid_list": Field(list, max_items=100, item=Field(str, max_bytes=64), invalid=40031),
    "userid": Field(str, max_bytes=64),  # the deprecated form, still accepted there
    "cursor": Field(str),
    "limit": Field(int),
}
REMARK_FIELDS = {
    "userid": Field(str, required=True, missing=41009, max_bytes=64),
    "external_userid": Field(str, required=True, missing=41035),
    "remark": Field(str, max_chars=20),
    "description": Field(str, max_chars=150),
    "remark_company": Field(str, max_chars=20),
    "remark_mobiles": Field(list, item=Field(str)),
    "remark_pic_mediaid": Field(str),
}

routes: list[BaseRoute] = [
    get("externalcontact/get_follow_user_list", get_follow_user_list),
    get("externalcontact/list", list_customers),
    get("externalcontact/get", get_customer),
    post("externalcontact/batch/get_by_user", get_by_user, BATCH_FIELDS),
    post("externalcontact/remark", remark, REMARK_FIELDS),
]
