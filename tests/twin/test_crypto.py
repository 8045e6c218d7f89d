"""The vectors of the platform's own samples, and the QR code against another encoder."""

import base64
from hashlib import sha256

import pytest
import segno

from twin.phone.qr import qr_grid
from twin.wecom.crypto import BadCipher, CallbackCipher, jssdk_signature

KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
CIPHER = CallbackCipher("QDG6eK", KEY, "wx5823bf96d3bd56c7")
ECHO = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="


def test_jssdk_signature_matches_the_published_vector() -> None:
    ticket = (
        "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
    )

    signature = jssdk_signature(
        ticket, "Wm3WZYTPz0wzccnW", "1414587457", "http://mp.weixin.qq.com?params=value"
    )

    assert signature == "0f9de62fce790f9a083d5c99e95740ceb90c27ed"


def test_published_verify_url_sample_has_its_signature_and_opens() -> None:
    signature = CIPHER.sign("1409659589", "263014780", ECHO)

    assert signature == "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"
    assert CIPHER.decrypt(ECHO) == b"1616140317555161061"


@pytest.mark.parametrize("length", [0, 1, 11, 12, 13, 31, 32, 33, 4000])
def test_what_is_encrypted_opens_again_at_every_padding(length: int) -> None:
    message = ("礼" * length).encode()[:length]

    assert CIPHER.decrypt(CIPHER.encrypt(message)) == message


def test_another_receiver_or_key_cannot_open_it() -> None:
    sealed = CIPHER.encrypt(b"<xml/>")

    for other in (
        CallbackCipher("QDG6eK", KEY, "wwother"),
        CallbackCipher("QDG6eK", "A" * 43, "wx5823bf96d3bd56c7"),
    ):
        with pytest.raises(BadCipher):
            other.decrypt(sealed)


def test_text_is_padded_to_blocks_of_32_not_16() -> None:
    lengths = {len(base64.b64decode(CIPHER.encrypt(b"x" * n))) % 32 for n in range(40)}

    assert lengths == {0}


@pytest.mark.parametrize("length", [17, 53, 78, 106])
def test_qr_code_equals_the_one_of_another_encoder(length: int) -> None:
    text = sha256(str(length).encode()).hexdigest() * 2
    text = text[:length]

    other = segno.make_qr(text.encode(), error="l", mask=0, mode="byte", boost_error=False)

    assert qr_grid(text) == [[bool(module) for module in row] for row in other.matrix]
