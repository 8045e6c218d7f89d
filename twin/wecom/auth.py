"""gettoken, the IP list and the JS-SDK tickets."""

import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from twin.context import Twin, twin_of
from twin.store import Row
from twin.wecom.endpoint import Answer, Call, finish, get, refuse_by_fault
from twin.wecom.errors import Refused, error_body

TICKET_TTL = 7200


async def gettoken(request: Request) -> Response:
    """One token per app, the same one until it expires (page 91039)."""
    twin, query = twin_of(request), dict(request.query_params)
    corp: Row | None = None
    result: Answer
    try:
        refuse_by_fault(request.scope.get("twin.fault"))
        corp = _app_of(twin, query)
        with twin.store.transaction():
            result = _token_answer(twin, corp)
    except Refused as refusal:
        result = error_body(refusal.errcode, refusal.detail)
    return finish(twin, "gettoken", corp, query, b"", result)


def _app_of(twin: Twin, query: dict[str, str]) -> Row:
    if not query.get("corpid"):
        raise Refused(41002)
    if not query.get("corpsecret"):
        raise Refused(41004)
    corp = twin.store.row("SELECT * FROM corp WHERE corp_id = ?", (query["corpid"],))
    if corp is None:
        raise Refused(40013)
    if not secrets.compare_digest(str(corp["secret"]), query["corpsecret"]):
        other = twin.store.row("SELECT 1 FROM corp WHERE secret = ?", (query["corpsecret"],))
        raise Refused(40091 if other else 40001)
    return corp


def _token_answer(twin: Twin, corp: Row) -> Answer:
    ttl = float(twin.settings.get("token_ttl"))
    current = None
    if not twin.settings.get("rotate_token_on_fetch"):
        current = current_token(twin, "corp", corp["corp_id"])
    token, expires_at = current or issue_token(twin, "corp", corp["corp_id"], ttl)
    return {"access_token": token, "expires_in": max(1, round(expires_at - twin.clock.real()))}


def current_token(twin: Twin, kind: str, owner: str) -> tuple[str, float] | None:
    """The newest unexpired token of this kind, with its end in unix seconds."""
    row = twin.store.row(
        "SELECT token, expires_at FROM token WHERE kind = ? AND owner = ? AND expires_at > ?"
        " ORDER BY expires_at DESC LIMIT 1",
        (kind, owner, twin.clock.real()),
    )
    return (str(row["token"]), float(row["expires_at"])) if row else None


def issue_token(
    twin: Twin, kind: str, owner: str, ttl: float, data: str = "{}"
) -> tuple[str, float]:
    """A new token, with its end in unix seconds."""
    token = secrets.token_urlsafe(60)
    expires_at = twin.clock.real() + ttl
    twin.store.insert(
        "token", token=token, kind=kind, owner=owner, expires_at=expires_at, data=data
    )
    return token, expires_at


def ticket(twin: Twin, kind: str, owner: str) -> dict[str, Any]:
    """A JS-SDK ticket, the same one until it expires."""
    found = current_token(twin, kind, owner) or issue_token(twin, kind, owner, TICKET_TTL)
    return {"ticket": found[0], "expires_in": max(1, round(found[1] - twin.clock.real()))}


def getcallbackip(call: Call) -> Answer:
    """Where callbacks come from: here."""
    return {"ip_list": ["127.0.0.1"]}


def get_jsapi_ticket(call: Call) -> Answer:
    """The corp's ticket, for ``wx.config``; 400 an hour (page 90506)."""
    _count_call(call, "get_jsapi_ticket", 400)
    return ticket(call.twin, "ticket.corp", call.corp_id)


def ticket_get(call: Call) -> Answer:
    """The app's ticket, for ``wx.agentConfig``; 100 an hour."""
    if call.query.get("type") != "agent_config":
        raise Refused(40058, "type")
    _count_call(call, "ticket/get", 100)
    return ticket(call.twin, "ticket.agent", f"{call.corp_id}:{call.corp['agent_id']}")


def _count_call(call: Call, name: str, per_hour: int) -> None:
    store, now = call.twin.store, call.twin.clock.real()
    seen = store.value(
        "SELECT count(*) FROM seen_call WHERE corp_id = ? AND name = ? AND at > ?",
        (call.corp_id, name, now - 3600),
    )
    if int(seen) >= per_hour:
        raise Refused(45009)
    store.insert("seen_call", corp_id=call.corp_id, name=name, at=now)


routes: list[BaseRoute] = [
    Route("/cgi-bin/gettoken", gettoken, methods=["GET"]),
    get("getcallbackip", getcallbackip),
    get("get_api_domain_ip", getcallbackip),
    get("get_jsapi_ticket", get_jsapi_ticket),
    get("ticket/get", ticket_get),
]
