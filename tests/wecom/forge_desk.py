"""The pen of a forger: what WeCom puts into a callback, each part replaceable.

Written from the platform's page on callbacks, not from our code: the cipher here is our
second reading of it.
"""

import base64
import hashlib
import os
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

TOKEN = "t0kenOfAurora"
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
CORP_ID = "wwaurora0000000001"
CALLBACK_KEY = "9sk3bq8v2k7m1n5p0r4t6w8x0z"
PATH = f"/wecom/callback/{CALLBACK_KEY}"


@dataclass(frozen=True)
class Forged:
    """A request to send as it is."""

    query: str
    body: bytes = b""
    path: str = PATH
    method: str = "POST"
    host: str = "aurora.localhost"
    meta: dict[str, str] = field(default_factory=dict)


Build = Callable[[], Forged]


def pad(data: bytes) -> bytes:
    """PKCS#7 to 32 bytes."""
    count = 32 - len(data) % 32
    return data + bytes([count]) * count


def frame(text: bytes, receiver: str = CORP_ID, length: int | None = None) -> bytes:
    """16 random bytes, the length, the message, the receiver; not yet padded."""
    stated = len(text) if length is None else length
    return os.urandom(16) + struct.pack(">I", stated) + text + receiver.encode()


def encipher(padded: bytes, key: str = AES_KEY, iv: bytes | None = None) -> str:
    raw = base64.b64decode(key + "=")
    cipher = Cipher(algorithms.AES(raw), modes.CBC(iv or raw[:16])).encryptor()
    return base64.b64encode(cipher.update(padded) + cipher.finalize()).decode()


def encrypt(text: str | bytes, **changes: Any) -> str:
    """A true ciphertext of `text`, unless `receiver`, `length` or `key` say otherwise."""
    raw = text.encode() if isinstance(text, str) else text
    key = changes.pop("key", AES_KEY)
    return encipher(pad(frame(raw, **changes)), key)


def signature(stamp: str, nonce: str, ciphertext: str, token: str = TOKEN) -> str:
    joined = "".join(sorted([token, stamp, nonce, ciphertext]))
    return hashlib.sha1(joined.encode()).hexdigest()


def signed_query(
    ciphertext: str, *, shift: float = 0, token: str = TOKEN, **over: Any
) -> dict[str, str]:
    """The three parameters, rightly signed, then replaced by `over` (None leaves out)."""
    stamp = over.pop("signed_stamp", str(int(time.time() + shift)))
    nonce = over.pop("signed_nonce", "n0nce123")
    true = {
        "msg_signature": signature(stamp, nonce, ciphertext, token),
        "timestamp": stamp,
        "nonce": nonce,
    }
    return {name: value for name, value in (true | over).items() if value is not None}


def as_query(values: dict[str, str]) -> str:
    return urlencode(values)


def envelope(ciphertext: str, to: str = CORP_ID) -> bytes:
    return (
        f"<xml><ToUserName><![CDATA[{to}]]></ToUserName>"
        f"<AgentID><![CDATA[1000002]]></AgentID>"
        f"<Encrypt><![CDATA[{ciphertext}]]></Encrypt></xml>"
    ).encode()


def event(**over: str) -> str:
    """The decrypted XML of a contact's deletion; "" leaves a field out."""
    true = {
        "ToUserName": CORP_ID,
        "FromUserName": "sys",
        "CreateTime": "1772416800",
        "MsgType": "event",
        "Event": "change_external_contact",
        "ChangeType": "edit_external_contact",
        "UserID": "wx_cai",
        "ExternalUserID": "wmEve",
    }
    fields = {name: value for name, value in (true | over).items() if value}
    inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in fields.items())
    return f"<xml>{inner}</xml>"


def signed(ciphertext: str, **over: Any) -> Forged:
    """A rightly signed POST of any ciphertext."""
    return Forged(as_query(signed_query(ciphertext, **over)), envelope(ciphertext))


def said(text: str | bytes, **changes: Any) -> Forged:
    """A genuine callback that says `text`."""
    return signed(encrypt(text, **changes))


def genuine() -> Forged:
    return said(event())


def echo(text: str = "1616140317555161061", **over: Any) -> Forged:
    """A genuine address verification; `over` replaces query parameters."""
    receiver = over.pop("receiver", CORP_ID)
    ciphertext = encrypt(text, receiver=receiver)
    values = {**signed_query(ciphertext), "echostr": ciphertext} | over
    kept = {name: value for name, value in values.items() if value is not None}
    return Forged(as_query(kept), method="GET")
