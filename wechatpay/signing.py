"""API v3 signatures and sealed resources (pay.weixin.qq.com, 签名与验签)."""

import base64
import binascii
import functools
import secrets
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import (
    load_pem_private_key,
    load_pem_public_key,
)
from cryptography.x509 import load_pem_x509_certificate

from core import clock

SCHEME = "WECHATPAY2-SHA256-RSA2048"
AEAD = "AEAD_AES_256_GCM"


class KeyUnusable(ValueError):
    """A PEM text that is no RSA key of the needed kind."""


class CannotOpen(ValueError):
    """A sealed resource that this key does not open."""


@functools.lru_cache(maxsize=64)
def private_key(pem: str) -> RSAPrivateKey:
    """Raises `KeyUnusable`."""
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise KeyUnusable("private key") from error
    if not isinstance(key, RSAPrivateKey):
        raise KeyUnusable("private key")
    return key


@functools.lru_cache(maxsize=64)
def public_key(pem: str) -> RSAPublicKey:
    """Of a public key or a certificate in PEM. Raises `KeyUnusable`."""
    key: Any
    try:
        if "BEGIN CERTIFICATE" in pem:
            key = load_pem_x509_certificate(pem.encode()).public_key()
        else:
            key = load_pem_public_key(pem.encode())
    except ValueError as error:
        raise KeyUnusable("public key") from error
    if not isinstance(key, RSAPublicKey):
        raise KeyUnusable("public key")
    return key


def sign(pem: str, message: str) -> str:
    signature = private_key(pem).sign(message.encode(), PKCS1v15(), SHA256())
    return base64.b64encode(signature).decode()


def verify(pem: str, timestamp: str, nonce: str, body: bytes, signature: str) -> bool:
    """Whether WeChat Pay signed `TIMESTAMP\\nNONCE\\nBODY\\n` with this key."""
    message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
    try:
        raw = base64.b64decode(signature, validate=True)
        public_key(pem).verify(raw, message, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def authorization(*, mchid: str, serial: str, pem: str, method: str, path: str, body: str) -> str:
    """The Authorization header of a request; `path` includes its query as sent."""
    timestamp, nonce = str(int(clock.real_now().timestamp())), secrets.token_hex(16)
    signature = sign(pem, f"{method}\n{path}\n{timestamp}\n{nonce}\n{body}\n")
    return (
        f'{SCHEME} mchid="{mchid}",nonce_str="{nonce}",signature="{signature}",'
        f'timestamp="{timestamp}",serial_no="{serial}"'
    )


def client_params(*, appid: str, pem: str, prepay_id: str) -> dict[str, str]:
    """What the customer's page hands to WeChat to open the payment."""
    timestamp, nonce = str(int(clock.real_now().timestamp())), secrets.token_hex(16)
    package = f"prepay_id={prepay_id}"
    return {
        "appId": appid,
        "timeStamp": timestamp,
        "nonceStr": nonce,
        "package": package,
        "signType": "RSA",
        "paySign": sign(pem, f"{appid}\n{timestamp}\n{nonce}\n{package}\n"),
    }


def open_sealed(apiv3_key: str, *, nonce: str, associated_data: str, ciphertext: str) -> bytes:
    """The plain bytes of an AEAD_AES_256_GCM resource. Raises `CannotOpen`."""
    try:
        sealed = base64.b64decode(ciphertext, validate=True)
        cipher = AESGCM(apiv3_key.encode())
        return cipher.decrypt(nonce.encode(), sealed, associated_data.encode())
    except (InvalidTag, ValueError, binascii.Error) as error:
        raise CannotOpen from error


def seal_text(pem: str, plain: str) -> str:
    """A sensitive field for WeChat Pay's eyes: RSAES-OAEP with SHA-1, in base64."""
    padding = OAEP(mgf=MGF1(SHA1()), algorithm=SHA1(), label=None)  # noqa: S303
    return base64.b64encode(public_key(pem).encrypt(plain.encode(), padding)).decode()
