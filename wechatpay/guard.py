"""The gate of the notify address: signature, time and seal before any meaning.

What fails gets a 4xx without a detail (`docs/rules.md`, 支付通知).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from core import clock
from wechatpay import signing
from wechatpay.models import PayMerchant
from wechatpay.platform_keys import find_key
from wechatpay.strict_json import NotJson, parse_object

MAX_BODY_BYTES = 256 * 1024
MAX_SKEW_SECONDS = 300
SIGNTEST = "WECHATPAY/SIGNTEST/"


class NoticeRefused(Exception):
    """Not from WeChat Pay, not now, or not readable; `status` is the HTTP answer."""

    def __init__(self, reason: str, status: int = 400) -> None:
        self.status = status
        super().__init__(reason)


@dataclass(frozen=True)
class Notice:
    """An authentic notification: its type and the opened resource, not yet parsed."""

    event_id: str
    event_type: str
    plain: bytes


_HEADERS = {
    "Wechatpay-Timestamp": re.compile(r"[0-9]{9,11}", re.ASCII),
    "Wechatpay-Nonce": re.compile(r"[!-~]{1,128}", re.ASCII),
    "Wechatpay-Serial": re.compile(r"[0-9A-Za-z_]{8,80}", re.ASCII),
    "Wechatpay-Signature": re.compile(r"[0-9A-Za-z+/]{43,1024}={0,2}", re.ASCII),
}

_NAME = re.compile(r"[0-9A-Za-z._\-]{1,60}", re.ASCII)


def check_signature(merchant: PayMerchant, headers: Mapping[str, str], body: bytes) -> None:
    """WeChat Pay probes receivers with false signatures: they fail like any other."""
    given = {name: headers.get(name) or "" for name in _HEADERS}
    if given["Wechatpay-Signature"].startswith(SIGNTEST):
        raise NoticeRefused("signature test", 401)
    for name, shape in _HEADERS.items():
        if not shape.fullmatch(given[name]):
            raise NoticeRefused(name, 401)
    if headers.get("Wechatpay-Signature-Type", signing.SCHEME) != signing.SCHEME:
        raise NoticeRefused("signature type", 401)
    skew = abs(clock.real_now().timestamp() - int(given["Wechatpay-Timestamp"]))
    if skew > MAX_SKEW_SECONDS:
        raise NoticeRefused("timestamp", 401)
    pem = find_key(merchant, given["Wechatpay-Serial"])
    if pem is None or not signing.verify(
        pem,
        given["Wechatpay-Timestamp"],
        given["Wechatpay-Nonce"],
        body,
        given["Wechatpay-Signature"],
    ):
        raise NoticeRefused("signature", 401)


def open_notice(merchant: PayMerchant, body: bytes) -> Notice:
    """Open the resource of a verified body."""
    try:
        data = parse_object(body)
        resource = data["resource"]
        if resource["algorithm"] != signing.AEAD or len(resource["nonce"]) != 12:
            raise NoticeRefused("algorithm")
        plain = signing.open_sealed(
            merchant.apiv3_key,
            nonce=resource["nonce"],
            associated_data=resource.get("associated_data") or "",
            ciphertext=resource["ciphertext"],
        )
        event_id, event_type = data["id"], data["event_type"]
    except (NotJson, signing.CannotOpen, KeyError, TypeError, AttributeError) as error:
        raise NoticeRefused("unreadable") from error
    if not _NAME.fullmatch(str(event_id)) or not _NAME.fullmatch(str(event_type)):
        raise NoticeRefused("unreadable")
    return Notice(event_id, event_type, plain)
