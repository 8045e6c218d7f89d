"""A member confirms a mass send: by hand, at once, late or never; only then it is delivered."""

from datetime import datetime, timedelta

from twin.clock import SHANGHAI
from twin.context import Twin
from twin.control import Body, Misuse
from twin.people import person_of_external
from twin.phone.inbox import put_in_inbox
from twin.store import Row, load
from twin.wecom.corps import find_member, get_corp

UNSENT, SENT, NOT_FRIEND, OVER_QUOTA = 0, 1, 2, 3
DONE = 2  # a task's status; 0 is unsent there too


def behaviour_of(twin: Twin, corp_id: str, userid: str) -> str:
    """``manual``, ``auto``, ``late:SECONDS`` or ``never``: the member's own, else the setting.

    ``send_confirm`` is one word for all, or a mapping of ``CORP/USERID``, ``CORP`` and ``*``.
    """
    member = find_member(twin, corp_id, userid)
    own = member["profile"].get("send_confirm") if member else None
    chosen = twin.settings.get("send_confirm")
    if isinstance(chosen, dict):
        for key in (f"{corp_id}/{userid}", corp_id, "*"):
            if key in chosen:
                return str(own or chosen[key])
        return str(own or "manual")
    return str(own or chosen)


def confirm_at(twin: Twin, corp_id: str, userid: str) -> int | None:
    """The business second at which the member will confirm by themselves."""
    word, _, seconds = behaviour_of(twin, corp_id, userid).partition(":")
    if word == "auto":
        return twin.clock.business()
    return twin.clock.business() + int(float(seconds)) if word == "late" else None


def sweep(twin: Twin) -> None:
    """Let members confirm what they would have confirmed by now, a fifth of a second at a time."""
    until = twin.clock.monotonic() + 0.2
    due = twin.store.rows(
        "SELECT * FROM mass_task WHERE status = 0 AND confirm_at <= ? ORDER BY confirm_at LIMIT 50",
        (twin.clock.business(),),
    )
    for task in due:
        confirm(twin, task)
        if twin.clock.monotonic() > until:
            return


def confirm_send(twin: Twin, body: Body) -> Row:
    """POST act/confirm_send {corp_id, userid, msgid?}: one waiting send, or all of the member's."""
    get_corp(twin, body["corp_id"])
    tasks = waiting_tasks(twin, body["corp_id"], body["userid"], body.get("msgid"))
    if body.get("msgid") and not tasks:
        raise Misuse("nothing of that msgid waits for this member", 404)
    counts = [confirm(twin, task) for task in tasks]
    return {
        "msgids": [task["msgid"] for task in tasks],
        "delivered": sum(count.get(SENT, 0) for count in counts),
        "not_friend": sum(count.get(NOT_FRIEND, 0) for count in counts),
        "over_quota": sum(count.get(OVER_QUOTA, 0) for count in counts),
    }


def waiting_tasks(twin: Twin, corp_id: str, userid: str, msgid: str | None = None) -> list[Row]:
    """What the member has not sent and was not cancelled, the oldest first."""
    return twin.store.rows(
        "SELECT t.*, s.chat_type, s.body, s.create_time FROM mass_task t JOIN mass_send s"
        " USING (msgid) WHERE t.corp_id = ? AND t.userid = ? AND t.status = 0 AND s.cancelled = 0"
        " AND ? IN ('', t.msgid) ORDER BY t.id",
        (corp_id, userid, msgid or ""),
    )


def confirm(twin: Twin, task: Row) -> dict[int, int]:
    """Send one task; how many recipients ended in each status."""
    now, corp_id = twin.clock.business(), str(task["corp_id"])
    send = twin.store.row("SELECT * FROM mass_send WHERE msgid = ?", (task["msgid"],)) or {}
    targets = twin.store.rows(
        "SELECT * FROM mass_target WHERE msgid = ? AND userid = ? AND status = 0 ORDER BY id",
        (task["msgid"], task["userid"]),
    )
    period = _quota(twin, corp_id, now)
    counts: dict[int, int] = {}
    for target in targets:
        status = _send_one(twin, send, target, period, now)
        counts[status] = counts.get(status, 0) + 1
    twin.store.execute(
        "UPDATE mass_task SET status = ?, send_time = ?, confirm_at = NULL WHERE id = ?",
        (DONE, now, task["id"]),
    )
    named = {"corp_id": corp_id, "msgid": task["msgid"], "userid": task["userid"]}
    twin.log.write("mass_send.confirmed", **named, counts=counts)
    return counts


def _send_one(twin: Twin, send: Row, target: Row, period: tuple[int, int], now: int) -> int:
    owner = _place(twin, send["chat_type"], target)
    status = SENT if owner else NOT_FRIEND
    if owner and _received(twin, target, period[0]) >= period[1]:
        status = OVER_QUOTA
    twin.store.execute(
        "UPDATE mass_target SET status = ?, send_time = ? WHERE id = ?",
        (status, now if status == SENT else None, target["id"]),
    )
    if owner and status == SENT:
        _deliver(twin, send, target, owner)
    return status


def _place(twin: Twin, chat_type: str, target: Row) -> str | None:
    """The inbox the message goes to; None when the member can no longer reach it."""
    corp_id, recipient = target["corp_id"], target["recipient"]
    if chat_type == "group":
        sql = "SELECT 1 FROM chat WHERE chat_id = ? AND owner = ? AND dismissed_at IS NULL"
        able = twin.store.value(sql, (recipient, target["userid"]))
        return f"group:{recipient}" if able else None
    friends = twin.store.value(
        "SELECT 1 FROM follow WHERE corp_id = ? AND userid = ? AND external_userid = ?"
        " AND deleted_by_customer = 0",
        (corp_id, target["userid"], recipient),
    )
    return f"person:{person_of_external(twin, corp_id, recipient)}" if friends else None


def _deliver(twin: Twin, send: Row, target: Row, owner: str) -> None:
    sender = f"{target['corp_id']}/{target['userid']}"
    for kind, content in shown_parts(load(send["body"])):
        put_in_inbox(twin, owner, sender, kind, content)
    names = ("corp_id", "msgid", "userid", "recipient")
    twin.log.write("mass_send.delivered", **{name: target[name] for name in names})


def shown_parts(body: Row) -> list[tuple[str, Row]]:
    """The messages of a checked request, in the order they are seen."""
    text = (body.get("text") or {}).get("content")
    parts: list[tuple[str, Row]] = [("text", {"content": text})] if text else []
    attachments = body.get("attachments") or []
    return parts + [(entry["msgtype"], entry[entry["msgtype"]]) for entry in attachments]


def _received(twin: Twin, target: Row, since: int) -> int:
    return int(
        twin.store.value(
            "SELECT count(*) FROM mass_target WHERE corp_id = ? AND recipient = ?"
            " AND send_time >= ?",
            (target["corp_id"], target["recipient"], since),
        )
    )


def _quota(twin: Twin, corp_id: str, now: int) -> tuple[int, int]:
    """(the period's first second, how many a customer or group may receive in it)."""
    chosen = twin.settings.get("send_quota")
    if isinstance(chosen, dict):
        chosen = chosen.get(corp_id, chosen.get("*", "month"))
    midnight = datetime.fromtimestamp(now, SHANGHAI).replace(hour=0, minute=0, second=0)
    if chosen == "1day":
        return int(midnight.timestamp()), 1
    if chosen == "7week":
        return int((midnight - timedelta(days=midnight.weekday())).timestamp()), 7
    first = midnight.replace(day=1)
    days = ((first + timedelta(days=32)).replace(day=1) - first).days
    return int(first.timestamp()), days
