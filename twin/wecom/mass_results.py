"""What became of mass sends: lists, tasks, recipients (developer page 93338)."""

from typing import Any

from starlette.routing import BaseRoute

from twin.context import Twin
from twin.control import Body
from twin.store import Row, load
from twin.strict import Field
from twin.wecom.confirming import SENT
from twin.wecom.corps import find_member
from twin.wecom.endpoint import Answer, Call, post
from twin.wecom.errors import Refused
from twin.wecom.mass_send import MSGID, find_send
from twin.wecom.paging import limit_of, page_of

A_MONTH = 31 * 86_400
BY_MEMBERS = 1


def get_groupmsg_list_v2(call: Call) -> Answer:
    """Sends created in a span of at most a month, the oldest first.

    Every one here was made by the corp through the API: ``creator`` is absent, create_type 0.
    """
    body = call.body
    span = body["end_time"] - body["start_time"]
    if not 0 <= span <= A_MONTH:
        raise Refused(40058, "end_time")
    if body.get("creator") or body.get("filter_type") == BY_MEMBERS:
        return {"group_msg_list": [], "next_cursor": ""}
    rows, cursor = page_of(
        call,
        "FROM mass_send WHERE corp_id = ? AND chat_type = ? AND create_time BETWEEN ? AND ?",
        (call.corp_id, body["chat_type"], body["start_time"], body["end_time"]),
        limit_of(call, usual=50, most=100),
    )
    return {"group_msg_list": [_listed(row) for row in rows], "next_cursor": cursor}


def _listed(row: Row) -> Row:
    body = load(row["body"])
    shown = {"msgid": row["msgid"], "create_time": row["create_time"], "create_type": 0}
    message = {name: body[name] for name in ("text", "attachments") if body.get(name)}
    return {**shown, **message}


def get_groupmsg_task(call: Call) -> Answer:
    """The members of a send and whether they confirmed."""
    send = _dispatched(call)
    rows, cursor = page_of(
        call,
        "FROM mass_task WHERE msgid = ?",
        (send["msgid"],),
        limit_of(call, usual=500, most=1000),
    )
    return {"task_list": [_task(row) for row in rows], "next_cursor": cursor}


def _task(row: Row) -> Row:
    view = {"userid": row["userid"], "status": row["status"]}
    return {**view, "send_time": row["send_time"]} if row["status"] else view


def get_groupmsg_send_result(call: Call) -> Answer:
    """A member's recipients; of a group send only those that were sent."""
    send = _dispatched(call)
    member = find_member(call.twin, call.corp_id, call.body["userid"])
    if member is None:
        raise Refused(60111)
    sql, params = "FROM mass_target WHERE msgid = ? AND userid = ?", [send["msgid"]]
    params.append(member["userid"])
    if send["chat_type"] == "group":
        sql, params = f"{sql} AND status = ?", [*params, SENT]
    limit = limit_of(call, usual=500, most=1000)
    rows, cursor = page_of(call, sql, params, limit)
    name = "chat_id" if send["chat_type"] == "group" else "external_userid"
    return {"send_list": [_result(row, name) for row in rows], "next_cursor": cursor}


def _result(row: Row, name: str) -> Row:
    view = {name: row["recipient"], "userid": row["userid"], "status": row["status"]}
    return {**view, "send_time": row["send_time"]} if row["send_time"] else view


def _dispatched(call: Call) -> Row:
    """The send, once WeCom has handed it out: 41063 for ``send_dispatch_seconds`` before."""
    send = find_send(call)
    age = call.twin.clock.real() - send["created_real"]
    if age < float(call.twin.settings.get("send_dispatch_seconds")):
        raise Refused(41063)
    return send


def show_sends(twin: Twin, body: Body) -> Row:
    """GET state/sends?corp_id=&msgid= — every send with each recipient's fate."""
    key = (body["corp_id"], body.get("msgid") or "")
    sends = twin.store.rows(
        "SELECT * FROM mass_send WHERE corp_id = ? AND ? IN ('', msgid) ORDER BY id", key
    )
    targets: dict[str, list[Row]] = {send["msgid"]: [] for send in sends}
    for row in twin.store.rows(
        "SELECT msgid, userid, recipient, status, send_time AS sent_at FROM mass_target"
        " WHERE corp_id = ? AND ? IN ('', msgid) ORDER BY id",
        key,
    ):
        targets[row.pop("msgid")].append(row)
    return {"sends": [_state(send, targets[send["msgid"]]) for send in sends]}


def _state(send: Row, results: list[Row]) -> Row:
    body = load(send["body"])
    senders = list(dict.fromkeys(row["userid"] for row in results))
    links: list[dict[str, Any]] = [entry.get("link") or {} for entry in _attachments(body)]
    return {
        "msgid": send["msgid"],
        "chat_type": send["chat_type"],
        "created_at": send["create_time"],
        "sender": body.get("sender") or "",
        "senders": senders,
        "recipients": [row["recipient"] for row in results],
        "text": (body.get("text") or {}).get("content", ""),
        "urls": [link["url"] for link in links if link.get("url")],
        "cancelled": bool(send["cancelled"]),
        "results": results,
    }


def _attachments(body: Row) -> list[Row]:
    return list(body.get("attachments") or [])


PAGE = {"limit": Field(int), "cursor": Field(str)}
LIST = {
    "chat_type": Field(str, required=True, choices=("single", "group")),
    "start_time": Field(int, required=True),
    "end_time": Field(int, required=True),
    "creator": Field(str),
    "filter_type": Field(int, choices=(0, 1, 2)),
    **PAGE,
}
RESULT = {**MSGID, "userid": Field(str, required=True, missing=41009), **PAGE}

routes: list[BaseRoute] = [
    post("externalcontact/get_groupmsg_list_v2", get_groupmsg_list_v2, LIST),
    post("externalcontact/get_groupmsg_task", get_groupmsg_task, {**MSGID, **PAGE}),
    post("externalcontact/get_groupmsg_send_result", get_groupmsg_send_result, RESULT),
]
