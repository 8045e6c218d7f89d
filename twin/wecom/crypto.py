"""The callback cipher and signatures (developer page 90930), and the JS-SDK signature."""

import base64
import hashlib
import secrets
import struct
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32


class BadCipher(Exception):
    """The text was not encrypted with this key for this receiver."""


@dataclass(frozen=True)
class CallbackCipher:
    """AES-256-CBC with PKCS#7 to 32 bytes; the IV is the head of the key."""

    token: str
    aes_key: str
    receive_id: str

    def encrypt(self, message: bytes) -> str:
        """random(16) + length(4, big-endian) + message + receive_id, encrypted, in base64."""
        plain = secrets.token_bytes(16) + struct.pack(">I", len(message)) + message
        plain += self.receive_id.encode()
        pad = BLOCK - len(plain) % BLOCK
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def decrypt(self, text: str) -> bytes:
        """The message inside. Raises BadCipher."""
        try:
            decryptor = self._cipher().decryptor()
            plain = decryptor.update(base64.b64decode(text)) + decryptor.finalize()
            (length,) = struct.unpack(">I", plain[16:20])
        except (ValueError, struct.error) as broken:
            raise BadCipher(str(broken)) from broken
        if not 1 <= plain[-1] <= BLOCK:
            raise BadCipher("padding")
        body = plain[20 : -plain[-1]]
        if body[length:] != self.receive_id.encode():
            raise BadCipher("receive id")
        return body[:length]

    def sign(self, timestamp: str, nonce: str, encrypted: str) -> str:
        """Lower-hex SHA-1 of the four values, sorted."""
        parts = sorted([self.token, timestamp, nonce, encrypted])
        return hashlib.sha1("".join(parts).encode()).hexdigest()

    def _cipher(self) -> Cipher[modes.CBC]:
        key = base64.b64decode(self.aes_key + "=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def jssdk_signature(ticket: str, nonce: str, timestamp: str, url: str) -> str:
    """What ``wx.config`` must carry; ``url`` without its fragment (page 90506)."""
    raw = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url}"
    return hashlib.sha1(raw.encode()).hexdigest()
