"""公众号 accounts and their app tokens and tickets."""

import secrets
from typing import Any

from starlette.routing import BaseRoute

from twin.context import Twin
from twin.control import Body, control
from twin.mp.endpoint import Params, get, post
from twin.mp.errors import MpRefused
from twin.store import Row, dump, load
from twin.wecom.auth import current_token, issue_token, ticket

TOKEN = "mp"
OVERLAP = 300  # seconds an old token outlives the next one


def upsert_mp(twin: Twin, body: Body) -> Row:
    """A 公众号; without ``oauth_domains`` every redirect host is taken."""
    row = {
        "appid": body["appid"],
        "secret": body["secret"],
        "name": body.get("name", body["appid"]),
        "oauth_domains": dump(list(body.get("oauth_domains") or ["*"])),
        "bound_to_open_platform": int(bool(body.get("bound_to_open_platform"))),
    }
    twin.store.upsert("mp", **row)
    return {**row, "oauth_domains": load(row["oauth_domains"])}


def find_mp(twin: Twin, appid: str) -> Row | None:
    """The account with this appid."""
    return twin.store.row("SELECT * FROM mp WHERE appid = ?", (appid,))


def account_of(twin: Twin, params: Params) -> Row:
    """The account of a call with appid and secret. 41002, 41004, 40013, 40125."""
    for name, missing in (("appid", 41002), ("secret", 41004)):
        if not params.get(name):
            raise MpRefused(missing)
    mp = find_mp(twin, str(params["appid"]))
    if mp is None:
        raise MpRefused(40013)
    if not secrets.compare_digest(str(mp["secret"]), str(params["secret"])):
        raise MpRefused(40125)
    return mp


def token(twin: Twin, params: Params) -> dict[str, Any]:
    """Each call makes a new token; the last one lives five minutes more."""
    mp = _client_credential(twin, params)
    ends = twin.clock.real() + OVERLAP
    twin.store.execute(
        "UPDATE token SET expires_at = min(expires_at, ?) WHERE kind = ? AND owner = ?",
        (ends, TOKEN, mp["appid"]),
    )
    return _token_answer(twin, mp)


def stable_token(twin: Twin, params: Params) -> dict[str, Any]:
    """The same token until it expires, unless ``force_refresh``."""
    mp = _client_credential(twin, params)
    current = None if params.get("force_refresh") else current_token(twin, TOKEN, mp["appid"])
    if current is None:
        return _token_answer(twin, mp)
    return {"access_token": current[0], "expires_in": round(current[1] - twin.clock.real())}


def _client_credential(twin: Twin, params: Params) -> Row:
    if params.get("grant_type") != "client_credential":
        raise MpRefused(40002)
    return account_of(twin, params)


def _token_answer(twin: Twin, mp: Row) -> dict[str, Any]:
    ttl = float(twin.settings.get("token_ttl"))
    made, _ = issue_token(twin, TOKEN, mp["appid"], ttl)
    return {"access_token": made, "expires_in": round(ttl)}


def getticket(twin: Twin, params: Params) -> dict[str, Any]:
    """The JS-SDK ticket of the account."""
    owner = token_row(twin, params, TOKEN)["owner"]
    if params.get("type") != "jsapi":
        raise MpRefused(40097)
    return {"errcode": 0, "errmsg": "ok", **ticket(twin, "ticket.mp", owner)}


def token_row(twin: Twin, params: Params, kind: str) -> Row:
    """The live token of a call. 41001, 40001, 42001."""
    if not params.get("access_token"):
        raise MpRefused(41001)
    row = twin.store.row(
        "SELECT * FROM token WHERE token = ? AND kind = ?", (params["access_token"], kind)
    )
    if row is None:
        raise MpRefused(40001)
    if row["expires_at"] <= twin.clock.real():
        raise MpRefused(42001)
    return row


routes: list[BaseRoute] = [
    control("POST", "mps", upsert_mp),
    get("/cgi-bin/token", token),
    post("/cgi-bin/stable_token", stable_token),
    get("/cgi-bin/ticket/getticket", getticket),
]
