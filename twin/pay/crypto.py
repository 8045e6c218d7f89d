"""RSA signatures, AES-256-GCM envelopes and certificates as WeChat Pay v3 uses them."""

import base64
import binascii
import secrets
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID

ALGORITHM = "AEAD_AES_256_GCM"
NONCE_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
CERTIFICATE_YEARS = 5


class NotAKey(ValueError):
    """The PEM text holds no RSA key."""


def new_private_pem() -> str:
    """A fresh RSA-2048 key, PKCS#8."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def public_pem_of(private_pem: str) -> str:
    """The public half of a private key."""
    return _public_pem(_private(private_pem).public_key())


def public_pem_from(pem: str) -> str:
    """The public key in a PEM public key or certificate. Raises NotAKey."""
    return _public_pem(_public(pem))


def new_serial() -> str:
    """A certificate serial: 40 upper-case hex digits, the first never zero."""
    return f"{secrets.randbits(158) | 1 << 158:040X}"


def self_signed(private_pem: str, serial: str, name: str) -> tuple[str, datetime, datetime]:
    """A certificate for the key: PEM, not before, not after."""
    key = _private(private_pem)
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    end = start + timedelta(days=365 * CERTIFICATE_YEARS)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(int(serial, 16))
        .not_valid_before(start)
        .not_valid_after(end)
        .sign(key, hashes.SHA256())
    )
    return built.public_bytes(serialization.Encoding.PEM).decode(), start, end


def sign(private_pem: str, message: str) -> str:
    """base64(RSASSA-PKCS1-v1_5 with SHA-256)."""
    raw = _private(private_pem).sign(message.encode(), padding.PKCS1v15(), hashes.SHA256())
    return base64.b64encode(raw).decode()


def verifies(public_pem: str, message: bytes, signature: str) -> bool:
    """Whether ``signature`` is the key's over ``message``."""
    try:
        raw = base64.b64decode(signature, validate=True)
        _public(public_pem).verify(raw, message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def seal(apiv3_key: str, plaintext: str, associated_data: str) -> dict[str, str]:
    """The AEAD envelope of certificates and notifications."""
    nonce = nonce_text(12)
    sealed = AESGCM(apiv3_key.encode()).encrypt(
        nonce.encode(), plaintext.encode(), associated_data.encode()
    )
    return {
        "algorithm": ALGORITHM,
        "ciphertext": base64.b64encode(sealed).decode(),
        "associated_data": associated_data,
        "nonce": nonce,
    }


def open_sensitive(private_pem: str, text: str) -> str | None:
    """A field encrypted to us with RSAES-OAEP (SHA-1); None when it was not."""
    scheme = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)  # noqa: S303 - the protocol's
    try:
        return _private(private_pem).decrypt(base64.b64decode(text, validate=True), scheme).decode()
    except (binascii.Error, ValueError):
        return None


def nonce_text(length: int = 32) -> str:
    """Random letters and digits."""
    return "".join(secrets.choice(NONCE_LETTERS) for _ in range(length))


def _public_pem(key: rsa.RSAPublicKey) -> str:
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()


@lru_cache(maxsize=512)
def _private(pem: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise NotAKey(type(key).__name__)
    return key


@lru_cache(maxsize=512)
def _public(pem: str) -> rsa.RSAPublicKey:
    try:
        key = (
            x509.load_pem_x509_certificate(pem.encode()).public_key()
            if "CERTIFICATE" in pem
            else serialization.load_pem_public_key(pem.encode())
        )
    except ValueError as error:
        raise NotAKey(str(error)) from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise NotAKey(type(key).__name__)
    return key
