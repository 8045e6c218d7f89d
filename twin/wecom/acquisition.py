"""获客助手 links (developer pages 97297, 97298)."""

import secrets

from starlette.routing import BaseRoute

from twin.context import Twin
from twin.store import Row, dump, load
from twin.strict import Field
from twin.wecom.contact_way import members_below
from twin.wecom.corps import find_member
from twin.wecom.endpoint import Answer, Call, get, post
from twin.wecom.errors import Refused
from twin.wecom.paging import page

MAX_PEOPLE = 500
DAY = 86_400


def create_link(call: Call) -> Answer:
    """A link to add one of the members in its range."""
    _check_range(call)
    link_id = "caw" + secrets.token_hex(10)
    created = call.twin.clock.business()
    call.twin.store.insert(
        "acquisition_link",
        link_id=link_id,
        corp_id=call.corp_id,
        created_at=created,
        data=dump({"skip_verify": True, **call.body}),
    )
    view = {"link_id": link_id, "link_name": call.body["link_name"]}
    return {"link": {**view, "url": link_url(call.twin, link_id), "create_time": created}}


def link_url(twin: Twin, link_id: str) -> str:
    """What the customer opens; ``?customer_channel=`` may be added to it."""
    return f"{twin.settings.get('public_base')}/ca/{link_id}"


def _check_range(call: Call) -> None:
    if "range" not in call.body:
        return
    chosen = call.body["range"]
    users = list(chosen.get("user_list") or [])
    departments = list(chosen.get("department_list") or [])
    if not users and not departments:
        raise Refused(40063, "range is empty")
    for userid in users:
        if find_member(call.twin, call.corp_id, userid) is None:
            raise Refused(40003, userid)
    people = set(users)
    for department in departments:
        people |= {m["userid"] for m in members_below(call.twin, call.corp_id, department)}
    if len(people) > MAX_PEOPLE:
        raise Refused(40031)


def find_link(twin: Twin, link_id: str) -> Row | None:
    """The link with its settings read, unless it was deleted."""
    row = twin.store.row(
        "SELECT * FROM acquisition_link WHERE link_id = ? AND deleted = 0", (link_id,)
    )
    return {**row, "data": load(row["data"])} if row else None


def link_members(twin: Twin, link: Row) -> list[str]:
    """The userids a link may lead to."""
    chosen = link["data"]["range"]
    userids = list(chosen.get("user_list") or [])
    for department in chosen.get("department_list") or []:
        below = members_below(twin, link["corp_id"], department)
        userids += [m["userid"] for m in below if m["userid"] not in userids]
    return userids


def _own_link(call: Call) -> Row:
    link = find_link(call.twin, call.body["link_id"])
    if link is None or link["corp_id"] != call.corp_id:
        raise Refused(40058, "link_id")
    return link


def get_link(call: Call) -> Answer:
    """One link with its range."""
    link = _own_link(call)
    data = link["data"]
    chosen = {"user_list": [], "department_list": [], **data["range"]}
    view = {
        "link_name": data["link_name"],
        "url": link_url(call.twin, link["link_id"]),
        "create_time": link["created_at"],
        "skip_verify": data["skip_verify"],
        "mark_source": data.get("mark_source", True),
    }
    answer: Answer = {"link": view, "range": chosen}
    if data.get("priority_option"):
        answer["priority_option"] = data["priority_option"]
    return answer


def list_link(call: Call) -> Answer:
    """Ids of the links that work."""
    rows = call.twin.store.rows(
        "SELECT link_id FROM acquisition_link WHERE corp_id = ? AND deleted = 0 ORDER BY rowid",
        (call.corp_id,),
    )
    limit = call.body.get("limit") or 100
    shown, cursor = page([row["link_id"] for row in rows], call.body.get("cursor"), limit)
    return {"link_id_list": shown, "next_cursor": cursor}


def update_link(call: Call) -> Answer:
    """Overwrite the given fields, the range whole."""
    link = _own_link(call)
    _check_range(call)
    data = {**link["data"], **{k: v for k, v in call.body.items() if k != "link_id"}}
    call.twin.store.execute(
        "UPDATE acquisition_link SET data = ? WHERE link_id = ?", (dump(data), link["link_id"])
    )
    return {}


def delete_link(call: Call) -> Answer:
    """The link stops working; by API no event tells of it."""
    link = _own_link(call)
    call.twin.store.execute(
        "UPDATE acquisition_link SET deleted = 1 WHERE link_id = ?", (link["link_id"],)
    )
    return {}


def list_customers(call: Call) -> Answer:
    """Who came through a link, with their channel in ``state``."""
    link = _own_link(call)
    rows = call.twin.store.rows(
        "SELECT external_userid, userid, chat_status, state FROM follow"
        " WHERE corp_id = ? AND link_id = ? ORDER BY rowid",
        (call.corp_id, link["link_id"]),
    )
    shown, cursor = page(rows, call.body.get("cursor"), call.body.get("limit") or 1000)
    return {"customer_list": shown, "next_cursor": cursor}


def quota(call: Call) -> Answer:
    """How many more may be added."""
    total = int(call.twin.settings.get("acquisition_quota"))
    return {"total": total, "balance": quota_left(call.twin, call.corp_id), "quota_list": []}


def quota_left(twin: Twin, corp_id: str) -> int:
    """The bought quota less everyone whose latest adding was by a link."""
    used = twin.store.value(
        "SELECT count(*) FROM follow WHERE corp_id = ? AND link_id IS NOT NULL", (corp_id,)
    )
    return max(0, int(twin.settings.get("acquisition_quota")) - int(used))


def note_click(twin: Twin, link_id: str, person: str) -> None:
    """Somebody opened a link."""
    now = twin.clock.business()
    twin.store.insert("link_click", link_id=link_id, person=person, at=now)


def statistic(call: Call) -> Answer:
    """People who opened a link and who were added by it; ≤ 30 days, of the last 180."""
    link = _own_link(call)
    start, end = call.body["start_time"], call.body["end_time"]
    now = call.twin.clock.business()
    if end < start or end - start > 30 * DAY or start < now - 180 * DAY:
        raise Refused(40058, "start_time, end_time")
    clicks = call.twin.store.value(
        "SELECT count(DISTINCT person) FROM link_click WHERE link_id = ? AND at BETWEEN ? AND ?",
        (link["link_id"], start, end),
    )
    added = call.twin.store.value(
        "SELECT count(*) FROM follow WHERE link_id = ? AND createtime BETWEEN ? AND ?",
        (link["link_id"], start, end),
    )
    return {"click_link_customer_cnt": int(clicks), "new_customer_cnt": int(added)}


RANGE = Field(
    dict,
    fields={
        "user_list": Field(list, item=Field(str), max_items=MAX_PEOPLE, too_long=40031),
        "department_list": Field(list, item=Field(int)),
    },
)
PRIORITY = Field(
    dict,
    fields={
        "priority_type": Field(int, required=True, choices=(1, 2)),
        "priority_userid_list": Field(list, item=Field(str), max_items=1000),
    },
)
LINK_ID = {"link_id": Field(str, required=True)}
SHARED = {
    "skip_verify": Field(bool),
    "mark_source": Field(bool),
    "priority_option": PRIORITY,
}
CREATE = {
    "link_name": Field(str, required=True, max_chars=30),
    "range": Field(dict, required=True, fields=RANGE.fields),
    **SHARED,
}
UPDATE = {**LINK_ID, "link_name": Field(str, max_chars=30), "range": RANGE, **SHARED}
PAGE = {"cursor": Field(str)}

routes: list[BaseRoute] = [
    post("externalcontact/customer_acquisition/create_link", create_link, CREATE),
    post("externalcontact/customer_acquisition/get", get_link, LINK_ID),
    post(
        "externalcontact/customer_acquisition/list_link",
        list_link,
        {**PAGE, "limit": Field(int, choices=range(1, 101))},
    ),
    post("externalcontact/customer_acquisition/update_link", update_link, UPDATE),
    post("externalcontact/customer_acquisition/delete_link", delete_link, LINK_ID),
    post(
        "externalcontact/customer_acquisition/customer",
        list_customers,
        {**LINK_ID, **PAGE, "limit": Field(int, choices=range(1, 1001))},
    ),
    post(
        "externalcontact/customer_acquisition/statistic",
        statistic,
        {
            **LINK_ID,
            "start_time": Field(int, required=True),
            "end_time": Field(int, required=True),
        },
    ),
    get("externalcontact/customer_acquisition_quota", quota),
]
