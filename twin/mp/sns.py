"""What a 公众号 learns about the person behind an OAuth code: ``/sns/*``."""

from typing import Any

from starlette.routing import BaseRoute

from twin.context import Twin
from twin.mp.accounts import account_of, find_mp, token_row
from twin.mp.endpoint import Params, get
from twin.mp.errors import MpRefused
from twin.people import find_person, openid_of, person_of_openid
from twin.store import Row, dump, load
from twin.wecom.auth import issue_token

USER_TOKEN, REFRESH_TOKEN = "mp.user", "mp.refresh"
HOURS_2, DAYS_30 = 7200, 30 * 86_400


def access_token(twin: Twin, params: Params) -> dict[str, Any]:
    """Exchange a code. 40029 unknown, expired or another account's; 40163 used before."""
    mp = account_of(twin, params)
    if params.get("grant_type") != "authorization_code":
        raise MpRefused(40002)
    if not params.get("code"):
        raise MpRefused(41008)
    code = twin.store.row(
        "SELECT * FROM oauth_code WHERE code = ? AND owner = ?", (params["code"], mp["appid"])
    )
    if code is None or code["expires_at"] <= twin.clock.real():
        raise MpRefused(40029)
    if code["used"]:
        raise MpRefused(40163)
    twin.store.execute("UPDATE oauth_code SET used = 1 WHERE code = ?", (code["code"],))
    return _granted(twin, mp, code["identity"], code["scope"])


def _granted(twin: Twin, mp: Row, person: str, scope: str) -> dict[str, Any]:
    data = dump({"person": person, "scope": scope})
    made, _ = issue_token(twin, USER_TOKEN, mp["appid"], HOURS_2, data)
    refresh, _ = issue_token(twin, REFRESH_TOKEN, mp["appid"], DAYS_30, data)
    answer: dict[str, Any] = {
        "access_token": made,
        "expires_in": HOURS_2,
        "refresh_token": refresh,
        "openid": openid_of(twin, mp["appid"], person),
        "scope": scope,
    }
    if twin.settings.get("snapshot_user"):
        answer["is_snapshotuser"] = 1
    if mp["bound_to_open_platform"] and (scope == "snsapi_userinfo" or _knows(twin, mp, person)):
        answer["unionid"] = (find_person(twin, person) or {})["unionid"]
    return answer


def remember_consent(twin: Twin, appid: str, person: str) -> None:
    """The person allowed ``snsapi_userinfo`` once: base scope gives the unionid from now on."""
    twin.store.upsert("mp_consent", appid=appid, person=person)


def _knows(twin: Twin, mp: Row, person: str) -> bool:
    return bool(
        twin.store.value(
            "SELECT 1 FROM mp_consent WHERE appid = ? AND person = ?", (mp["appid"], person)
        )
    )


def refresh_token(twin: Twin, params: Params) -> dict[str, Any]:
    """A new user token for a refresh token."""
    mp = find_mp(twin, str(params.get("appid")))
    if mp is None:
        raise MpRefused(40013)
    row = twin.store.row(
        "SELECT * FROM token WHERE token = ? AND kind = ? AND owner = ? AND expires_at > ?",
        (params.get("refresh_token"), REFRESH_TOKEN, mp["appid"], twin.clock.real()),
    )
    if row is None:
        raise MpRefused(40030)
    data = load(row["data"])
    return _granted(twin, mp, data["person"], data["scope"])


def userinfo(twin: Twin, params: Params) -> dict[str, Any]:
    """The person's profile; only with a token of scope ``snsapi_userinfo`` (48001 else)."""
    row, person = _user(twin, params)
    if load(row["data"])["scope"] != "snsapi_userinfo":
        raise MpRefused(48001)
    found = find_person(twin, person) or {}
    answer = {
        "openid": params["openid"],
        "nickname": found["name"],
        "sex": 0,
        "language": "",
        "province": "",
        "city": "",
        "country": "",
        "headimgurl": "https://thirdwx.qlogo.cn/mmopen/twin/132",
        "privilege": [],
    }
    mp = find_mp(twin, row["owner"]) or {}
    return {**answer, "unionid": found["unionid"]} if mp["bound_to_open_platform"] else answer


def auth(twin: Twin, params: Params) -> dict[str, Any]:
    """Whether a user token still works."""
    _user(twin, params)
    return {"errcode": 0, "errmsg": "ok"}


def _user(twin: Twin, params: Params) -> tuple[Row, str]:
    """The token's row and the person of the openid beside it. 40003 when they differ."""
    row = token_row(twin, params, USER_TOKEN)
    person = person_of_openid(twin, row["owner"], str(params.get("openid")))
    if person is None or person != load(row["data"])["person"]:
        raise MpRefused(40003)
    return row, person


routes: list[BaseRoute] = [
    get("/sns/oauth2/access_token", access_token),
    get("/sns/oauth2/refresh_token", refresh_token),
    get("/sns/userinfo", userinfo),
    get("/sns/auth", auth),
]
