"""Who a WeCom OAuth code belongs to (developer pages 91023, 95833)."""

from typing import Any

from starlette.routing import BaseRoute

from twin.people import external_userid_of, openid_of
from twin.store import Row, dump, load
from twin.strict import Field
from twin.wecom.auth import issue_token
from twin.wecom.endpoint import Answer, Call, get, post
from twin.wecom.errors import Refused

USER_TICKET = "user_ticket"
HALF_HOUR = 1800
MEMBER = "member:"


def getuserinfo(call: Call) -> Answer:
    """A member's userid, or a stranger's openid and, for a customer, external_userid."""
    code = _spend_code(call)
    identity = str(code["identity"])
    if not identity.startswith(MEMBER):
        return _stranger(call, identity)
    answer: Answer = {"userid": identity.removeprefix(MEMBER)}
    if code["scope"] == "snsapi_privateinfo":
        data = dump({"userid": answer["userid"]})
        answer["user_ticket"], _ = issue_token(
            call.twin, USER_TICKET, call.corp_id, HALF_HOUR, data
        )
    return answer


def old_getuserinfo(call: Call) -> Answer:
    """The old path: capitalised names."""
    names = {"userid": "UserId", "openid": "OpenId"}
    answer = {names.get(name, name): value for name, value in getuserinfo(call).items()}
    return {**answer, "DeviceId": ""}


def _spend_code(call: Call) -> Row:
    """40029 unknown, expired or another corp's; 42022 used before."""
    text = call.query.get("code", "")
    if not text:
        raise Refused(41008)
    code = call.twin.store.row(
        "SELECT * FROM oauth_code WHERE code = ? AND owner = ?", (text, call.corp_id)
    )
    if code is None or code["expires_at"] <= call.twin.clock.real():
        raise Refused(40029)
    if code["used"]:
        raise Refused(42022)
    call.twin.store.execute("UPDATE oauth_code SET used = 1 WHERE code = ?", (text,))
    return code


def _stranger(call: Call, person: str) -> Answer:
    answer: Answer = {"openid": openid_of(call.twin, call.corp_id, person)}
    external = external_userid_of(call.twin, call.corp_id, person)
    follows = call.twin.store.value(
        "SELECT count(*) FROM follow WHERE corp_id = ? AND external_userid = ?",
        (call.corp_id, external),
    )
    return {**answer, "external_userid": external} if follows else answer


def getuserdetail(call: Call) -> Answer:
    """What the member allowed to be shown. 84015 unknown ticket, 84014 expired."""
    row = call.twin.store.row(
        "SELECT * FROM token WHERE token = ? AND kind = ? AND owner = ?",
        (call.body["user_ticket"], USER_TICKET, call.corp_id),
    )
    if row is None:
        raise Refused(84015)
    if row["expires_at"] <= call.twin.clock.real():
        raise Refused(84014)
    userid = load(row["data"])["userid"]
    stored = call.twin.store.value(
        "SELECT profile FROM member WHERE corp_id = ? AND userid = ?", (call.corp_id, userid)
    )
    profile: dict[str, Any] = load(stored) or {}
    return {
        "userid": userid,
        "gender": str(profile.get("gender", "0")),
        "avatar": profile.get("avatar", ""),
        "qr_code": "",
        "mobile": profile.get("mobile", ""),
        "email": profile.get("email", ""),
        "biz_mail": profile.get("biz_mail", ""),
        "address": profile.get("address", ""),
    }


TICKET = {"user_ticket": Field(str, required=True, missing=84090, max_bytes=512)}

routes: list[BaseRoute] = [
    get("auth/getuserinfo", getuserinfo),
    get("user/getuserinfo", old_getuserinfo),
    post("auth/getuserdetail", getuserdetail, TICKET),
]
