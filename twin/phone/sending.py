"""群发助手: what waits for the member's confirmation, and what they have sent."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from twin.context import Twin, twin_of
from twin.phone.html import empty, form_button, h
from twin.phone.messages import summary, when
from twin.phone.session import Holder, holder_of, read_form
from twin.phone.shell import ask_who, shell
from twin.store import Row, load
from twin.wecom.confirming import confirm, shown_parts, waiting_tasks

SHOWN, NAMED = 20, 3
ACTION = "/phone/sends"


async def sends(request: Request) -> Response:
    """Waiting sends with their text and recipients; 确认发送 for one, 全部确认 for all."""
    holder, twin = holder_of(request), twin_of(request)
    if holder is None or not holder.is_member:
        return ask_who(request)
    if request.method == "POST":
        _confirm(twin, holder, (await read_form(request)).get("msgid", ""))
        return RedirectResponse(ACTION, 303)
    waiting = waiting_tasks(twin, holder.corp_id, holder.userid)
    body = _waiting(twin, waiting) if waiting else empty("没有待发送的群发")
    return shell(request, holder, "群发助手", body + _history(twin, holder))


def _confirm(twin: Twin, holder: Holder, msgid: str) -> None:
    with twin.store.transaction():
        for task in waiting_tasks(twin, holder.corp_id, holder.userid, msgid):
            confirm(twin, task)


def _waiting(twin: Twin, tasks: list[Row]) -> str:
    cards = "".join(_card(twin, task) for task in tasks[:SHOWN])
    every = form_button(ACTION, f"全部确认({len(tasks)})", "plain") if len(tasks) > 1 else ""
    return f"<h2>待发送 {len(tasks)} 条</h2><div class='pad'>{every}{cards}</div>"


def _card(twin: Twin, task: Row) -> str:
    reminders = twin.store.value(
        "SELECT count(*) FROM mass_remind WHERE msgid = ?", (task["msgid"],)
    )
    urged = f"<p class='urged'>管理员提醒你发送({reminders}次)</p>" if reminders else ""
    return (
        f"<section class='send'><small>{h(when(task['create_time']))} 企业创建</small>{urged}"
        f"{_message(load(task['body']))}<p class='to'>{h(_recipients(twin, task))}</p>"
        f"{form_button(ACTION, '确认发送', msgid=task['msgid'])}</section>"
    )


def _message(body: Row) -> str:
    lines = [summary(kind, content) for kind, content in shown_parts(body)]
    return "".join(f"<p>{h(line)}</p>" for line in lines)


def _recipients(twin: Twin, task: Row) -> str:
    """发给 小林、小周、老王 等12位客户."""
    key = (task["msgid"], task["userid"])
    count = twin.store.value("SELECT count(*) FROM mass_target WHERE msgid = ? AND userid = ?", key)
    names = "、".join(
        row["name"] for row in twin.store.rows(NAMES[task["chat_type"]], (*key, NAMED))
    )
    unit = "个客户群" if task["chat_type"] == "group" else "位客户"
    return f"发给 {names}{' 等' if count > NAMED else ' 共'}{count}{unit}"


NAMES = {
    "single": "SELECT p.name FROM mass_target t JOIN identity i ON i.value = t.recipient"
    " AND i.scope = 'external:' || t.corp_id JOIN person p USING (person)"
    " WHERE t.msgid = ? AND t.userid = ? ORDER BY t.id LIMIT ?",
    "group": "SELECT c.name FROM mass_target t JOIN chat c ON c.chat_id = t.recipient"
    " WHERE t.msgid = ? AND t.userid = ? ORDER BY t.id LIMIT ?",
}


def _history(twin: Twin, holder: Holder) -> str:
    rows = twin.store.rows(
        "SELECT t.send_time, s.body, s.chat_type, (SELECT count(*) FROM mass_target g WHERE"
        " g.msgid = t.msgid AND g.userid = t.userid AND g.status = 1) AS sent FROM mass_task t"
        " JOIN mass_send s USING (msgid) WHERE t.corp_id = ? AND t.userid = ? AND t.status = 2"
        " ORDER BY t.send_time DESC, t.id DESC LIMIT ?",
        (holder.corp_id, holder.userid, SHOWN),
    )
    cells = "".join(_sent(row) for row in rows)
    return f"<h2>已发送</h2><div class='list'>{cells}</div>" if cells else ""


def _sent(row: Row) -> str:
    kind, content = shown_parts(load(row["body"]))[0]
    unit = "个群" if row["chat_type"] == "group" else "位客户"
    return (
        f"<div class='cell'><div>{h(summary(kind, content))}<small>{h(when(row['send_time']))}"
        f" 送达{row['sent']}{unit}</small></div></div>"
    )


routes: list[BaseRoute] = [Route(ACTION, sends, methods=["GET", "POST"])]
