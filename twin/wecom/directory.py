"""The directory APIs: user/* and department/* (developer pages 90196, 90200, 90208)."""

from starlette.routing import BaseRoute

from twin.store import Row
from twin.wecom.corps import find_member, list_departments, list_members
from twin.wecom.endpoint import Answer, Call, get
from twin.wecom.errors import Refused


def user_get(call: Call) -> Answer:
    """One member. 41009 no userid, 60111 none, 60011 outside the app's visible range."""
    userid = call.query.get("userid")
    if not userid:
        raise Refused(41009)
    member = find_member(call.twin, call.corp_id, userid)
    if member is None:
        raise Refused(60111)
    if not member["visible"]:
        raise Refused(60011)
    return _detail(member)


def _detail(member: Row) -> Answer:
    """A member as a new self-built app sees one: no phone, email, avatar, gender."""
    departments = member["department_ids"]
    return {
        "userid": member["userid"],
        "name": member["name"],
        "department": departments,
        "order": [0] * len(departments),
        "position": member["profile"].get("position", ""),
        "status": 1 if member["active"] else 4,
        "isleader": 0,
        "is_leader_in_dept": [0] * len(departments),
        "direct_leader": [],
        "telephone": "",
        "alias": member["profile"].get("alias", ""),
        "main_department": departments[0] if departments else 1,
        "extattr": {"attrs": []},
        "hide_mobile": 0,
    }


def user_simplelist(call: Call) -> Answer:
    """userid and name of a department's own members."""
    members = list_members(call.twin, call.corp_id, _department(call, "department_id"))
    return {
        "userlist": [
            {"userid": m["userid"], "name": m["name"], "department": m["department_ids"]}
            for m in members
        ]
    }


def user_list(call: Call) -> Answer:
    """A department's own members in full."""
    members = list_members(call.twin, call.corp_id, _department(call, "department_id"))
    return {"userlist": [_detail(member) for member in members]}


def department_list(call: Call) -> Answer:
    """Departments below ``id``, or all."""
    return {"department": [_department_view(row) for row in _departments(call)]}


def department_simplelist(call: Call) -> Answer:
    """Their ids, parents and order only."""
    keep = ("id", "parentid", "order")
    return {
        "department_id": [
            {k: v for k, v in _department_view(row).items() if k in keep}
            for row in _departments(call)
        ]
    }


def department_get(call: Call) -> Answer:
    """One department."""
    number = _department(call, "id")
    found = [row for row in list_departments(call.twin, call.corp_id) if row["id"] == number]
    return {"department": _department_view(found[0])}


def _departments(call: Call) -> list[Row]:
    if not call.query.get("id"):
        return list_departments(call.twin, call.corp_id)
    return list_departments(call.twin, call.corp_id, _department(call, "id"))


def _department(call: Call, name: str) -> int:
    """The department a query names. 41019 missing, 60123 none such."""
    text = call.query.get(name, "")
    if not text:
        raise Refused(41019)
    known = {row["id"] for row in list_departments(call.twin, call.corp_id)}
    if not text.isdigit() or int(text) not in known:
        raise Refused(60123)
    return int(text)


def _department_view(row: Row) -> Answer:
    return {
        "id": row["id"],
        "name": row["name"],
        "name_en": "",
        "department_leader": [],
        "parentid": row["parentid"],
        "order": row["ord"],
    }


routes: list[BaseRoute] = [
    get("user/get", user_get),
    get("user/simplelist", user_simplelist),
    get("user/list", user_list),
    get("department/list", department_list),
    get("department/simplelist", department_simplelist),
    get("department/get", department_get),
]
