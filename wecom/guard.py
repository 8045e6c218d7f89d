"""The gate of the callback address: everything is proved before anything is parsed.

Size, document type, envelope, signature, time, decryption, receiver, in this order. What
fails says nothing about why (`docs/rules.md`, 回调).
"""

import hashlib
import hmac
import re
from base64 import b64decode
from collections.abc import Mapping

from wechatpy.enterprise.crypto import PrpCrypto

from core import clock

MAX_BODY_BYTES = 256 * 1024
MAX_SKEW_SECONDS = 300


class CallbackRefused(Exception):
    """Not from WeCom, not for us, or not now; `status` is the HTTP answer."""

    def __init__(self, reason: str, status: int = 400) -> None:
        self.status = status
        super().__init__(reason)


_PARAMETERS = {
    "msg_signature": re.compile(r"[0-9a-f]{40}", re.ASCII),
    "timestamp": re.compile(r"[0-9]{9,11}", re.ASCII),
    "nonce": re.compile(r"[0-9A-Za-z_\-]{1,64}", re.ASCII),
}
_CIPHERTEXT = re.compile(r"[A-Za-z0-9+/]{43,}={0,2}", re.ASCII)
_TEXT = r"[^\x00-\x1f\[\]<>&]*"
_FIELD = rf"<([A-Za-z]{{1,32}})>(?:\s*<!\[CDATA\[({_TEXT})\]\]>\s*|({_TEXT}))</\1>"
_ENVELOPE = re.compile(
    rf"\s*(?:<\?xml [^<>?]{{0,80}}\?>\s*)?<xml>\s*(?:{_FIELD}\s*){{1,8}}</xml>\s*", re.ASCII
)
_FIELDS = re.compile(_FIELD, re.ASCII)
_FORBIDDEN = re.compile(rb"<!\s*(?:doctype|entity)", re.IGNORECASE)


def read_envelope(body: bytes) -> dict[str, str]:
    """The flat outer elements by name; each may stand once."""
    if len(body) > MAX_BODY_BYTES:
        raise CallbackRefused("too large", 413)
    if _FORBIDDEN.search(body):
        raise CallbackRefused("document type")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CallbackRefused("not utf-8") from error
    if not _ENVELOPE.fullmatch(text):
        raise CallbackRefused("envelope")
    found: dict[str, str] = {}
    for name, marked, bare in _FIELDS.findall(text):
        if name in found:
            raise CallbackRefused("an element twice")
        found[name] = (marked or bare).strip()
    return found


def check_signature(token: str, query: Mapping[str, list[str]], ciphertext: str) -> None:
    """Compare the sender's sha1 in constant time and refuse what is not of now."""
    values = {name: _single(query, name) for name in _PARAMETERS}
    if not _CIPHERTEXT.fullmatch(ciphertext):
        raise CallbackRefused("ciphertext")
    parts = sorted([token, values["timestamp"], values["nonce"], ciphertext])
    expected = hashlib.sha1("".join(parts).encode(), usedforsecurity=False).hexdigest()
    if not hmac.compare_digest(expected, values["msg_signature"]):
        raise CallbackRefused("signature", 401)
    skew = abs(clock.real_now().timestamp() - int(values["timestamp"]))
    if skew > MAX_SKEW_SECONDS:
        raise CallbackRefused("timestamp", 401)


def _single(query: Mapping[str, list[str]], name: str) -> str:
    values = query.get(name, [])
    if len(values) != 1 or not _PARAMETERS[name].fullmatch(values[0]):
        raise CallbackRefused(name)
    return values[0]


def open_message(aes_key: str, corp_id: str, ciphertext: str) -> str:
    """The decrypted text, addressed to this corp.

    wechatpy raises whatever a malformed plaintext happens to trip over (struct.error,
    IndexError, UnicodeDecodeError …): each of them means the same refusal.
    """
    try:
        key = b64decode(aes_key + "=", validate=True)
        return str(PrpCrypto(key).decrypt(ciphertext, corp_id))
    except Exception as error:
        raise CallbackRefused("decryption") from error
