"""Notifications that WeChat Pay did not send, or sent too long ago."""

import base64
from typing import Any

from tests.twin.forge_desk import Build, Desk, Forged, Known, payment, sign, true_body

# Headers replaced after signing: (name, what sign() takes).
WRONG_HEADERS: list[tuple[str, dict[str, Any]]] = [
    ("unknown_certificate_serial", {"serial": "7A" * 20}),
    ("unknown_public_key_id", {"serial": "PUB_KEY_ID_0000000000000000000000000001"}),
    ("serial_missing", {"serial": None}),
    ("serial_empty", {"serial": ""}),
    ("serial_not_hex", {"serial": "PUB_KEY_ID_"}),
    ("signature_missing", {"signature": None}),
    ("signature_empty", {"signature": ""}),
    ("signature_not_base64", {"signature": "!!!not base64!!!"}),
    ("signature_too_short", {"signature": "QUJD"}),
    ("signature_of_zeros", {"signature": base64.b64encode(bytes(256)).decode()}),
    ("signature_type_of_another_algorithm", {"signature_type": "WECHATPAY2-SM2-WITH-SM3"}),
    ("nonce_missing", {"nonce": None}),
    ("nonce_swapped", {"nonce": "0" * 32}),
    ("timestamp_missing", {"sent_timestamp": None}),
    ("timestamp_moved_after_signing", {"sent_timestamp": "1"}),
    ("timestamp_six_minutes_old", {"shift": -360}),
    ("timestamp_six_minutes_ahead", {"shift": 360}),
    ("timestamp_a_day_old", {"shift": -86400}),
    ("timestamp_a_day_ahead", {"shift": 86400}),
    ("timestamp_not_a_number", {"timestamp": "yesterday"}),
    ("timestamp_empty", {"timestamp": ""}),
    ("timestamp_negative", {"timestamp": "-1"}),
    ("timestamp_float", {"timestamp": "1764000000.5"}),
    ("timestamp_of_forty_digits", {"timestamp": "9" * 40}),
    ("timestamp_not_finite", {"timestamp": "inf"}),
    ("signed_over_an_empty_body", {"signed_body": b""}),
]


def _with_headers(wrong: dict[str, Any]) -> Build:
    return lambda desk, order: sign(desk, true_body(desk, order), **wrong)


def signtest_probe(desk: Desk, order: Known) -> Forged:
    """WeChat Pay's own test: a signature that starts so is wrong and must be refused."""
    true = payment(desk, order)
    start = "WECHATPAY/SIGNTEST/"
    signature = start + true.headers["Wechatpay-Signature"][len(start) :]
    return Forged({**true.headers, "Wechatpay-Signature": signature}, true.body)


def signed_by_a_stranger(desk: Desk, order: Known) -> Forged:
    """Another merchant's key, a merchant's own key: any key but the one the serial names."""
    return sign(desk, true_body(desk, order), key=desk.stranger_pem)


def body_changed_after_signing(desk: Desk, order: Known) -> Forged:
    body = true_body(desk, order)
    return sign(desk, body.replace("支付成功".encode(), "支付失败".encode()), signed_body=body)


def whitespace_added_after_signing(desk: Desk, order: Known) -> Forged:
    body = true_body(desk, order)
    return sign(desk, body + b"\n", signed_body=body)


def no_headers_at_all(desk: Desk, order: Known) -> Forged:
    return Forged({"Content-Type": "application/json"}, true_body(desk, order))


UNSIGNED: dict[str, Build] = {
    **{name: _with_headers(wrong) for name, wrong in WRONG_HEADERS},
    "signtest_probe": signtest_probe,
    "signed_by_a_stranger": signed_by_a_stranger,
    "body_changed_after_signing": body_changed_after_signing,
    "whitespace_added_after_signing": whitespace_added_after_signing,
    "no_headers_at_all": no_headers_at_all,
}
