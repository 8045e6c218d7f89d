"""The pen of a forger: everything WeChat Pay puts into a notification, each part replaceable."""

import base64
import json
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.twin.pay_kit import SCHEME, rsa_sign

SHANGHAI = timezone(timedelta(hours=8))
HEADERS = ("Timestamp", "Nonce", "Signature", "Serial", "Signature-Type")


@dataclass(frozen=True)
class Desk:
    """What WeChat Pay knows of one merchant connection.

    From the twin: ``GET /_twin/merchants?mchid=`` gives every value, ``private_pem`` as
    ``wxpay_private_key_pem``. ``stranger_pem`` is a key that has no right to sign.
    """

    mchid: str
    appid: str
    apiv3_key: str
    key_id: str
    private_pem: str
    stranger_pem: str


@dataclass(frozen=True)
class Known:
    """An order of the product that waits for payment, and its pending refund, if any."""

    out_trade_no: str
    total: int
    openid: str
    transaction_id: str = "4200000000202611220000000001"
    out_refund_no: str = "RNOSUCHREFUND"
    refund: int = 1


@dataclass(frozen=True)
class Forged:
    """A request to send to the notify address as it is."""

    headers: dict[str, str]
    body: bytes

    def meta(self) -> dict[str, str]:
        """The headers as keyword arguments of Django's test client."""
        named = {f"HTTP_{name.upper().replace('-', '_')}": v for name, v in self.headers.items()}
        named.pop("HTTP_CONTENT_TYPE", None)
        return named


Build = Callable[[Desk, Known], Forged]


def dumps(value: Any) -> bytes:
    """Compact JSON, Chinese as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def now_text(shift: float = 0) -> str:
    """RFC 3339 in Asia/Shanghai."""
    moment = datetime.now(UTC).astimezone(SHANGHAI) + timedelta(seconds=shift)
    return moment.isoformat(timespec="seconds")


def transaction(desk: Desk, order: Known, **changes: Any) -> dict[str, Any]:
    """The plaintext of a true payment; ``amount`` in changes replaces parts of the amount."""
    amount = {
        "total": order.total,
        "payer_total": order.total,
        "currency": "CNY",
        "payer_currency": "CNY",
    }
    true = {
        "appid": desk.appid,
        "mchid": desk.mchid,
        "out_trade_no": order.out_trade_no,
        "transaction_id": order.transaction_id,
        "trade_type": "JSAPI",
        "trade_state": "SUCCESS",
        "trade_state_desc": "支付成功",
        "bank_type": "OTHERS",
        "success_time": now_text(),
        "payer": {"openid": order.openid},
        "amount": amount | changes.pop("amount", {}),
        "promotion_detail": [],
    }
    return true | changes


def refund(desk: Desk, order: Known, **changes: Any) -> dict[str, Any]:
    """The plaintext of a done refund; ``amount`` in changes replaces parts of the amount."""
    amount = {
        "total": order.total,
        "refund": order.refund,
        "payer_total": order.total,
        "payer_refund": order.refund,
    }
    true = {
        "mchid": desk.mchid,
        "transaction_id": order.transaction_id,
        "out_trade_no": order.out_trade_no,
        "refund_id": "50300000002026112200000000001",
        "out_refund_no": order.out_refund_no,
        "refund_status": "SUCCESS",
        "success_time": now_text(),
        "user_received_account": "支付用户零钱",
        "amount": amount | changes.pop("amount", {}),
    }
    return true | changes


def without(value: dict[str, Any], *path: str) -> dict[str, Any]:
    """A copy without the field at the path."""
    first, *rest = path
    if rest:
        return {**value, first: without(value[first], *rest)}
    return {name: each for name, each in value.items() if name != first}


def seal(
    desk: Desk,
    plaintext: bytes,
    original_type: str = "transaction",
    *,
    nonce: str | None = None,
    key: str | None = None,
    aad: str | None = None,
) -> dict[str, str]:
    """The resource of a notification; ``aad`` is sealed in but not stated."""
    nonce = secrets.token_hex(6) if nonce is None else nonce
    sealed_aad = (original_type if aad is None else aad).encode()
    cipher = AESGCM((key or desk.apiv3_key).encode())
    sealed = cipher.encrypt(nonce.encode(), plaintext, sealed_aad)
    return {
        "original_type": original_type,
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(sealed).decode(),
        "associated_data": original_type,
        "nonce": nonce,
    }


def envelope(resource: Any, event_type: str = "TRANSACTION.SUCCESS", **changes: Any) -> Any:
    """The JSON of a notification."""
    return {
        "id": f"EV-{secrets.token_hex(16)}",
        "create_time": now_text(),
        "resource_type": "encrypt-resource",
        "event_type": event_type,
        "summary": "支付成功",
        "resource": resource,
    } | changes


def sign(
    desk: Desk,
    body: bytes,
    *,
    key: str | None = None,
    signed_body: bytes | None = None,
    shift: float = 0,
    timestamp: str | None = None,
    **headers: str | None,
) -> Forged:
    """Headers rightly signed over ``body``, then replaced or (None) left out by ``headers``.

    ``shift`` moves the signed timestamp by seconds; header names are those after
    ``Wechatpay-`` with underscores: ``signature``, ``signature_type``, ``serial``, ``nonce``,
    ``sent_timestamp``.
    """
    stamp = timestamp if timestamp is not None else str(int(time.time() + shift))
    nonce = os.urandom(16).hex()
    over = body if signed_body is None else signed_body
    message = f"{stamp}\n{nonce}\n".encode() + over + b"\n"
    values: dict[str, str | None] = {
        "timestamp": headers.pop("sent_timestamp", stamp),
        "nonce": nonce,
        "signature": rsa_sign(key or desk.private_pem, message),
        "serial": desk.key_id,
        "signature_type": SCHEME,
        **headers,
    }
    named = {f"Wechatpay-{n}": values[n.lower().replace("-", "_")] for n in HEADERS}
    kept = {name: value for name, value in named.items() if value is not None}
    return Forged({"Content-Type": "application/json", **kept}, body)


def payment(desk: Desk, order: Known, **changes: Any) -> Forged:
    """A rightly signed and sealed payment notification with this plaintext changed."""
    return sign(desk, dumps(envelope(seal(desk, dumps(transaction(desk, order, **changes))))))


def plain(desk: Desk, plaintext: bytes, **changes: Any) -> Forged:
    """A rightly signed notification around any plaintext."""
    return sign(desk, dumps(envelope(seal(desk, plaintext), **changes)))


def refunded(
    desk: Desk, order: Known, event_type: str = "REFUND.SUCCESS", **changes: Any
) -> Forged:
    """A rightly signed and sealed refund notification with this plaintext changed."""
    resource = seal(desk, dumps(refund(desk, order, **changes)), "refund")
    return sign(desk, dumps(envelope(resource, event_type)))


def true_body(desk: Desk, order: Known) -> bytes:
    """The body of a payment notification with nothing wrong in it."""
    return dumps(envelope(seal(desk, dumps(transaction(desk, order)))))


def envelope_without(name: str) -> Build:
    """A notification whose outer JSON lacks a field."""
    return lambda desk, order: sign(
        desk, dumps(without(envelope(seal(desk, dumps(transaction(desk, order)))), name))
    )
