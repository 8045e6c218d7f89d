"""The pay sheet behind getBrandWCPayRequest; /jweixin.js calls it from the product's page."""

import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from twin.context import Twin, twin_of
from twin.pay import payments
from twin.store import Row


async def preview(request: Request) -> Response:
    """POST /_twin/phone/pay/preview — what the sheet shows: merchant, amount in fen."""
    return await _answer(request, payments.sheet)


async def confirm(request: Request) -> Response:
    """POST /_twin/phone/pay — 确认支付; paid as the payer the order was placed for."""
    return await _answer(request, payments.pay)


async def _answer(request: Request, act: Callable[[Twin, Row], dict[str, Any]]) -> Response:
    """{"result": "ok", …} or 400 {"result": "fail", "code", "message"}."""
    headers = _cors(request)
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=headers)
    twin = twin_of(request)
    try:
        asked = json.loads(await request.body())
        if not isinstance(asked, dict):
            raise payments.CannotPay("PARAM", "参数不是JSON对象")
        answer = {"result": "ok", **act(twin, payments.order_of_sheet(twin, asked))}
    except ValueError:
        answer = {"result": "fail", "code": "PARAM", "message": "参数不是JSON"}
    except payments.CannotPay as refusal:
        answer = {"result": "fail", "code": refusal.code, "message": refusal.message}
    return JSONResponse(answer, 200 if answer["result"] == "ok" else 400, headers)


def _cors(request: Request) -> dict[str, str]:
    """The WebView's own code is not bound to the page's origin, so every page may ask."""
    return {
        "Access-Control-Allow-Origin": request.headers.get("origin", "*"),
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Allow-Headers": "content-type",
        "Access-Control-Allow-Methods": "POST, OPTIONS",
        "Vary": "Origin",
    }
