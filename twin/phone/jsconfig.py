"""``wx.config`` as WeChat checks it: the signature must fit a live ticket and this page."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from twin.context import Twin, twin_of
from twin.control import Misuse, read_body
from twin.wecom.crypto import jssdk_signature

KINDS = ("ticket.mp", "ticket.corp")


async def check(request: Request) -> Response:
    """``POST /_twin/phone/config`` {appId, timestamp, nonceStr, signature, url}."""
    headers = {
        "Access-Control-Allow-Origin": request.headers.get("origin", "*"),
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Allow-Headers": "content-type",
        "Vary": "Origin",
    }
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=headers)
    try:
        message = verdict(twin_of(request), await read_body(request))
    except (Misuse, KeyError):
        message = "invalid args"
    result = "ok" if message == "ok" else "fail"
    return JSONResponse({"result": result, "message": message}, headers=headers)


def verdict(twin: Twin, asked: dict[str, Any]) -> str:
    """``ok``, or the text that ``wx.error`` shows."""
    tickets = twin.store.rows(
        "SELECT token FROM token WHERE kind IN (?, ?) AND owner = ? AND expires_at > ?",
        (*KINDS, str(asked["appId"]), twin.clock.real()),
    )
    given = str(asked["signature"])
    for row in tickets:
        wanted = jssdk_signature(
            row["token"], str(asked["nonceStr"]), str(asked["timestamp"]), str(asked["url"])
        )
        if wanted == given:
            return "ok"
    return "invalid signature"


routes: list[BaseRoute] = [Route("/_twin/phone/config", check, methods=["POST", "OPTIONS"])]
