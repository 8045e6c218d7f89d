"""Welcome messages: one code, one call, twenty seconds (developer page 92137)."""

import secrets

from starlette.routing import BaseRoute

from twin.context import Twin
from twin.people import person_of_external
from twin.phone.inbox import put_in_inbox
from twin.store import Row
from twin.strict import Field
from twin.wecom.attachments import MESSAGE_FIELDS, message_parts
from twin.wecom.endpoint import Answer, Call, post
from twin.wecom.errors import Refused


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
    parts = message_parts(call)
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


WELCOME = {
    "welcome_code": Field(str, required=True, missing=41049, invalid=41050),
    **MESSAGE_FIELDS,
}

routes: list[BaseRoute] = [post("externalcontact/send_welcome_msg", send_welcome_msg, WELCOME)]
