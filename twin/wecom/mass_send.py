"""企业群发: a task for members; nothing is sent until they confirm (developer page 92135)."""

import secrets

from starlette.routing import BaseRoute

from twin.store import Row, dump, load
from twin.strict import Field
from twin.wecom.attachments import MESSAGE_FIELDS, message_parts
from twin.wecom.confirming import confirm_at
from twin.wecom.endpoint import Answer, Call, post
from twin.wecom.errors import Refused
from twin.wecom.recipients import Choice, choose_customers, choose_groups

MAX_CUSTOMERS, MAX_GROUPS, MAX_TAGS = 10_000, 2_000, 100
REMINDERS, A_DAY = 3, 86_400


def add_msg_template(call: Call) -> Answer:
    """One task for each member with somebody to send to. 41048 when nobody has."""
    message_parts(call)
    choice = _choose(call)
    if not choice.by_member:
        raise Refused(41048, fail_list=choice.failed)
    msgid = "msg" + secrets.token_urlsafe(24)
    _keep(call, msgid, choice)
    call.twin.log.write(
        "mass_send.created",
        corp_id=call.corp_id,
        msgid=msgid,
        chat_type=_chat_type(call),
        members={userid: len(found) for userid, found in choice.by_member.items()},
        fail_list=choice.failed,
    )
    return {"fail_list": choice.failed, "msgid": msgid}


def _chat_type(call: Call) -> str:
    return str(call.body.get("chat_type") or "single")


def _choose(call: Call) -> Choice:
    """Whom each member is to send to. Fields of the other chat_type are refused."""
    body = call.body
    if _chat_type(call) == "group":
        wrong = [n for n in ("external_userid", "tag_filter", "allow_select") if body.get(n)]
    else:
        wrong = ["chat_id_list"] if body.get("chat_id_list") else []
    if wrong:
        raise Refused(40058, f"{wrong[0]}: not for this chat_type")
    return choose_groups(call) if _chat_type(call) == "group" else choose_customers(call)


def _keep(call: Call, msgid: str, choice: Choice) -> None:
    twin, corp_id = call.twin, call.corp_id
    twin.store.insert(
        "mass_send",
        msgid=msgid,
        corp_id=corp_id,
        chat_type=_chat_type(call),
        create_time=twin.clock.business(),
        created_real=twin.clock.real(),
        body=dump(call.body),
    )
    for userid, recipients in choice.by_member.items():
        due = confirm_at(twin, corp_id, userid)
        twin.store.insert("mass_task", msgid=msgid, corp_id=corp_id, userid=userid, confirm_at=due)
        rows = [(msgid, corp_id, userid, recipient) for recipient in recipients]
        twin.store.insert_many("mass_target", ("msgid", "corp_id", "userid", "recipient"), rows)


def find_send(call: Call) -> Row:
    """The corp's mass send of ``msgid``, with its body read. 41047 when it has none."""
    row = call.twin.store.row(
        "SELECT * FROM mass_send WHERE msgid = ? AND corp_id = ?",
        (call.body["msgid"], call.corp_id),
    )
    if row is None:
        raise Refused(41047)
    return {**row, "body": load(row["body"])}


def remind_groupmsg_send(call: Call) -> Answer:
    """Ask those who have not sent; 41094 from the fourth time within 24 hours."""
    send = _live_send(call)
    store, now = call.twin.store, call.twin.clock.business()
    recent = store.value(
        "SELECT count(*) FROM mass_remind WHERE msgid = ? AND at > ?", (send["msgid"], now - A_DAY)
    )
    if recent >= REMINDERS:
        raise Refused(41094)
    store.insert("mass_remind", msgid=send["msgid"], at=now)
    waiting = store.rows(
        "SELECT userid FROM mass_task WHERE msgid = ? AND status = 0 ORDER BY id", (send["msgid"],)
    )
    call.twin.log.write(
        "mass_send.reminded",
        corp_id=call.corp_id,
        msgid=send["msgid"],
        userids=[row["userid"] for row in waiting],
    )
    return {}


def cancel_groupmsg_send(call: Call) -> Answer:
    """Members who have not sent no longer can; what is sent stays sent."""
    send = _live_send(call)
    call.twin.store.execute("UPDATE mass_send SET cancelled = 1 WHERE msgid = ?", (send["msgid"],))
    call.twin.store.execute(
        "UPDATE mass_task SET confirm_at = NULL WHERE msgid = ?", (send["msgid"],)
    )
    call.twin.log.write("mass_send.cancelled", corp_id=call.corp_id, msgid=send["msgid"])
    return {}


def _live_send(call: Call) -> Row:
    send = find_send(call)
    if send["cancelled"]:
        raise Refused(41093)
    return send


TAG_FILTER = Field(
    dict,
    fields={
        "group_list": Field(
            list,
            required=True,
            item=Field(
                dict,
                fields={
                    "tag_list": Field(list, required=True, max_items=MAX_TAGS, item=Field(str))
                },
            ),
        )
    },
)
TEMPLATE = {
    "chat_type": Field(str, choices=("single", "group")),
    "external_userid": Field(list, item=Field(str), max_items=MAX_CUSTOMERS),
    "chat_id_list": Field(list, item=Field(str), max_items=MAX_GROUPS),
    "tag_filter": TAG_FILTER,
    "sender": Field(str, max_bytes=64),
    "allow_select": Field(bool),
    **MESSAGE_FIELDS,
}
MSGID = {"msgid": Field(str, required=True, missing=41046, invalid=41047)}

routes: list[BaseRoute] = [
    post("externalcontact/add_msg_template", add_msg_template, TEMPLATE),
    post("externalcontact/remind_groupmsg_send", remind_groupmsg_send, MSGID),
    post("externalcontact/cancel_groupmsg_send", cancel_groupmsg_send, MSGID),
]
