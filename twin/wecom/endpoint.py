"""One WeCom API: token, body, fields, handler, answer, log."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from twin.context import Twin, twin_of
from twin.faults import Fault, api_name
from twin.store import Row, load
from twin.strict import BadField, Field, check_fields
from twin.wecom.errors import Refused, error_body

Answer = dict[str, Any]
ESCAPE = re.compile(rb"\\u[0-9a-fA-F]{4}")


@dataclass(frozen=True)
class Call:
    """A call whose token and fields have been checked; ``corp`` is the calling app's row."""

    twin: Twin
    api: str
    corp: Row
    query: Mapping[str, str]
    body: Row

    @property
    def corp_id(self) -> str:
        """The calling corp."""
        return str(self.corp["corp_id"])


Handler = Callable[[Call], Answer | Response]


def get(name: str, handler: Handler) -> Route:
    """``GET /cgi-bin/NAME?access_token=…``. Unknown query names are let through, as there."""
    return _route(name, handler, "GET", None)


def post(name: str, handler: Handler, fields: Mapping[str, Field] | None) -> Route:
    """``POST /cgi-bin/NAME?access_token=…`` with a JSON body of these fields, None: unread."""
    return _route(name, handler, "POST", fields)


def _route(name: str, handler: Handler, method: str, fields: Mapping[str, Field] | None) -> Route:
    async def endpoint(request: Request) -> Response:
        raw = await request.body()
        return answer(request, lambda call: _checked(call, handler, fields, raw), raw)

    return Route(f"/cgi-bin/{name}", endpoint, methods=[method])


def _checked(
    call: Call, handler: Handler, fields: Mapping[str, Field] | None, raw: bytes
) -> Answer | Response:
    if fields is None:
        return handler(call)
    body = parse_body(call.twin, raw)
    refuse = bool(call.twin.settings.get("refuse_unknown_fields"))
    check_fields(body, fields, refuse_unknown=refuse)
    return handler(Call(call.twin, call.api, call.corp, call.query, body))


def answer(request: Request, run: Callable[[Call], Answer | Response], raw: bytes) -> Response:
    """Authorise, run in one transaction, log, and give the answer its WeCom form."""
    twin = twin_of(request)
    api = api_name(request.url.path) or ""
    query = dict(request.query_params)
    corp: Row | None = None
    try:
        corp = authorise(twin, api, query.get("access_token", ""))
        refuse_by_fault(request.scope.get("twin.fault"))
        with twin.store.transaction():
            result = run(Call(twin, api, corp, query, {}))
    except Refused as refusal:
        result = error_body(refusal.errcode, refusal.detail, **refusal.extra)
    except BadField as bad:
        result = error_body(int(bad.code), str(bad))
    return finish(twin, api, corp, query, raw, result)


def finish(
    twin: Twin, api: str, corp: Row | None, query: Row, raw: bytes, result: Answer | Response
) -> Response:
    """Log the call and make the response of it."""
    shown = {k: v for k, v in query.items() if k not in ("access_token", "corpsecret", "secret")}
    code = 0 if isinstance(result, Response) else result.get("errcode", 0)
    twin.log.write(
        "wecom.call",
        api=api,
        corp_id=corp["corp_id"] if corp else None,
        query=shown,
        body=_for_log(raw),
        errcode=code,
    )
    if isinstance(result, Response):
        return result
    return JSONResponse({"errcode": 0, "errmsg": "ok", **result})


def authorise(twin: Twin, api: str, access_token: str) -> Row:
    """The corp whose token this is, allowed to call ``api``. Raises Refused."""
    if not access_token:
        raise Refused(41001)
    token = twin.store.row("SELECT * FROM token WHERE token = ? AND kind = 'corp'", (access_token,))
    if token is None:
        raise Refused(40014)
    if token["expires_at"] <= twin.clock.real():
        raise Refused(42001)
    corp = twin.store.row("SELECT * FROM corp WHERE corp_id = ?", (token["owner"],))
    if corp is None:
        raise Refused(40014)
    if any(fnmatch(api, pattern) for pattern in load(corp["denied_apis"])):
        raise Refused(48002)
    return corp


def refuse_by_fault(fault: Fault | None) -> None:
    """Answer the errcode that ``POST /_twin/faults`` ordered."""
    if fault is not None:
        raise Refused(int(fault.errcode if fault.errcode is not None else -1))


def parse_body(twin: Twin, raw: bytes) -> Row:
    """The JSON object of a request body. Raises Refused(47001 or 40033)."""
    if twin.settings.get("refuse_unicode_escapes") and ESCAPE.search(raw):
        raise Refused(40033)
    try:
        body = json.loads(raw.decode("utf-8") or "{}")
    except ValueError as broken:
        raise Refused(47001) from broken
    if not isinstance(body, dict):
        raise Refused(47001)
    return body


def _for_log(raw: bytes) -> Any:
    if len(raw) > 20_000:
        return f"{len(raw)} bytes"
    try:
        return json.loads(raw.decode("utf-8")) if raw else None
    except ValueError:
        return f"{len(raw)} bytes"
