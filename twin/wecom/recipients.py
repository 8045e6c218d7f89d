"""Who can be reached by a mass send, and through which member."""

from dataclasses import dataclass, field

from twin.store import Row
from twin.wecom.endpoint import Call
from twin.wecom.errors import Refused
from twin.wecom.external import contact_member

# SQLite takes some thousand parameters; ten thousand ids are asked for in parts.
PART = 500


@dataclass
class Choice:
    """The recipients of each member, and the ids that cannot be sent to."""

    by_member: dict[str, list[str]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def add(self, userid: str, recipient: str) -> None:
        """``userid`` is to send to ``recipient``."""
        self.by_member.setdefault(userid, []).append(recipient)


def choose_customers(call: Call) -> Choice:
    """Named customers, else those with the tags, else all of the sender's."""
    body = call.body
    named, sender = body.get("external_userid") or [], body.get("sender") or ""
    if not named and not sender and not body.get("tag_filter"):
        raise Refused(40063, "sender, external_userid and tag_filter are empty")
    member = contact_member(call, sender)["userid"] if sender else ""
    if named:
        return _named_customers(call, list(dict.fromkeys(named)), member)
    choice = Choice()
    for row in _latest(_customers(call, member), with_tags=_tag_filter(call)):
        choice.add(row["userid"], row["external_userid"])
    return choice


def _named_customers(call: Call, named: list[str], member: str) -> Choice:
    rows: list[Row] = []
    for start in range(0, len(named), PART):
        part = named[start : start + PART]
        marks = ", ".join("?" for _ in part)
        where = f" AND f.external_userid IN ({marks})"
        rows += _customers(call, member, where, part)
    able = {row["external_userid"]: row["userid"] for row in _latest(rows)}
    choice = Choice()
    for external in named:
        if external in able:
            choice.add(able[external], external)
        else:
            choice.failed.append(external)
    return choice


CUSTOMERS = """
SELECT f.userid, f.external_userid, f.createtime FROM follow f
JOIN member m ON m.corp_id = f.corp_id AND m.userid = f.userid
WHERE f.corp_id = ? AND f.half = 0 AND m.visible = 1 AND m.contact_enabled = 1
AND (? = '' OR f.userid = ?)
"""


def _customers(
    call: Call, member: str, where: str = "", params: list[str] | None = None
) -> list[Row]:
    """Relations of visible members, of one of them where ``member`` is given."""
    return call.twin.store.rows(
        CUSTOMERS + where + " ORDER BY f.createtime, f.rowid",
        (call.corp_id, member, member, *(params or [])),
    )


def _latest(rows: list[Row], with_tags: "TagFilter | None" = None) -> list[Row]:
    """Each customer once, with the member whom they dealt with last.

    ``rows`` are in the order of dealing; a customer with several members keeps their place.
    """
    chosen: dict[str, Row] = {}
    for row in rows:
        if with_tags is None or with_tags.fits(row):
            chosen[row["external_userid"]] = row
    return list(chosen.values())


@dataclass(frozen=True)
class TagFilter:
    """Any tag of a group, and every group; ``marks`` are the tags on each relation."""

    groups: list[set[str]]
    marks: dict[tuple[str, str], set[str]]

    def fits(self, row: Row) -> bool:
        """Whether the relation carries what is asked for."""
        found = self.marks.get((row["userid"], row["external_userid"]), set())
        return all(group & found for group in self.groups)


def _tag_filter(call: Call) -> TagFilter | None:
    asked = call.body.get("tag_filter")
    if not asked:
        return None
    marks: dict[tuple[str, str], set[str]] = {}
    rows = call.twin.store.rows("SELECT * FROM follow_tag WHERE corp_id = ?", (call.corp_id,))
    for row in rows:
        marks.setdefault((row["userid"], row["external_userid"]), set()).add(row["tag_id"])
    return TagFilter([set(group["tag_list"]) for group in asked["group_list"]], marks)


def choose_groups(call: Call) -> Choice:
    """The sender's own groups: the named ones, else all. Without a sender 41009."""
    member = contact_member(call, call.body.get("sender") or "")["userid"]
    owned = call.twin.store.rows(
        "SELECT chat_id FROM chat WHERE corp_id = ? AND owner = ? AND dismissed_at IS NULL"
        " ORDER BY rowid",
        (call.corp_id, member),
    )
    able = [row["chat_id"] for row in owned]
    named = list(dict.fromkeys(call.body.get("chat_id_list") or able))
    known = set(able)
    choice = Choice(failed=[chat_id for chat_id in named if chat_id not in known])
    for chat_id in named:
        if chat_id in known:
            choice.add(member, chat_id)
    return choice
