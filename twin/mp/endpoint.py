"""One API of the 公众号 half: handler, answer, log."""

import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from twin.context import Twin, twin_of
from twin.faults import api_name
from twin.mp.errors import MpRefused

Params = dict[str, Any]
Handler = Callable[[Twin, Params], dict[str, Any]]
HIDDEN = {"secret", "access_token", "refresh_token"}


def get(path: str, handler: Handler) -> Route:
    """``GET PATH`` with everything in the query."""
    return _route(path, handler, "GET")


def post(path: str, handler: Handler) -> Route:
    """``POST PATH`` with a JSON object."""
    return _route(path, handler, "POST")


def _route(path: str, handler: Handler, method: str) -> Route:
    async def endpoint(request: Request) -> JSONResponse:
        twin = twin_of(request)
        params: Params = {**dict(request.query_params), **_object(await request.body())}
        try:
            fault = request.scope.get("twin.fault")
            if fault is not None:
                raise MpRefused(int(fault.errcode if fault.errcode is not None else -1))
            with twin.store.transaction():
                answer = handler(twin, params)
        except MpRefused as refusal:
            answer = refusal.body()
        shown = {name: value for name, value in params.items() if name not in HIDDEN}
        twin.log.write(
            "mp.call",
            api=api_name(request.url.path),
            params=shown,
            errcode=answer.get("errcode", 0),
        )
        return JSONResponse(answer)

    return Route(path, endpoint, methods=[method])


def _object(raw: bytes) -> Params:
    try:
        body = json.loads(raw) if raw else {}
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
