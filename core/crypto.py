"""Encryption at rest: one field class, key ids in the ciphertext, a blind index.

AES-256-GCM (NIST SP 800-38D) with the tenant's schema as associated data, so a
ciphertext copied into another tenant does not open. The blind index is HMAC-SHA256
under a per-tenant key derived outside the database.
"""

import base64
import functools
import hashlib
import hmac
import os
import re
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

from core.context import schema


class KeyMissing(RuntimeError):
    """The ciphertext names a key that the settings do not hold."""


@functools.cache
def _keyring(spec: str) -> dict[str, bytes]:
    """`k2=<hex>,k1=<hex>` to {id: 32 bytes}; the first id encrypts."""
    pairs = (part.split("=", 1) for part in spec.split(",") if part)
    return {key_id.strip(): bytes.fromhex(value.strip()) for key_id, value in pairs}


def _keys() -> dict[str, bytes]:
    return _keyring(settings.SIYU_FIELD_KEYS)


def current_key_id() -> str:
    return next(iter(_keys()))


def encrypt(plain: str) -> str:
    """`key_id:base64(nonce‖ciphertext‖tag)` for this tenant."""
    key_id = current_key_id()
    nonce = os.urandom(12)
    sealed = AESGCM(_keys()[key_id]).encrypt(nonce, plain.encode(), schema().encode())
    return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(stored: str) -> str:
    """The plain text; raises `KeyMissing` or `cryptography.exceptions.InvalidTag`."""
    key_id, _, body = stored.partition(":")
    key = _keys().get(key_id)
    if key is None:
        raise KeyMissing(key_id)
    raw = base64.b64decode(body)
    return AESGCM(key).decrypt(raw[:12], raw[12:], schema().encode()).decode()


def blind_index(value: str) -> str:
    """A 64-character hex index of `value`, different in every tenant."""
    seed = settings.SIYU_INDEX_KEY.encode()
    tenant_key = hmac.new(seed, schema().encode(), hashlib.sha256).digest()
    return hmac.new(tenant_key, value.encode(), hashlib.sha256).hexdigest()


def normal_phone(text: str) -> str:
    """A mainland mobile as 11 digits, or "" when it is masked, short or foreign."""
    digits = re.sub(r"[\s\-']", "", text or "")
    digits = re.sub(r"^(\+?86)(?=1\d{10}$)", "", digits)
    return digits if re.fullmatch(r"1[3-9]\d{9}", digits) else ""


def mask_phone(phone: str) -> str:
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) == 11 else ""


if TYPE_CHECKING:
    _TextField = models.TextField[str, str]
else:
    _TextField = models.TextField


class EncryptedTextField(_TextField):
    """Text that is ciphertext in the database and plain text in Python.

    `stale_key` tells whether a row still needs the current key; saving re-encrypts.
    """

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return decrypt(value) if value else value

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return encrypt(text) if text else text


def uses_old_key(stored: str) -> bool:
    return bool(stored) and not stored.startswith(current_key_id() + ":")
