"""Vectors that other implementations agree on."""

import hashlib

import pytest

from wecom.guard import CallbackRefused, open_message
from wecom.signer import sign


def test_the_script_signature_is_the_documented_one() -> None:
    ticket = (
        "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
    )
    url = "http://mp.weixin.qq.com?params=value"

    made = sign(ticket, "Wm3WZYTPz0wzccnW", 1414587457, url)

    assert made == "0f9de62fce790f9a083d5c99e95740ceb90c27ed"
    assert sign(ticket, "Wm3WZYTPz0wzccnW", 1414587457, url + "#/cart") == made


ECHO = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
CORP = "wx5823bf96d3bd56c7"


def test_the_sample_address_verification_opens() -> None:
    joined = "".join(sorted(["QDG6eK", "1409659589", "263014780", ECHO]))
    signature = hashlib.sha1(joined.encode()).hexdigest()

    assert signature == "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"
    assert open_message(KEY, CORP, ECHO) == "1616140317555161061"


def test_the_sample_opens_for_its_receiver_only() -> None:
    with pytest.raises(CallbackRefused):
        open_message(KEY, "wx5823bf96d3bd56c8", ECHO)
