"""The admin API's own form: JSON in, JSON out, one transaction a call."""

import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from twin.context import Twin, twin_of

Body = dict[str, Any]
# The body holds the JSON fields, the query and the path parameters together.
Control = Callable[[Twin, Body], Any]


class Misuse(Exception):
    """The admin call makes no sense; the message says why. ``status`` is 400 or 404."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def control(method: str, path: str, run: Control) -> Route:
    """``METHOD /_twin/PATH``; a missing field or a Misuse answers 4xx with its reason."""

    async def endpoint(request: Request) -> JSONResponse:
        twin = twin_of(request)
        try:
            body = {**dict(request.query_params), **await read_body(request)}
            with twin.store.transaction():
                return JSONResponse(run(twin, {**body, **request.path_params}))
        except Misuse as misuse:
            return JSONResponse({"error": str(misuse)}, misuse.status)
        except KeyError as missing:
            return JSONResponse({"error": f"missing field {missing}"}, 400)

    return Route(f"/_twin/{path}", endpoint, methods=[method])


async def read_body(request: Request) -> Body:
    """The JSON object of a request, {} when there is none. Raises Misuse."""
    raw = await request.body()
    try:
        body = json.loads(raw) if raw else {}
    except ValueError as broken:
        raise Misuse("the body is not JSON") from broken
    if not isinstance(body, dict):
        raise Misuse("the body is not a JSON object")
    return body
