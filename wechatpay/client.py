"""Signed calls to WeChat Pay, and answers that prove where they come from."""

import json
from typing import Any

import structlog
from django.conf import settings

from core import clock
from core.errors import Outcome, PortFailure
from wechatpay import signing
from wechatpay.errcodes import failure
from wechatpay.http import Answer, NeverSent, NoAnswer, exchange
from wechatpay.models import PayMerchant
from wechatpay.platform_keys import answer_serial, find_key
from wechatpay.strict_json import NotJson, parse_object

Json = dict[str, Any]
MAX_SKEW_SECONDS = 300

log = structlog.get_logger(__name__)


class PayClient:
    """One merchant. `call` raises `PortFailure` only."""

    def __init__(self, merchant: PayMerchant) -> None:
        self._merchant = merchant

    def call(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        lost: Outcome = Outcome.RETRYABLE,
        seconds: float = 8.0,
    ) -> Json:
        """The verified JSON answer, {} for 204; `path` with its query as sent.

        `lost` is what an answer that never came, or proves nothing, comes to.
        """
        content = "" if body is None else json.dumps(body, ensure_ascii=False)
        try:
            answer = self._exchange(method, path, content, seconds)
        except NeverSent as error:
            raise PortFailure(
                "unreachable", "连接不上微信支付", outcome=Outcome.RETRYABLE
            ) from error
        except NoAnswer as error:
            raise _lost("no_answer", lost) from error
        return self._read(answer, lost)

    def _exchange(self, method: str, path: str, content: str, seconds: float) -> Answer:
        return exchange(
            method,
            settings.WECHATPAY_API_BASE + path,
            headers=self._headers(method, path, content),
            content=content.encode(),
            seconds=seconds,
        )

    def _headers(self, method: str, path: str, content: str) -> dict[str, str]:
        merchant = self._merchant
        headers = {
            "Accept": "application/json",
            "Authorization": signing.authorization(
                mchid=merchant.mchid,
                serial=merchant.serial,
                pem=merchant.private_key_pem,
                method=method,
                path=path,
                body=content,
            ),
        }
        if content:
            headers["Content-Type"] = "application/json"
        serial = answer_serial(merchant)
        if serial:
            headers["Wechatpay-Serial"] = serial
        return headers

    def _read(self, answer: Answer, lost: Outcome) -> Json:
        if answer.status not in (200, 204):
            _log_refusal(answer)
            raise failure(answer.status, _code_of(answer), lost=lost)
        if not self._is_signed(answer):
            raise _lost("answer_unsigned", lost)
        if answer.status == 204:
            return {}
        try:
            return parse_object(answer.body)
        except NotJson as error:
            raise _lost("bad_answer", lost) from error

    def _is_signed(self, answer: Answer) -> bool:
        timestamp = answer.headers.get("Wechatpay-Timestamp", "")
        if not timestamp.isdigit() or len(timestamp) > 11:
            return False
        if abs(clock.real_now().timestamp() - int(timestamp)) > MAX_SKEW_SECONDS:
            return False
        pem = find_key(self._merchant, answer.headers.get("Wechatpay-Serial", ""))
        return pem is not None and signing.verify(
            pem,
            timestamp,
            answer.headers.get("Wechatpay-Nonce", ""),
            answer.body,
            answer.headers.get("Wechatpay-Signature", ""),
        )


def _log_refusal(answer: Answer) -> None:
    """What it said, for whoever has to find out why; it decides nothing."""
    log.warning(
        "wechatpay_refused",
        status=answer.status,
        upstream_request=answer.headers.get("Request-ID", ""),
        answer=answer.body[:300].decode(errors="replace"),
    )


def _code_of(answer: Answer) -> str:
    try:
        code = parse_object(answer.body).get("code")
    except NotJson:
        return ""
    return code if isinstance(code, str) else ""


def _lost(code: str, outcome: Outcome) -> PortFailure:
    return PortFailure(code, "没有得到微信支付的有效应答", outcome=outcome)
