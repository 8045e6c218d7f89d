"""Welcome messages: one code, one call, twenty seconds (developer page 92137)."""

import secrets
from typing import Any

from starlette.routing import BaseRoute

from twin.context import Twin
from twin.people import person_of_external
from twin.phone.inbox import put_in_inbox
from twin.store import Row
from twin.strict import Field, check_fields
from twin.wecom.endpoint import Answer, Call, post
from twin.wecom.errors import Refused
from twin.wecom.media import check_media, is_uploaded_image

MAX_ATTACHMENTS = 9


def issue_code(twin: Twin, corp_id: str, userid: str, external_userid: str) -> str:
    """A code whose twenty seconds begin now."""
    code = secrets.token_urlsafe(24)
    twin.store.insert(
        "welcome_code",
        code=code,
        corp_id=corp_id,
        userid=userid,
        external_userid=external_userid,
        issued_at=twin.clock.monotonic(),
    )
    return code


def was_welcomed(twin: Twin, corp_id: str, userid: str, external_userid: str) -> bool:
    """Whether a code of this pair has been used."""
    return bool(
        twin.store.value(
            "SELECT count(*) FROM welcome_code WHERE corp_id = ? AND userid = ?"
            " AND external_userid = ? AND used = 1",
            (corp_id, userid, external_userid),
        )
    )


def spend_codes(twin: Twin, corp_id: str, userid: str, external_userid: str) -> None:
    """A chat has begun: the pair's codes now answer 41051."""
    twin.store.execute(
        "UPDATE welcome_code SET used = 1 WHERE corp_id = ? AND userid = ? AND external_userid = ?",
        (corp_id, userid, external_userid),
    )


def send_welcome_msg(call: Call) -> Answer:
    """Text and attachments reach the customer as separate messages."""
    parts = _parts(call)
    code = _usable_code(call)
    call.twin.store.execute("UPDATE welcome_code SET used = 1 WHERE code = ?", (code["code"],))
    person = person_of_external(call.twin, call.corp_id, code["external_userid"]) or ""
    sender = f"{call.corp_id}/{code['userid']}"
    for kind, content in parts:
        put_in_inbox(call.twin, f"person:{person}", sender, kind, content)
    call.twin.log.write(
        "welcome.sent",
        corp_id=call.corp_id,
        userid=code["userid"],
        external_userid=code["external_userid"],
        person=person,
        **call.body,
    )
    return {}


def _usable_code(call: Call) -> Row:
    """41050: unknown, another corp's, or older than 20 s. 41051: already used."""
    code = call.twin.store.row(
        "SELECT * FROM welcome_code WHERE code = ? AND corp_id = ?",
        (call.body["welcome_code"], call.corp_id),
    )
    if code is None:
        raise Refused(41050)
    if code["used"]:
        raise Refused(41051)
    age = call.twin.clock.monotonic() - code["issued_at"]
    if age > float(call.twin.settings.get("welcome_code_ttl")):
        raise Refused(41050)
    return code


def _parts(call: Call) -> list[tuple[str, dict[str, Any]]]:
    """The messages the customer will see. Raises Refused."""
    text, attachments = call.body.get("text") or {}, call.body.get("attachments") or []
    if not text.get("content") and not attachments:
        raise Refused(40063)
    parts = [("text", {"content": text["content"]})] if text.get("content") else []
    return parts + [_attachment(call, entry) for entry in attachments]


def _attachment(call: Call, entry: Row) -> tuple[str, dict[str, Any]]:
    kind = entry.get("msgtype")
    if kind not in ATTACHMENTS:
        raise Refused(41065)
    check_fields(entry, {"msgtype": Field(), kind: Field(dict, required=True)}, where="attachments")
    content = entry[kind]
    check_fields(content, ATTACHMENTS[kind], where=f"attachments.{kind}")
    if kind == "image" and not content.get("media_id"):
        if not is_uploaded_image(call.twin, content.get("pic_url", "")):
            raise Refused(40007)
        return kind, content
    for name, media_kind in (("media_id", kind), ("pic_media_id", "image")):
        if name in content:
            check_media(call, content[name], media_kind)
    return kind, content


ATTACHMENTS = {
    "image": {"media_id": Field(str), "pic_url": Field(str)},
    "link": {
        "title": Field(str, required=True, max_bytes=128),
        "picurl": Field(str, max_bytes=2048),
        "desc": Field(str, max_bytes=512),
        "url": Field(str, required=True, missing=41010, max_bytes=2048, invalid=40039),
    },
    "miniprogram": {
        "title": Field(str, required=True, max_bytes=64),
        "pic_media_id": Field(str, required=True, missing=41006),
        "appid": Field(str, required=True),
        "page": Field(str, required=True),
    },
    "video": {"media_id": Field(str, required=True, missing=41006)},
    "file": {"media_id": Field(str, required=True, missing=41006)},
}
WELCOME = {
    "welcome_code": Field(str, required=True, missing=41049, invalid=41050),
    "text": Field(
        dict, fields={"content": Field(str, max_bytes=4000, invalid=40058, too_long=45002)}
    ),
    "attachments": Field(list, max_items=MAX_ATTACHMENTS, too_long=41064, item=Field(dict)),
}

routes: list[BaseRoute] = [post("externalcontact/send_welcome_msg", send_welcome_msg, WELCOME)]
