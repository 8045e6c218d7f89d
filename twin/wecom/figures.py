"""Statistics of closed days: groups and members (developer pages 92133, 92132)."""

from dataclasses import dataclass

from starlette.routing import BaseRoute

from twin.context import Twin
from twin.control import Body
from twin.store import Row
from twin.strict import Field
from twin.wecom.contact_way import members_below
from twin.wecom.corps import get_corp
from twin.wecom.endpoint import Answer, Call, post
from twin.wecom.errors import Refused
from twin.wecom.external import contact_member
from twin.wecom.groups import OWNER_FILTER, named_owners
from twin.wecom.paging import limit_of

DAY, EAST = 86_400, 8 * 3600
SPAN, REACH = 30, 180  # days
ORDERS = {1: "new_chat_cnt", 2: "chat_total", 3: "new_member_cnt", 4: "member_total"}


def midnight(at: int) -> int:
    """The local midnight (Asia/Shanghai) before a unix second."""
    return (at + EAST) // DAY * DAY - EAST


@dataclass(frozen=True)
class Span:
    """Closed days: from the first second to the last day's end, exclusive."""

    start: int
    end: int

    @property
    def days(self) -> list["Span"]:
        """Each day of it."""
        return [Span(day, day + DAY) for day in range(self.start, self.end, DAY)]


def closed_days(call: Call, begin: int, end: int) -> Span:
    """Yesterday back to 180 days, 30 at most; both floored to their midnight. 40058 beyond."""
    first, last, today = midnight(begin), midnight(end), midnight(call.twin.clock.business())
    if last < first or last - first >= SPAN * DAY:
        raise Refused(40058, "the span of days")
    if last >= today or first < today - REACH * DAY:
        raise Refused(40058, "yesterday back to 180 days")
    return Span(first, last + DAY)


def statistic(call: Call) -> Answer:
    """Figures of each owner over the whole span, in pages by offset."""
    span, chats = _asked(call)
    owners: dict[str, list[Row]] = {}
    for chat in chats:
        owners.setdefault(str(chat["owner"]), []).append(chat)
    items: list[Row] = [
        {"owner": owner, "data": _figures(call, owned, span)} for owner, owned in owners.items()
    ]
    name = ORDERS[call.body.get("order_by") or 1]
    items.sort(key=lambda item: item["data"][name], reverse=call.body.get("order_asc") != 1)
    start = call.body.get("offset") or 0
    stop = start + limit_of(call, usual=500, most=1000)
    return {"total": len(items), "next_offset": min(stop, len(items)), "items": items[start:stop]}


def statistic_group_by_day(call: Call) -> Answer:
    """Figures of the owners together, for each day of the span."""
    span, chats = _asked(call)
    items = [{"stat_time": day.start, "data": _figures(call, chats, day)} for day in span.days]
    return {"items": items}


def _asked(call: Call) -> tuple[Span, list[Row]]:
    begin = call.body["day_begin_time"]
    span = closed_days(call, begin, call.body.get("day_end_time") or begin)
    owners = named_owners(call) or []
    rows = call.twin.store.rows(
        "SELECT * FROM chat WHERE corp_id = ? AND create_time < ?"
        " AND coalesce(dismissed_at, ?) >= ? ORDER BY rowid",
        (call.corp_id, span.end, span.end, span.start),
    )
    return span, [row for row in rows if row["owner"].lower() in owners]


def _figures(call: Call, chats: list[Row], span: Span) -> Row:
    there = [c for c in chats if c["create_time"] < span.end]
    ids = [c["chat_id"] for c in there]
    stays, talk = _stays(call, ids, span.end), _talk(call, ids, span)
    standing = [c for c in there if c["dismissed_at"] is None or c["dismissed_at"] >= span.end]
    return {
        "new_chat_cnt": sum(c["create_time"] >= span.start for c in there),
        "chat_total": len(standing),
        "chat_has_msg": len({row["chat_id"] for row in talk}),
        "new_member_cnt": sum(stay["join_time"] >= span.start for stay in stays),
        "member_total": sum((stay["quit_time"] or span.end) >= span.end for stay in stays),
        "member_has_msg": len({(row["chat_id"], row["person"]) for row in talk}),
        "msg_total": sum(row["messages"] for row in talk),
        "migrate_trainee_chat_cnt": 0,
    }


def _stays(call: Call, ids: list[str], end: int) -> list[Row]:
    marks = ", ".join("?" for _ in ids)
    sql = f"SELECT * FROM chat_stay WHERE chat_id IN ({marks}) AND join_time < ?"
    return call.twin.store.rows(sql, (*ids, end))


def _talk(call: Call, ids: list[str], span: Span) -> list[Row]:
    marks = ", ".join("?" for _ in ids)
    sql = f"SELECT * FROM chat_speech WHERE chat_id IN ({marks}) AND day >= ? AND day < ?"
    return call.twin.store.rows(sql, (*ids, span.start, span.end))


def get_user_behavior_data(call: Call) -> Answer:
    """Contacts and chats of members for each day, summed over all who are asked for."""
    span = closed_days(call, call.body["start_time"], call.body["end_time"])
    userids = _members(call)
    return {"behavior_data": [_behaviour(call, userids, day) for day in span.days]}


def _members(call: Call) -> list[str]:
    named, parties = call.body.get("userid") or [], call.body.get("partyid") or []
    if not named and not parties:
        raise Refused(40063, "userid and partyid are empty")
    found = [str(contact_member(call, userid)["userid"]) for userid in named]
    for party in parties:
        found += [m["userid"] for m in members_below(call.twin, call.corp_id, party)]
    return list(dict.fromkeys(found))


def _behaviour(call: Call, userids: list[str], day: Span) -> Row:
    """The two figures about replies are there on days with chats only."""
    marks = ", ".join("?" for _ in userids)
    added = call.twin.store.value(
        f"SELECT count(*) FROM follow WHERE corp_id = ? AND userid IN ({marks})"
        " AND createtime >= ? AND createtime < ?",
        (call.corp_id, *userids, day.start, day.end),
    )
    names = ("chat_cnt", "message_cnt", "replied", "reply_minutes", "negative_feedback_cnt")
    sums = ", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in names)
    row = call.twin.store.row(
        f"SELECT {sums} FROM behaviour WHERE corp_id = ? AND userid IN ({marks}) AND day = ?",
        (call.corp_id, *userids, day.start),
    )
    assert row is not None
    chats, replied, minutes = row["chat_cnt"], row.pop("replied"), row.pop("reply_minutes")
    view = {"stat_time": day.start, "new_apply_cnt": added, "new_contact_cnt": added, **row}
    if chats:
        view["reply_percentage"] = round(100 * replied / chats, 2)
        view["avg_reply_time"] = minutes // max(replied, 1)
    return view


def record_behaviour(twin: Twin, body: Body) -> Row:
    """POST act/behaviour {corp_id, userid, days_ago?, chat_cnt?, message_cnt?, replied?,
    reply_minutes?, negative_feedback_cnt?}: what a member did on one day.
    """
    get_corp(twin, body["corp_id"])
    day = midnight(twin.clock.business()) - DAY * int(body.get("days_ago") or 0)
    names = ("chat_cnt", "message_cnt", "replied", "reply_minutes", "negative_feedback_cnt")
    counts = {name: int(body[name]) for name in names if name in body}
    key = {"corp_id": body["corp_id"], "userid": body["userid"], "day": day}
    twin.store.upsert("behaviour", **key, **counts)
    return {"day": day}


STATISTIC = {
    "day_begin_time": Field(int, required=True),
    "day_end_time": Field(int),
    "owner_filter": Field(dict, required=True, fields=OWNER_FILTER.fields),
}
PAGED = {
    "order_by": Field(int, choices=(1, 2, 3, 4)),
    "order_asc": Field(int, choices=(0, 1)),
    "offset": Field(int, choices=range(1_000_000)),
    "limit": Field(int),
}
BEHAVIOUR = {
    "userid": Field(list, max_items=100, too_long=40031, item=Field(str, max_bytes=64)),
    "partyid": Field(list, max_items=100, too_long=40066, item=Field(int)),
    "start_time": Field(int, required=True),
    "end_time": Field(int, required=True),
}

routes: list[BaseRoute] = [
    post("externalcontact/groupchat/statistic", statistic, {**STATISTIC, **PAGED}),
    post("externalcontact/groupchat/statistic_group_by_day", statistic_group_by_day, STATISTIC),
    post("externalcontact/get_user_behavior_data", get_user_behavior_data, BEHAVIOUR),
]
