"""Members and departments changed in the admin console, with the events of the directory."""

from typing import Any

from twin.context import Twin
from twin.control import Body, Misuse
from twin.store import Row
from twin.wecom.callbacks import Bare, emit
from twin.wecom.corps import find_member, get_corp, upsert_department, upsert_member

EVENT = "change_contact"
RENAMED = ("member", "follow", "follow_tag", "welcome_code", "mass_task", "mass_target")


def change_directory(twin: Twin, body: Body) -> Row:
    """``change_type``: create_user, update_user (new_userid?), delete_user, create_party,
    update_party or delete_party; the other fields as for members and departments.
    """
    get_corp(twin, body["corp_id"])
    kind = body["change_type"]
    if kind not in RUNS:
        raise Misuse(f"change_type is one of {', '.join(RUNS)}")
    fields = RUNS[kind](twin, {k: v for k, v in body.items() if k != "change_type"})
    event_id = emit(twin, body["corp_id"], EVENT, {"ChangeType": Bare(kind), **fields})
    return {"callback_ids": [event_id]}


def _user(twin: Twin, body: Body) -> dict[str, Any]:
    """A self-built app is told the userid and the departments only."""
    member = upsert_member(twin, {k: v for k, v in body.items() if k != "new_userid"})
    if body.get("new_userid"):
        _rename(twin, body["corp_id"], member["userid"], body["new_userid"])
    return {
        "UserID": member["userid"],
        "NewUserID": body.get("new_userid"),
        "Department": ",".join(map(str, member["department_ids"])),
    }


def _rename(twin: Twin, corp_id: str, userid: str, new_userid: str) -> None:
    for table in RENAMED:
        twin.store.execute(
            f"UPDATE {table} SET userid = ? WHERE corp_id = ? AND userid = ?",
            (new_userid, corp_id, userid),
        )
    twin.store.execute(
        "UPDATE chat_stay SET person = ? WHERE type = 1 AND person = ?"
        " AND chat_id IN (SELECT chat_id FROM chat WHERE corp_id = ?)",
        (new_userid, userid, corp_id),
    )
    twin.store.execute(
        "UPDATE chat SET owner = ? WHERE corp_id = ? AND owner = ?", (new_userid, corp_id, userid)
    )


def _delete_user(twin: Twin, body: Body) -> dict[str, Any]:
    member = find_member(twin, body["corp_id"], body["userid"])
    if member is None:
        raise Misuse("no such member", 404)
    twin.store.execute(
        "DELETE FROM member WHERE corp_id = ? AND userid = ?", (body["corp_id"], member["userid"])
    )
    return {"UserID": member["userid"]}


def _create_party(twin: Twin, body: Body) -> dict[str, Any]:
    made = upsert_department(twin, body)
    return {"Id": made["id"], "Name": made["name"], "ParentId": made["parentid"], "Order": 0}


def _update_party(twin: Twin, body: Body) -> dict[str, Any]:
    made = upsert_department(twin, body)
    return {"Id": made["id"], "Name": made["name"], "ParentId": made["parentid"]}


def _delete_party(twin: Twin, body: Body) -> dict[str, Any]:
    gone = twin.store.execute(
        "DELETE FROM department WHERE corp_id = ? AND id = ?", (body["corp_id"], int(body["id"]))
    )
    if not gone:
        raise Misuse("no such department", 404)
    return {"Id": int(body["id"])}


RUNS = {
    "create_user": _user,
    "update_user": _user,
    "delete_user": _delete_user,
    "create_party": _create_party,
    "update_party": _update_party,
    "delete_party": _delete_party,
}
