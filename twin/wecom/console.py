"""What an administrator does in the console: the admin API of the WeCom half."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from twin.context import Twin, twin_of
from twin.control import Body, Misuse, control, read_body
from twin.store import Row, load
from twin.wecom import acts, confirming, figures, group_acts, join_way, mass_results, tags
from twin.wecom.callbacks import emit, verify_url
from twin.wecom.contact_way import qr_code
from twin.wecom.corps import get_corp, upsert_corp, upsert_department, upsert_member
from twin.wecom.errors import Refused
from twin.wecom.staffing import change_directory


async def set_callback(request: Request) -> JSONResponse:
    """Save a callback address after it has decrypted an echo within a second."""
    twin, corp_id = twin_of(request), request.path_params["corp_id"]
    try:
        body = await read_body(request)
        corp = get_corp(twin, corp_id)
        wanted = {"callback_url": body["url"], "token": body["token"], "aes_key": body["aes_key"]}
    except (Misuse, KeyError) as misuse:
        return JSONResponse({"ok": False, "error": str(misuse)}, 400)
    problem = _shape(wanted) or await verify_url(twin, {**corp, **wanted})
    if problem:
        return JSONResponse({"ok": False, "error": problem})
    with twin.store.transaction():
        upsert_corp(twin, {"corp_id": corp_id, **wanted})
    return JSONResponse({"ok": True})


def _shape(wanted: Row) -> str | None:
    token, key = str(wanted["token"]), str(wanted["aes_key"])
    if not (token.isalnum() and len(token) <= 32):
        return "token: up to 32 letters and digits"
    if not (key.isalnum() and len(key) == 43):
        return "aes_key: 43 letters and digits"
    return None


def tag_event(twin: Twin, body: Body) -> Row:
    """Change the tag library in the console and tell of it.

    ``change`` is create, update, delete or shuffle; ``tag_type`` is tag or tag_group.
    """
    get_corp(twin, body["corp_id"])
    change, kind = body["change"], body.get("tag_type", "tag")
    runs = {"create": _create, "update": _update, "delete": _delete, "shuffle": _shuffle}
    if change not in runs or kind not in ("tag", "tag_group"):
        raise Misuse("change or tag_type is unknown")
    try:
        identifier = runs[change](twin, body, kind)
    except Refused as refusal:
        raise Misuse(str(refusal)) from refusal
    fields = {
        "Id": identifier,
        "TagType": None if change == "shuffle" else kind,
        "ChangeType": change,
        "StrategyId": body.get("strategy_id"),
    }
    event_id = emit(twin, body["corp_id"], "change_external_tag", fields)
    return {"id": identifier, "callback_ids": [event_id]}


def _create(twin: Twin, body: Body, kind: str) -> str:
    corp_id, order = body["corp_id"], int(body.get("order", 0))
    if kind == "tag_group":
        return str(tags.create_group(twin, corp_id, body["name"], order, own=False)["group_id"])
    tags.live_group(twin, corp_id, body["group_id"])
    made = tags.create_tag(twin, corp_id, body["group_id"], body["name"], order, own=False)
    return str(made["tag_id"])


def _update(twin: Twin, body: Body, kind: str) -> str:
    table, key = _place(kind)
    changed = twin.store.execute(
        f"UPDATE {table} SET name = ? WHERE {key} = ? AND corp_id = ? AND deleted = 0",
        (body["name"], body["id"], body["corp_id"]),
    )
    if not changed:
        raise Misuse("no such tag", 404)
    return str(body["id"])


def _delete(twin: Twin, body: Body, kind: str) -> str:
    delete = tags.delete_tag if kind == "tag" else tags.delete_group
    delete(twin, body["id"])
    return str(body["id"])


def _shuffle(twin: Twin, body: Body, kind: str) -> str:
    """Reverse the order of a group's tags."""
    rows = twin.store.rows(
        "SELECT tag_id, ord FROM corp_tag WHERE group_id = ? AND deleted = 0", (body["id"],)
    )
    for row, order in zip(rows, sorted((r["ord"] for r in rows), reverse=True), strict=True):
        twin.store.execute("UPDATE corp_tag SET ord = ? WHERE tag_id = ?", (order, row["tag_id"]))
    return str(body["id"])


def _place(kind: str) -> tuple[str, str]:
    return ("corp_tag", "tag_id") if kind == "tag" else ("tag_group", "group_id")


def show_ways(twin: Twin, body: Body) -> Row:
    """A corp's contact ways as they were asked for, with the address of each picture."""
    rows = twin.store.rows(
        "SELECT * FROM contact_way WHERE corp_id = ? ORDER BY rowid", (body["corp_id"],)
    )
    return {
        "ways": [
            {
                **load(row["data"]),
                "config_id": row["config_id"],
                "qr_code": qr_code(twin, row["config_id"]),
            }
            for row in rows
        ]
    }


routes: list[BaseRoute] = [
    control("POST", "corps", upsert_corp),
    Route("/_twin/corps/{corp_id}/callback", set_callback, methods=["POST"]),
    control("POST", "corps/{corp_id}/members", upsert_member),
    control("POST", "corps/{corp_id}/departments", upsert_department),
    control("POST", "act/scan_way", acts.scan_way),
    control("POST", "act/add", acts.add),
    control("POST", "act/delete", acts.delete),
    control("POST", "act/edit", acts.edit),
    control("POST", "act/chat", acts.chat),
    control("POST", "act/contact_event", acts.contact_event),
    control("POST", "act/tag_event", tag_event),
    control("POST", "act/directory", change_directory),
    control("POST", "act/group_create", group_acts.create),
    control("POST", "act/group_join", group_acts.join),
    control("POST", "act/scan_join_way", join_way.scan_join_way),
    control("POST", "act/group_leave", group_acts.leave),
    control("POST", "act/group_change", group_acts.change),
    control("POST", "act/group_dismiss", group_acts.dismiss),
    control("POST", "act/group_speak", group_acts.speak),
    control("POST", "act/behaviour", figures.record_behaviour),
    control("POST", "act/confirm_send", confirming.confirm_send),
    control("GET", "state/sends", mass_results.show_sends),
    control("GET", "state/groups", group_acts.show_groups),
    control("GET", "state/contacts", acts.show_contacts),
    control("GET", "state/ways", show_ways),
]
