"""Corps, members and departments: set up through the admin API, read through WeCom's."""

from typing import Any

from twin.context import Twin
from twin.control import Body, Misuse
from twin.store import Row, dump, load

ROOT_DEPARTMENT = 1


def upsert_corp(twin: Twin, body: Body) -> Row:
    """Make a corp with one self-built app, or change the fields that are given."""
    old = twin.store.row("SELECT * FROM corp WHERE corp_id = ?", (body["corp_id"],)) or {}
    new = {name: body[name] for name in CORP_FIELDS if name in body}
    for name in ("trusted_domains", "denied_apis"):
        if name in new:
            new[name] = dump(list(new[name]))
    defaults = {"name": body["corp_id"], "trusted_domains": '["*"]', "denied_apis": "[]"}
    row = {**dict.fromkeys(CORP_FIELDS), **defaults, **old, **new}
    if row["secret"] is None or row["agent_id"] is None:
        raise Misuse("a new corp needs agent_id and secret")
    twin.store.upsert("corp", **row)
    if not old:
        add_department(twin, row["corp_id"], ROOT_DEPARTMENT, str(row["name"]), 0)
    lists = {name: load(row[name]) for name in ("trusted_domains", "denied_apis")}
    return {**row, **lists}


CORP_FIELDS = (
    "corp_id",
    "name",
    "agent_id",
    "secret",
    "token",
    "aes_key",
    "callback_url",
    "trusted_domains",
    "mp_appid_bound",
    "home_url",
    "denied_apis",
)


def get_corp(twin: Twin, corp_id: str) -> Row:
    """The corp of an admin call. Raises Misuse (404)."""
    corp = twin.store.row("SELECT * FROM corp WHERE corp_id = ?", (corp_id,))
    if corp is None:
        raise Misuse(f"no corp {corp_id}", 404)
    return corp


def upsert_department(twin: Twin, body: Body) -> Row:
    """A department under ``parentid`` (the root is 1)."""
    get_corp(twin, body["corp_id"])
    parent = int(body.get("parentid", ROOT_DEPARTMENT))
    add_department(twin, body["corp_id"], int(body["id"]), str(body["name"]), parent)
    return {"id": int(body["id"]), "name": body["name"], "parentid": parent}


def add_department(twin: Twin, corp_id: str, number: int, name: str, parentid: int) -> None:
    """Keep one department; earlier ones sort first."""
    twin.store.upsert(
        "department", corp_id=corp_id, id=number, name=name, parentid=parentid, ord=10**8 - number
    )


def upsert_member(twin: Twin, body: Body) -> Row:
    """A member; by default active, visible and enabled for 客户联系."""
    get_corp(twin, body["corp_id"])
    old: Row = find_member(twin, body["corp_id"], str(body["userid"])) or {}
    known = {"corp_id", "userid", "name", "department_ids", *MEMBER_FLAGS}
    row: Row = {
        "corp_id": body["corp_id"],
        "userid": old.get("userid", body["userid"]),
        "name": body.get("name", old.get("name", body["userid"])),
        "department_ids": dump(
            body.get("department_ids", old.get("department_ids", [ROOT_DEPARTMENT]))
        ),
        **{f: _flag(body, old, f, usual) for f, usual in MEMBER_FLAGS.items()},
        "profile": dump(
            {**old.get("profile", {}), **{k: v for k, v in body.items() if k not in known}}
        ),
    }
    twin.store.upsert("member", **row)
    return _read(row)


def _flag(body: Body, old: Row, name: str, usual: int) -> int:
    return int(bool(body.get(name, old.get(name, usual))))


MEMBER_FLAGS: dict[str, int] = {
    "contact_enabled": 1,
    "active": 1,
    "visible": 1,
    "console_welcome": 0,
}


def find_member(twin: Twin, corp_id: str, userid: str) -> Row | None:
    """The member with this userid in any case, with lists and profile read."""
    row = twin.store.row("SELECT * FROM member WHERE corp_id = ? AND userid = ?", (corp_id, userid))
    return _read(row) if row else None


def list_members(twin: Twin, corp_id: str, department_id: int | None = None) -> list[Row]:
    """Visible members, of one department (not of those below it) or of the whole corp."""
    found = twin.store.rows(
        "SELECT * FROM member WHERE corp_id = ? AND visible = 1 ORDER BY rowid", (corp_id,)
    )
    members = [_read(row) for row in found]
    if department_id is None:
        return members
    return [member for member in members if department_id in member["department_ids"]]


def _read(row: Row) -> Row:
    departments: list[int] = load(row["department_ids"])
    profile: dict[str, Any] = load(row["profile"])
    return {**row, "department_ids": departments, "profile": profile}


def list_departments(twin: Twin, corp_id: str, top: int | None = None) -> list[Row]:
    """Departments with their order, below and including ``top`` where it is given."""
    rows = twin.store.rows(
        "SELECT * FROM department WHERE corp_id = ? ORDER BY ord DESC, id", (corp_id,)
    )
    if top is None:
        return rows
    inside = {top}
    for _ in rows:
        inside |= {row["id"] for row in rows if row["parentid"] in inside}
    return [row for row in rows if row["id"] in inside]
