"""What customers and members do in their clients, and the events that come of it."""

import random
from typing import Any

from twin.context import Twin
from twin.control import Body, Misuse
from twin.people import external_userid_of, find_person
from twin.store import Row, load
from twin.wecom.acquisition import find_link, link_members, quota_left
from twin.wecom.callbacks import emit
from twin.wecom.contact_way import config_id_in, find_way, members_below
from twin.wecom.corps import find_member, get_corp
from twin.wecom.errors import Refused
from twin.wecom.welcome import issue_code, spend_codes, was_welcomed

BY_SCAN, BY_LINK, BY_CARD = 1, 16, 3
CHANNEL_BYTES = 64


def scan_way(twin: Twin, body: Body) -> Row:
    """Scan a member's code: ``config_id``, or ``qr_code`` as any text that holds it."""
    config_id = body.get("config_id") or config_id_in(str(body.get("qr_code") or ""))
    if not config_id:
        raise Misuse("nothing to scan")
    return add(twin, {**body, "config_id": config_id})


def add(twin: Twin, body: Body) -> Row:
    """Become a member's customer through a code, a link, or the member's card.

    ``half`` stops before the member has confirmed (add_half_external_contact).
    """
    person = body["person"]
    if find_person(twin, person) is None:
        raise Misuse(f"no person {person}", 404)
    source = _source(twin, body)
    external = external_userid_of(twin, source["corp_id"], person)
    userid = _choose(twin, source, external)
    old = _follow(twin, source["corp_id"], userid, external)
    if old and not old["deleted_by_customer"] and not old["half"]:
        return _answer(userid, external, source["state"], None, [], already=True)
    half = bool(body.get("half"))
    spends = bool(source["link_id"]) and not (old and old["link_id"])
    if spends and quota_left(twin, source["corp_id"]) < 1:
        raise Misuse("the quota of the links is used up", 409)
    _keep_follow(twin, source, userid, external, old, half)
    if spends and quota_left(twin, source["corp_id"]) == 0:
        emit(twin, source["corp_id"], "customer_acquisition", {"ChangeType": "balance_exhausted"})
    return _announce(twin, source, userid, external, half)


def _announce(twin: Twin, source: Row, userid: str, external: str, half: bool) -> Row:
    corp_id, state = source["corp_id"], source["state"]
    member = find_member(twin, corp_id, userid) or {}
    code = None
    if not member.get("console_welcome") and not was_welcomed(twin, corp_id, userid, external):
        code = issue_code(twin, corp_id, userid, external)
    event_ids = []
    if source["link_id"] and twin.settings.get("acquisition_events"):
        fields = {
            "ChangeType": "friend_request",
            "LinkId": source["link_id"],
            "State": state or None,
        }
        event_ids.append(emit(twin, corp_id, "customer_acquisition", fields))
    kind = "add_half_external_contact" if half else "add_external_contact"
    more = {"State": state or None, "WelcomeCode": code}
    event_ids.append(emit_contact(twin, corp_id, kind, userid, external, **more))
    return _answer(userid, external, state, code, event_ids, already=False)


def _answer(
    userid: str, external: str, state: str, code: str | None, ids: list[int], *, already: bool
) -> Row:
    return {
        "userid": userid,
        "external_userid": external,
        "state": state,
        "welcome_code": code,
        "callback_ids": ids,
        "already": already,
    }


def _source(twin: Twin, body: Body) -> Row:
    """Where the customer comes from: corp_id, userids to choose from, state, add_way."""
    if body.get("config_id"):
        way = find_way(twin, body["config_id"])
        if way is None:
            raise Misuse("the code does not work", 404)
        return _from_way(twin, way)
    if body.get("link_id"):
        return _from_link(twin, body)
    get_corp(twin, body["corp_id"])
    return {
        "corp_id": body["corp_id"],
        "userids": [body["userid"]],
        "state": "",
        "add_way": int(body.get("add_way", BY_CARD)),
        "link_id": None,
    }


def _from_way(twin: Twin, way: Row) -> Row:
    data = way["data"]
    userids = list(data.get("user") or [])
    for party in data.get("party") or []:
        try:
            below = members_below(twin, way["corp_id"], party)
        except Refused as gone:
            raise Misuse("a department of this code is gone", 404) from gone
        userids += [m["userid"] for m in below if m["userid"] not in userids]
    return {
        "corp_id": way["corp_id"],
        "userids": userids,
        "state": data.get("state", ""),
        "add_way": BY_SCAN,
        "link_id": None,
    }


def _from_link(twin: Twin, body: Body) -> Row:
    link = find_link(twin, body["link_id"])
    if link is None:
        raise Misuse("the link does not work", 404)
    channel = str(body.get("customer_channel") or "").encode()[:CHANNEL_BYTES]
    return {
        "corp_id": link["corp_id"],
        "userids": link_members(twin, link),
        "state": channel.decode("utf-8", "ignore"),
        "add_way": BY_LINK,
        "link_id": link["link_id"],
    }


def _choose(twin: Twin, source: Row, external: str) -> str:
    """A member already befriended where there is one, else any active one."""
    members = [find_member(twin, source["corp_id"], userid) for userid in source["userids"]]
    able = [m["userid"] for m in members if m and m["active"] and m["contact_enabled"]]
    if not able:
        raise Misuse("nobody can be added here")
    friends = [u for u in able if _follow(twin, source["corp_id"], u, external)]
    count = twin.store.value("SELECT count(*) FROM follow")
    dice = random.Random(f"{twin.settings.get('random_seed')}:{count}")
    return str(friends[0] if friends else dice.choice(able))


def _follow(twin: Twin, corp_id: str, userid: str, external: str) -> Row | None:
    return twin.store.row(
        "SELECT * FROM follow WHERE corp_id = ? AND userid = ? AND external_userid = ?",
        (corp_id, userid, external),
    )


def _keep_follow(
    twin: Twin, source: Row, userid: str, external: str, old: Row | None, half: bool
) -> None:
    row = {
        **(old or {}),
        "corp_id": source["corp_id"],
        "userid": userid,
        "external_userid": external,
        "createtime": twin.clock.business(),
        "add_way": source["add_way"],
        "state": source["state"],
        "oper_userid": external,
        "link_id": source["link_id"],
        "deleted_by_customer": 0,
        "half": int(half),
    }
    twin.store.upsert("follow", **row)


def delete(twin: Twin, body: Body) -> Row:
    """The customer deletes the member (relation stays readable), or the member the customer."""
    corp_id, userid, external = _pair(twin, body)
    key = (corp_id, userid, external)
    if body["by"] == "customer":
        sql = "UPDATE follow SET deleted_by_customer = 1"
        kind, more = "del_follow_user", {}
    elif body["by"] == "staff":
        sql = "DELETE FROM follow"
        kind, more = "del_external_contact", {"Source": body.get("source")}
        twin.store.execute(
            "DELETE FROM follow_tag WHERE corp_id = ? AND userid = ? AND external_userid = ?", key
        )
    else:
        raise Misuse("by is customer or staff")
    twin.store.execute(f"{sql} WHERE corp_id = ? AND userid = ? AND external_userid = ?", key)
    return {"callback_ids": [emit_contact(twin, corp_id, kind, userid, external, **more)]}


def edit(twin: Twin, body: Body) -> Row:
    """The member changes remark, description, or tags in the client."""
    corp_id, userid, external = _pair(twin, body)
    for name in ("remark", "description", "remark_company"):
        if name in body:
            twin.store.execute(
                f"UPDATE follow SET {name} = ? WHERE corp_id = ? AND userid = ?"
                " AND external_userid = ?",
                (body[name], corp_id, userid, external),
            )
    for tag_id in body.get("add_tag") or []:
        twin.store.upsert(
            "follow_tag", corp_id=corp_id, userid=userid, external_userid=external, tag_id=tag_id
        )
    for tag_id in body.get("remove_tag") or []:
        twin.store.execute(
            "DELETE FROM follow_tag WHERE corp_id = ? AND userid = ? AND external_userid = ?"
            " AND tag_id = ?",
            (corp_id, userid, external, tag_id),
        )
    kind = "edit_external_contact"
    return {"callback_ids": [emit_contact(twin, corp_id, kind, userid, external)]}


def chat(twin: Twin, body: Body) -> Row:
    """The customer writes first: welcome codes of the pair are spent."""
    corp_id, userid, external = _pair(twin, body)
    spend_codes(twin, corp_id, userid, external)
    follow = _follow(twin, corp_id, userid, external) or {}
    twin.store.execute(
        "UPDATE follow SET chat_status = 1 WHERE corp_id = ? AND userid = ?"
        " AND external_userid = ?",
        (corp_id, userid, external),
    )
    if not follow.get("link_id") or not twin.settings.get("acquisition_events"):
        return {"callback_ids": []}
    fields = {
        "ChangeType": "customer_start_chat",
        "UserID": userid,
        "ExternalUserID": external,
        "LinkId": follow["link_id"],
    }
    return {"callback_ids": [emit(twin, corp_id, "customer_acquisition", fields)]}


def contact_event(twin: Twin, body: Body) -> Row:
    """``transfer_fail`` (fail_reason) or ``msg_audit_approved`` (with_welcome_code)."""
    corp_id, kind = body["corp_id"], body["change_type"]
    get_corp(twin, corp_id)
    external = external_userid_of(twin, corp_id, body["person"])
    if kind == "transfer_fail":
        reason = body.get("fail_reason", "customer_refused")
        fields = {"ChangeType": kind, "FailReason": reason}
        pair = {"UserID": body["userid"], "ExternalUserID": external}
        return {"callback_ids": [emit(twin, corp_id, CONTACT, {**fields, **pair})]}
    if kind == "msg_audit_approved":
        code = None
        if body.get("with_welcome_code"):
            code = issue_code(twin, corp_id, body["userid"], external)
        sent = emit_contact(twin, corp_id, kind, body["userid"], external, WelcomeCode=code)
        return {"callback_ids": [sent], "welcome_code": code}
    raise Misuse("change_type is transfer_fail or msg_audit_approved")


CONTACT = "change_external_contact"


def emit_contact(
    twin: Twin, corp_id: str, kind: str, userid: str, external: str, **more: Any
) -> int:
    """One change_external_contact event; its id."""
    fields = {"ChangeType": kind, "UserID": userid, "ExternalUserID": external, **more}
    return emit(twin, corp_id, CONTACT, fields)


def _pair(twin: Twin, body: Body) -> tuple[str, str, str]:
    """(corp_id, userid, external_userid) of a relation that exists. Raises Misuse (404)."""
    corp_id = body["corp_id"]
    get_corp(twin, corp_id)
    external = external_userid_of(twin, corp_id, body["person"])
    follow = _follow(twin, corp_id, body["userid"], external)
    if follow is None:
        raise Misuse("they are not in contact", 404)
    return corp_id, str(follow["userid"]), external


def show_contacts(twin: Twin, body: Body) -> Row:
    """Every relation of a corp, with the person behind each and the tags on it."""
    rows = twin.store.rows(
        "SELECT f.*, i.person FROM follow f JOIN identity i"
        " ON i.value = f.external_userid AND i.scope = 'external:' || f.corp_id"
        " WHERE f.corp_id = ? ORDER BY f.rowid",
        (body["corp_id"],),
    )
    marks: dict[tuple[str, str], list[str]] = {}
    for tag in twin.store.rows("SELECT * FROM follow_tag WHERE corp_id = ?", (body["corp_id"],)):
        marks.setdefault((tag["userid"], tag["external_userid"]), []).append(tag["tag_id"])
    for row in rows:
        row["tags"] = marks.get((row["userid"], row["external_userid"]), [])
        row["remark_mobiles"] = load(row["remark_mobiles"])
    return {"contacts": rows}
