"""The door of every /v3 call: verify the request, run the handler, sign the answer."""

import json
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from twin.context import Twin, twin_of
from twin.faults import api_name
from twin.pay import crypto
from twin.pay.errors import PayError
from twin.pay.merchants import Merchant, Signer, find_merchant, signer_for
from twin.store import dump

SCHEME = "WECHATPAY2-SHA256-RSA2048"
SKEW = 300  # seconds of real time
AUTH_FIELDS = {"mchid", "nonce_str", "signature", "timestamp", "serial_no"}
MAX_BODY = 256 * 1024


@dataclass(frozen=True)
class Call:
    """A verified call. ``body`` is the JSON object, {} where the call has none."""

    twin: Twin
    merchant: Merchant
    path: dict[str, str]
    query: dict[str, str]
    body: dict[str, Any]


# A handler answers (status, JSON or None for an empty body); it raises PayError to refuse.
Handler = Callable[[Call], tuple[int, dict[str, Any] | None]]
View = Callable[[Request], Awaitable[Response]]


def endpoint(handler: Handler) -> View:
    """A Starlette view that lets only signed calls through to ``handler``."""

    async def view(request: Request) -> Response:
        twin, raw = twin_of(request), await request.body()
        try:
            merchant = _authenticate(twin, request, raw)
            signer = _chosen_signer(twin, request, merchant)
        except PayError as error:
            _log(request, error.code, error.status)
            return _response(error.status, error.body(), None)
        status, answer = _run(request, merchant, raw, handler)
        return _response(status, answer, signer)

    return view


def _run(
    request: Request, merchant: Merchant, raw: bytes, handler: Handler
) -> tuple[int, dict[str, Any] | None]:
    twin = twin_of(request)
    try:
        fault = _ordered_error(request)
        if fault is not None and not fault[1]:
            raise fault[0]
        call = Call(twin, merchant, request.path_params, dict(request.query_params), _json(raw))
        with twin.store.transaction():
            status, answer = handler(call)
            _log(request, "", status, merchant.mchid)
        if fault is not None:
            raise fault[0]
    except PayError as error:
        _log(request, error.code, error.status, merchant.mchid)
        old = bool(twin.settings.get("pay_old_error_spelling"))
        return error.status, error.body(old_spelling=old)
    return status, answer


def _ordered_error(request: Request) -> tuple[PayError, bool] | None:
    """The error a fault orders, and whether the call is carried out before it.

    Mode ``errcode`` with ``errcode`` "SYSTEM_ERROR" refuses; with "after:SYSTEM_ERROR" the
    call takes effect and the caller is told that it failed.
    """
    fault = request.scope.get("twin.fault")
    if fault is None:
        return None
    before, after, code = str(fault.errcode or "SYSTEM_ERROR").rpartition("after:")
    return PayError(before + code, "系统异常，请稍后重试"), bool(after)


def _authenticate(twin: Twin, request: Request, raw: bytes) -> Merchant:
    fields = _authorization(request.headers.get("authorization", ""))
    if abs(time.time() - _seconds(fields["timestamp"])) > SKEW:
        raise _sign_error("timestamp", "时间戳与服务器时间相差超过5分钟")
    if not re.fullmatch(r"[0-9A-Za-z_\-]{1,32}", fields["nonce_str"]):
        raise _sign_error("nonce_str", "随机串应为1至32位字母数字")
    merchant = find_merchant(twin, fields["mchid"])
    if merchant is None:
        raise _sign_error("mchid", "商户号不存在")
    if fields["serial_no"] != merchant.serial:
        raise _sign_error("serial_no", "商户证书序列号有误")
    message = "\n".join((request.method, _path(request), fields["timestamp"], fields["nonce_str"]))
    signed = message.encode() + b"\n" + raw + b"\n"
    if not crypto.verifies(merchant.public_pem, signed, fields["signature"]):
        raise _sign_error("signature", "sign not match")
    _check_headers(request, raw)
    return merchant


def _authorization(header: str) -> dict[str, str]:
    scheme, _, rest = header.partition(" ")
    if scheme != SCHEME:
        raise _sign_error("authorization", "Http头Authorization认证类型不正确")
    pairs = re.findall(r'\s*([a-z_]+)="([^"]*)"\s*(?:,|$)', rest)
    fields = dict(pairs)
    if len(pairs) != len(AUTH_FIELDS) or set(fields) != AUTH_FIELDS:
        raise _sign_error("authorization", "Http头Authorization值格式错误")
    return fields


def _seconds(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,12}", text):
        raise _sign_error("timestamp", "时间戳不是秒数")
    return int(text)


def _path(request: Request) -> str:
    """Path and query exactly as they were sent."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    query: bytes = request.scope["query_string"]
    return (raw.split(b"?")[0] + (b"?" + query if query else b"")).decode("latin-1")


def _check_headers(request: Request, raw: bytes) -> None:
    accept = request.headers.get("accept", "")
    if "application/json" not in accept and "*/*" not in accept:
        raise PayError("PARAM_ERROR", "Http头Accept应为application/json")
    if not request.headers.get("user-agent"):
        raise PayError("PARAM_ERROR", "Http头缺少User-Agent")
    kind = request.headers.get("content-type", "").split(";")[0].strip()
    if raw and kind != "application/json":
        raise PayError("PARAM_ERROR", "Http头Content-Type应为application/json")
    if len(raw) > MAX_BODY:
        raise PayError("PARAM_ERROR", "请求体过大")


def _chosen_signer(twin: Twin, request: Request, merchant: Merchant) -> Signer:
    signer = signer_for(twin, merchant, request.headers.get("wechatpay-serial", ""))
    if signer is None:
        raise PayError("PARAM_ERROR", "Http头Wechatpay-Serial不是有效的平台证书或公钥")
    return signer


def _json(raw: bytes) -> dict[str, Any]:
    if not raw:
        return {}
    try:
        body = json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise PayError("PARAM_ERROR", "请求体不是合法的JSON") from error
    if not isinstance(body, dict):
        raise PayError("PARAM_ERROR", "请求体不是JSON对象")
    return body


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _sign_error(field: str, issue: str) -> PayError:
    detail = {"field": field, "issue": issue, "location": "authorization"}
    return PayError("SIGN_ERROR", "错误的签名，验签失败", detail)


def _log(request: Request, code: str, status: int, mchid: str = "") -> None:
    """``code`` is "" for a call that was accepted."""
    api = api_name(request.scope["path"])
    twin_of(request).log.write(
        "pay.call", api=api, method=request.method, mchid=mchid, code=code, status=status
    )


def _response(status: int, answer: dict[str, Any] | None, signer: Signer | None) -> Response:
    body = "" if answer is None else dump(answer)
    headers = {"Request-ID": f"08{secrets.token_hex(18).upper()}-0"}
    if signer is not None:
        headers |= signature_headers(signer, body)
    media = None if answer is None else "application/json; charset=utf-8"
    return Response(body or None, status, headers, media)


def signature_headers(signer: Signer, body: str) -> dict[str, str]:
    """The Wechatpay-* headers over ``body``, stamped with real time."""
    stamp, nonce = str(int(time.time())), crypto.nonce_text()
    return {
        "Wechatpay-Timestamp": stamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Serial": signer.serial,
        "Wechatpay-Signature": crypto.sign(signer.private_pem, f"{stamp}\n{nonce}\n{body}\n"),
        "Wechatpay-Signature-Type": SCHEME,
    }
