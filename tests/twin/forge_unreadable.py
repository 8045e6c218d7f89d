"""Notifications that are rightly signed and cannot be opened or parsed."""

import base64
from collections.abc import Callable
from typing import Any

from tests.twin.forge_desk import (
    Build,
    Desk,
    Forged,
    Known,
    dumps,
    envelope,
    envelope_without,
    plain,
    seal,
    sign,
    transaction,
)


def _cipher_changed(change: Callable[[bytes], bytes]) -> Build:
    def build(desk: Desk, order: Known) -> Forged:
        resource = seal(desk, dumps(transaction(desk, order)))
        raw = change(base64.b64decode(resource["ciphertext"]))
        return sign(
            desk, dumps(envelope(resource | {"ciphertext": base64.b64encode(raw).decode()}))
        )

    return build


def _resource_changed(**changes: Any) -> Build:
    def build(desk: Desk, order: Known) -> Forged:
        return sign(desk, dumps(envelope(seal(desk, dumps(transaction(desk, order))) | changes)))

    return build


def _body(raw: bytes) -> Build:
    return lambda desk, order: sign(desk, raw)


def _plaintext(raw: bytes) -> Build:
    return lambda desk, order: plain(desk, raw)


def _sealed(**how: Any) -> Build:
    return lambda desk, order: sign(
        desk, dumps(envelope(seal(desk, dumps(transaction(desk, order)), **how)))
    )


UNREADABLE: dict[str, Build] = {
    "wrong_tag": _cipher_changed(lambda raw: raw[:-1] + bytes([raw[-1] ^ 1])),
    "ciphertext_bit_flipped": _cipher_changed(lambda raw: bytes([raw[0] ^ 1]) + raw[1:]),
    "ciphertext_cut": _cipher_changed(lambda raw: raw[:-8]),
    "ciphertext_shorter_than_a_tag": _cipher_changed(lambda raw: raw[:7]),
    "ciphertext_empty": _cipher_changed(lambda raw: b""),
    "ciphertext_not_base64": _resource_changed(ciphertext="!!!"),
    "ciphertext_a_number": _resource_changed(ciphertext=1),
    "ciphertext_null": _resource_changed(ciphertext=None),
    "wrong_aad": _sealed(aad="certificate"),
    "aad_a_list": _resource_changed(associated_data=["transaction"]),
    "another_apiv3_key": _sealed(key="another-apiv3-key-of-32-bytes-00"),
    "nonce_changed": _resource_changed(nonce="000000000000"),
    "cipher_nonce_empty": _resource_changed(nonce=""),
    "cipher_nonce_null": _resource_changed(nonce=None),
    "cipher_nonce_of_4000": _resource_changed(nonce="n" * 4000),
    "another_algorithm": _resource_changed(algorithm="AEAD_SM4_GCM"),
    "resource_missing": envelope_without("resource"),
    "resource_a_list": lambda desk, order: sign(desk, dumps(envelope([1]))),
    "resource_a_string": lambda desk, order: sign(desk, dumps(envelope("resource"))),
    "body_empty": _body(b""),
    "body_not_json": _body(b"{"),
    "body_null": _body(b"null"),
    "body_a_list": _body(b"[]"),
    "body_a_number": _body(b"1e999"),
    "body_not_utf8": _body(b'{"id":"\xff\xfe"}'),
    "body_with_nul": _body(b'{"id":"\x00"}'),
    "body_with_a_lone_surrogate": _body(b'{"id":"\\ud800"}'),
    "body_nested_100000_deep": _body(b"[" * 100_000),
    "body_of_5_megabytes": _body(b'{"id":"' + b"x" * 5_000_000 + b'"}'),
    "body_xml": _body(b"<xml><return_code>SUCCESS</return_code></xml>"),
    "plaintext_not_json": _plaintext(b"{"),
    "plaintext_empty": _plaintext(b""),
    "plaintext_null": _plaintext(b"null"),
    "plaintext_a_list": _plaintext(b"[]"),
    "plaintext_not_utf8": _plaintext(b'{"mchid":"\xff"}'),
    "plaintext_nan": _plaintext(b'{"amount":{"total":NaN}}'),
    "plaintext_nested_100000_deep": _plaintext(b'{"a":' * 100_000),
}
