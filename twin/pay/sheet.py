"""The sheets behind getBrandWCPayRequest and requestMerchantTransfer, called by /jweixin.js."""

import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from twin.context import Twin, twin_of
from twin.pay import payees, payments
from twin.phone.session import holder_of
from twin.store import Row

# What a sheet does with the twin, the call as the page made it, and whoever holds the phone.
Act = Callable[[Twin, Row, str | None], dict[str, Any]]


async def preview(request: Request) -> Response:
    """POST /_twin/phone/pay/preview — what the sheet shows: merchant, amount in fen."""
    return await _answer(
        request, lambda twin, asked, _: payments.sheet(twin, payments.order_of_sheet(twin, asked))
    )


async def confirm(request: Request) -> Response:
    """POST /_twin/phone/pay — 确认支付; paid as the payer the order was placed for."""
    return await _answer(
        request, lambda twin, asked, _: payments.pay(twin, payments.order_of_sheet(twin, asked))
    )


async def preview_transfer(request: Request) -> Response:
    """POST /_twin/phone/transfer/preview — what 收款确认 shows."""
    return await _answer(
        request,
        lambda twin, asked, person: payees.sheet(twin, payees.bill_of_sheet(twin, asked, person)),
    )


async def confirm_transfer(request: Request) -> Response:
    """POST /_twin/phone/transfer — 确认收款, as the payee the bill was made for."""
    return await _answer(
        request,
        lambda twin, asked, person: payees.confirm(twin, payees.bill_of_sheet(twin, asked, person)),
    )


async def _answer(request: Request, act: Act) -> Response:
    """{"result": "ok", …} or 400 {"result": "fail", "code", "message"}."""
    headers = _cors(request)
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=headers)
    twin, holder = twin_of(request), holder_of(request)
    try:
        asked = json.loads(await request.body())
        if not isinstance(asked, dict):
            raise payments.CannotPay("PARAM", "参数不是JSON对象")
        answer = {"result": "ok", **act(twin, asked, holder.person if holder else None)}
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
