"""Groups and mass sends of Aurora's corp, played through the twin's admin API."""

from typing import Any

from tests.twin.wecom_kit import CORP, Corp

CORP_ID = CORP["corp_id"]
DAY = 86_400
TEXT = {"content": "周末会员日"}
SEND = "externalcontact/add_msg_template"


def act(corp: Corp, verb: str, /, **body: Any) -> dict[str, Any]:
    return corp.twin.admin("POST", f"act/{verb}", **body)


def group(corp: Corp, *members: str, owner: str = "cai", name: str = "会员一群") -> str:
    made = act(corp, "group_create", corp_id=CORP_ID, owner=owner, name=name, members=members)
    return str(made["chat_id"])


def person(corp: Corp, name: str = "小林") -> str:
    return str(corp.twin.admin("POST", "people", name=name)["person"])


def customers(corp: Corp, count: int, userid: str = "cai") -> list[dict[str, Any]]:
    return [corp.customer(f"顾客{i}", corp_id=CORP_ID, userid=userid) for i in range(count)]


def ids(people: list[dict[str, Any]]) -> list[str]:
    return [one["external_userid"] for one in people]


def single(corp: Corp, **body: Any) -> dict[str, Any]:
    return corp.post(SEND, **{"chat_type": "single", "text": TEXT, **body})


def confirm(corp: Corp, userid: str = "cai", **more: Any) -> dict[str, Any]:
    return act(corp, "confirm_send", corp_id=CORP_ID, userid=userid, **more)


def results(corp: Corp, msgid: str, userid: str = "cai", **page: Any) -> list[dict[str, Any]]:
    """Every row, to the last cursor."""
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    while True:
        asked = {"msgid": msgid, "userid": userid, "cursor": cursor, **page}
        answer = corp.post("externalcontact/get_groupmsg_send_result", **asked)
        assert answer["errcode"] == 0, answer
        found += answer["send_list"]
        cursor = answer.get("next_cursor")
        if not cursor:
            return found


def statuses(corp: Corp, msgid: str, userid: str = "cai") -> list[int]:
    return [row["status"] for row in results(corp, msgid, userid)]


def received(corp: Corp, **who: str) -> list[tuple[str, Any]]:
    found = corp.twin.admin("GET", "messages", **who)["messages"]
    return [(message["kind"], message["content"]) for message in found]


def events(corp: Corp) -> list[dict[str, Any]]:
    """change_external_chat events, their fields as they were sent."""
    rows = corp.twin.log("callback.event")
    return [row["fields"] for row in rows if row["event"] == "change_external_chat"]


def at_offset(corp: Corp, seconds: float) -> None:
    corp.twin.admin("POST", "clock", offset_seconds=seconds)


def now(corp: Corp) -> int:
    return int(corp.twin.admin("GET", "clock")["business"])
