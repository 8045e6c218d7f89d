"""Corp tags: the library and the marks on customers (developer pages 92117, 92118)."""

import secrets

from starlette.routing import BaseRoute

from twin.context import Twin
from twin.store import Row
from twin.strict import Field
from twin.wecom.endpoint import Answer, Call, post
from twin.wecom.errors import Refused
from twin.wecom.external import follow_of

MAX_ORDER = 2**32


def get_corp_tag_list(call: Call) -> Answer:
    """All live tags; by group_id or tag_id also deleted ones. group_id wins over tag_id."""
    groups, tags = call.body.get("group_id") or [], call.body.get("tag_id") or []
    rows = _tag_rows(call.twin, call.corp_id)
    if groups:
        rows = [row for row in rows if row["group_id"] in groups]
    elif tags:
        rows = [row for row in rows if row["tag_id"] in tags]
    else:
        rows = [row for row in rows if not row["deleted"]]
    return {"tag_group": _grouped(call.twin, call.corp_id, rows, by_tag=bool(tags and not groups))}


def _tag_rows(twin: Twin, corp_id: str) -> list[Row]:
    return twin.store.rows(
        "SELECT * FROM corp_tag WHERE corp_id = ? ORDER BY ord DESC, rowid", (corp_id,)
    )


def _grouped(twin: Twin, corp_id: str, tags: list[Row], *, by_tag: bool) -> list[Answer]:
    groups = twin.store.rows(
        "SELECT * FROM tag_group WHERE corp_id = ? ORDER BY ord DESC, rowid", (corp_id,)
    )
    answer = []
    for group in groups:
        inside = [tag_view(tag) for tag in tags if tag["group_id"] == group["group_id"]]
        if inside:
            view = {**group_view(group), "tag": inside}
            answer.append({**view, "deleted": True} if by_tag and group["deleted"] else view)
    return answer


def group_view(group: Row) -> Answer:
    """A group as the API shows it, without its tags."""
    return {
        "group_id": group["group_id"],
        "group_name": group["name"],
        "create_time": group["create_time"],
        "order": group["ord"],
    }


def tag_view(tag: Row) -> Answer:
    """A tag as the API shows it."""
    view = {
        "id": tag["tag_id"],
        "name": tag["name"],
        "create_time": tag["create_time"],
        "order": tag["ord"],
    }
    return {**view, "deleted": True} if tag["deleted"] else view


def add_corp_tag(call: Call) -> Answer:
    """New tags in a new or an existing group; only the new ones are answered."""
    group = _group_for(call)
    names = _live_names(call.twin, group["group_id"])
    wanted = {entry["name"]: entry.get("order", 0) for entry in call.body["tag"]}
    if any(name in names for name in wanted):
        raise Refused(40071)
    count = call.twin.store.value(
        "SELECT count(*) FROM corp_tag WHERE corp_id = ? AND deleted = 0", (call.corp_id,)
    )
    if int(count) + len(wanted) > int(call.twin.settings.get("corp_tag_cap")):
        raise Refused(40126)
    made = [
        create_tag(call.twin, call.corp_id, group["group_id"], name, order, own=True)
        for name, order in wanted.items()
    ]
    return {"tag_group": {**group_view(group), "tag": [tag_view(tag) for tag in made]}}


def _live_names(twin: Twin, group_id: str) -> set[str]:
    rows = twin.store.rows(
        "SELECT name FROM corp_tag WHERE group_id = ? AND deleted = 0", (group_id,)
    )
    return {row["name"] for row in rows}


def _group_for(call: Call) -> Row:
    """The group by id, by name, or a new one."""
    group_id, name = call.body.get("group_id"), call.body.get("group_name")
    if group_id:
        return live_group(call.twin, call.corp_id, group_id)
    if not name:
        raise Refused(40063, "group_id and group_name are empty")
    found = call.twin.store.row(
        "SELECT * FROM tag_group WHERE corp_id = ? AND name = ? AND deleted = 0",
        (call.corp_id, name),
    )
    return found or create_group(call.twin, call.corp_id, name, call.body.get("order", 0), own=True)


def live_group(twin: Twin, corp_id: str, group_id: str) -> Row:
    """The group with this id. Raises Refused(40068)."""
    found = twin.store.row(
        "SELECT * FROM tag_group WHERE corp_id = ? AND group_id = ? AND deleted = 0",
        (corp_id, group_id),
    )
    if found is None:
        raise Refused(40068)
    return found


def create_group(twin: Twin, corp_id: str, name: str, order: int, *, own: bool) -> Row:
    """A new, still empty group; ``own`` says that the app made it, not the console."""
    row = {
        "group_id": "et" + secrets.token_urlsafe(22),
        "corp_id": corp_id,
        "name": name,
        "ord": order,
        "create_time": twin.clock.business(),
        "own": int(own),
        "deleted": 0,
    }
    twin.store.insert("tag_group", **row)
    return row


def create_tag(twin: Twin, corp_id: str, group_id: str, name: str, order: int, *, own: bool) -> Row:
    """A new tag; ``own`` as for groups."""
    row = {
        "tag_id": "et" + secrets.token_urlsafe(22),
        "corp_id": corp_id,
        "group_id": group_id,
        "name": name,
        "ord": order,
        "create_time": twin.clock.business(),
        "own": int(own),
        "deleted": 0,
    }
    twin.store.insert("corp_tag", **row)
    return row


def edit_corp_tag(call: Call) -> Answer:
    """Rename or reorder one of the app's own tags or groups. 40068 unknown, 81011 not its own."""
    table, key, row = _own_row(call, call.body["id"])
    name = call.body.get("name", row["name"])
    renamed = table == "corp_tag" and name != row["name"]
    if renamed and name in _live_names(call.twin, row["group_id"]):
        raise Refused(40071)
    call.twin.store.execute(
        f"UPDATE {table} SET name = ?, ord = ? WHERE {key} = ?",
        (name, call.body.get("order", row["ord"]), row[key]),
    )
    return {}


def _own_row(call: Call, identifier: str) -> tuple[str, str, Row]:
    for table, key in (("corp_tag", "tag_id"), ("tag_group", "group_id")):
        row = call.twin.store.row(
            f"SELECT * FROM {table} WHERE {key} = ? AND corp_id = ? AND deleted = 0",
            (identifier, call.corp_id),
        )
        if row is not None:
            if not row["own"]:
                raise Refused(81011)
            return table, key, row
    raise Refused(40068)


def del_corp_tag(call: Call) -> Answer:
    """Delete the app's own tags and groups; a group without tags goes too."""
    tags, groups = call.body.get("tag_id") or [], call.body.get("group_id") or []
    if not tags and not groups:
        raise Refused(40063)
    for identifier in [*tags, *groups]:
        _own_row(call, identifier)
    for tag_id in tags:
        delete_tag(call.twin, tag_id)
    for group_id in groups:
        delete_group(call.twin, group_id)
    return {}


def delete_tag(twin: Twin, tag_id: str) -> None:
    """Take the tag from the library and from every customer."""
    group_id = twin.store.value("SELECT group_id FROM corp_tag WHERE tag_id = ?", (tag_id,))
    twin.store.execute("UPDATE corp_tag SET deleted = 1 WHERE tag_id = ?", (tag_id,))
    twin.store.execute("DELETE FROM follow_tag WHERE tag_id = ?", (tag_id,))
    if not _live_names(twin, str(group_id)):
        twin.store.execute("UPDATE tag_group SET deleted = 1 WHERE group_id = ?", (group_id,))


def delete_group(twin: Twin, group_id: str) -> None:
    """Delete a group with its tags."""
    for row in twin.store.rows(
        "SELECT tag_id FROM corp_tag WHERE group_id = ? AND deleted = 0", (group_id,)
    ):
        delete_tag(twin, row["tag_id"])
    twin.store.execute("UPDATE tag_group SET deleted = 1 WHERE group_id = ?", (group_id,))


def mark_tag(call: Call) -> Answer:
    """Put tags on a member's customer and take others off. By API: no event."""
    add, remove = call.body.get("add_tag") or [], call.body.get("remove_tag") or []
    if not add and not remove:
        raise Refused(40063)
    follow = follow_of(call, call.body["userid"], call.body["external_userid"])
    pair = {n: follow[n] for n in ("corp_id", "userid", "external_userid")}
    for tag_id in [*add, *remove]:
        _check_tag(call, tag_id)
    for tag_id in remove:
        call.twin.store.execute(
            "DELETE FROM follow_tag WHERE corp_id = ? AND userid = ? AND external_userid = ?"
            " AND tag_id = ?",
            (*pair.values(), tag_id),
        )
    for tag_id in add:
        call.twin.store.upsert("follow_tag", **pair, tag_id=tag_id)
    call.twin.log.write("contact.tags", **pair, add_tag=add, remove_tag=remove)
    return {}


def _check_tag(call: Call, tag_id: str) -> None:
    live = call.twin.store.value(
        "SELECT 1 FROM corp_tag WHERE tag_id = ? AND corp_id = ? AND deleted = 0",
        (tag_id, call.corp_id),
    )
    if not live:
        raise Refused(40068)


NAME = Field(str, max_chars=30, too_long=40072)
ORDER = Field(int, choices=range(MAX_ORDER))
IDS = Field(list, item=Field(str))
ADD = {
    "group_id": Field(str),
    "group_name": NAME,
    "order": ORDER,
    "tag": Field(
        list,
        required=True,
        missing=40063,
        item=Field(
            dict,
            fields={
                "name": Field(str, required=True, missing=41018, max_chars=30, too_long=40072),
                "order": ORDER,
            },
        ),
    ),
    "agentid": Field(int),
}
EDIT = {
    "id": Field(str, required=True, missing=41017),
    "name": NAME,
    "order": ORDER,
    "agentid": Field(int),
}
MARK = {
    "userid": Field(str, required=True, missing=41009),
    "external_userid": Field(str, required=True, missing=41035),
    "add_tag": IDS,
    "remove_tag": IDS,
}

routes: list[BaseRoute] = [
    post(
        "externalcontact/get_corp_tag_list",
        get_corp_tag_list,
        {"tag_id": IDS, "group_id": IDS},
    ),
    post("externalcontact/add_corp_tag", add_corp_tag, ADD),
    post("externalcontact/edit_corp_tag", edit_corp_tag, EDIT),
    post(
        "externalcontact/del_corp_tag",
        del_corp_tag,
        {"tag_id": IDS, "group_id": IDS, "agentid": Field(int)},
    ),
    post("externalcontact/mark_tag", mark_tag, MARK),
]
