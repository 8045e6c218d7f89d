"""Rightly signed ciphertexts that do not decrypt to a message for us."""

import base64
import os

from tests.wecom.forge_desk import Build, Forged, encipher, encrypt, event, frame, pad, signed

BLOCK = 16


def _of(raw: bytes) -> Build:
    return lambda: signed(base64.b64encode(raw).decode())


def _padded_with(count: int) -> Build:
    """Filled up to a whole block, with a last byte that lies about how much."""

    def build() -> Forged:
        data = frame(event().encode())
        fill = 32 - len(data) % 32
        return signed(encipher(data + b"\x01" * (fill - 1) + bytes([count])))

    return build


def _stating(length: int) -> Build:
    return lambda: signed(encrypt(event(), length=length))


def mixed_padding() -> Forged:
    """The last byte is right and the others are not, so the receiver ends in rubbish."""
    data = frame(event().encode())
    fill = 32 - len(data) % 32
    return signed(encipher(data + os.urandom(fill + 31) + bytes([fill])))


def flipped_bit() -> Forged:
    raw = bytearray(base64.b64decode(encrypt(event())))
    raw[40] ^= 1
    return signed(base64.b64encode(bytes(raw)).decode())


def last_block_lost() -> Forged:
    raw = base64.b64decode(encrypt(event()))
    return signed(base64.b64encode(raw[:-BLOCK]).decode())


def blocks_swapped() -> Forged:
    raw = base64.b64decode(encrypt(event()))
    mixed = raw[:32] + raw[48:64] + raw[32:48] + raw[64:]
    return signed(base64.b64encode(mixed).decode())


def two_messages() -> Forged:
    raw = base64.b64decode(encrypt(event()))
    return signed(base64.b64encode(raw + raw).decode())


def only_padding() -> Forged:
    return signed(encipher(bytes([32]) * 32))


def only_random_and_length() -> Forged:
    return signed(encipher(pad(os.urandom(16) + b"\x00\x00\x00\x00")))


def length_cut_short() -> Forged:
    return signed(encipher(pad(os.urandom(16) + b"\x00\x00")))


def not_utf8() -> Forged:
    return signed(encrypt(b"<xml>\xff\xfe\xfa</xml>"))


UNREADABLE: dict[str, Build] = {
    "signed_non_base64": lambda: signed("!" * 64),
    "signed_url_safe_base64": lambda: signed("-_" * 40),
    "signed_base64_with_spaces": lambda: signed("AAAA " * 20),
    "padding_in_the_middle": lambda: signed("A" * 20 + "=" + "A" * 43),
    "wrong_base64_length": lambda: signed("A" * 45),
    "empty_ciphertext": lambda: signed(""),
    "one_block": _of(os.urandom(16)),
    "not_a_whole_block": _of(os.urandom(47)),
    "random_32": _of(os.urandom(32)),
    "random_64": _of(os.urandom(64)),
    "zeros_64": _of(bytes(64)),
    "padding_0": _padded_with(0),
    "padding_33": _padded_with(33),
    "padding_255": _padded_with(255),
    "mixed_padding": mixed_padding,
    "length_4294967295": _stating(2**32 - 1),
    "length_2147483648": _stating(2**31),
    "length_0": _stating(0),
    "length_one_less": _stating(len(event()) - 1),
    "length_one_more": _stating(len(event()) + 1),
    "flipped_bit": flipped_bit,
    "last_block_lost": last_block_lost,
    "blocks_swapped": blocks_swapped,
    "two_messages": two_messages,
    "only_padding": only_padding,
    "only_random_and_length": only_random_and_length,
    "length_cut_short": length_cut_short,
    "not_utf8": not_utf8,
}
