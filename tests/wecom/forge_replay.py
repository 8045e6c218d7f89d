"""Callbacks that WeCom did not send, or not now, or not to us: refused without a trace."""

import hashlib
import time
from dataclasses import replace
from urllib.parse import urlencode

from tests.wecom.forge_desk import (
    CORP_ID,
    TOKEN,
    Build,
    Forged,
    as_query,
    echo,
    encrypt,
    envelope,
    event,
    genuine,
    said,
    signature,
    signed,
    signed_query,
)

OTHER_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


def _query(**over: object) -> Build:
    """A genuine callback with query parameters replaced or (None) left out."""

    def build() -> Forged:
        ciphertext = encrypt(event())
        return Forged(as_query(signed_query(ciphertext, **over)), envelope(ciphertext))

    return build


def _stamp(value: str) -> Build:
    """Rightly signed over a strange timestamp."""

    def build() -> Forged:
        return signed(encrypt(event()), signed_stamp=value)

    return build


def _nonce(value: str) -> Build:
    def build() -> Forged:
        return signed(encrypt(event()), signed_nonce=value)

    return build


def _age(seconds: float) -> Build:
    def build() -> Forged:
        return signed(encrypt(event()), shift=seconds)

    return build


def _twice(name: str, value: str) -> Build:
    """The genuine query with one parameter given a second time."""

    def build() -> Forged:
        true = genuine()
        return replace(true, query=f"{true.query}&{urlencode({name: value})}")

    return build


def _first_wins(name: str, value: str) -> Build:
    def build() -> Forged:
        true = genuine()
        return replace(true, query=f"{urlencode({name: value})}&{true.query}")

    return build


def swapped_signature() -> Forged:
    """The signature of one message on another."""
    mine, other = encrypt(event()), encrypt(event(UserID="wx_dee"))
    return Forged(as_query(signed_query(other)), envelope(mine))


def swapped_nonce() -> Forged:
    return _query(nonce="n0nce124")()


def upper_case_signature() -> Forged:
    ciphertext = encrypt(event())
    values = signed_query(ciphertext)
    values["msg_signature"] = values["msg_signature"].upper()
    return Forged(as_query(values), envelope(ciphertext))


def unsorted_signature() -> Forged:
    """Joined in the order of the query instead of sorted."""
    ciphertext, stamp = encrypt(event()), str(int(time.time()))
    made = hashlib.sha1(f"{TOKEN}{stamp}zzz{ciphertext}".encode()).hexdigest()
    assert made != signature(stamp, "zzz", ciphertext)
    values = {"msg_signature": made, "timestamp": stamp, "nonce": "zzz"}
    return Forged(as_query(values), envelope(ciphertext))


def signature_without_body() -> Forged:
    """Signed as a 公众号 signs: token, timestamp and nonce only."""
    ciphertext, stamp = encrypt(event()), str(int(time.time()))
    made = signature(stamp, "n1", "")
    values = {"msg_signature": made, "timestamp": stamp, "nonce": "n1"}
    return Forged(as_query(values), envelope(ciphertext))


def parameters_in_body() -> Forged:
    ciphertext = encrypt(event())
    fields = {**signed_query(ciphertext), "Encrypt": ciphertext}
    return Forged("", urlencode(fields).encode())


def json_body() -> Forged:
    ciphertext = encrypt(event())
    body = f'{{"tousername":"{CORP_ID}","encrypt":"{ciphertext}"}}'
    return Forged(as_query(signed_query(ciphertext)), body.encode())


def wrong_receiver() -> Forged:
    return said(event(), receiver="wwsomebodyelse0001")


def envelope_to_another_corp() -> Forged:
    ciphertext = encrypt(event())
    return Forged(as_query(signed_query(ciphertext)), envelope(ciphertext, to="wwother"))


def other_address() -> Forged:
    return replace(genuine(), path="/wecom/callback/0000000000000000000000000w")


def customer_host() -> Forged:
    return replace(genuine(), host="m.aurora.localhost")


def other_merchants_host() -> Forged:
    return replace(genuine(), host="breeze.localhost")


def with_method(method: str) -> Build:
    return lambda: replace(genuine(), method=method)


def old_echo() -> Forged:
    ciphertext = encrypt("1616140317555161061")
    values = {**signed_query(ciphertext, shift=-86_400), "echostr": ciphertext}
    return Forged(as_query(values), method="GET")


def echo_of_another_key() -> Forged:
    ciphertext = encrypt("1616140317555161061", key=OTHER_KEY)
    values = {**signed_query(ciphertext), "echostr": ciphertext}
    return Forged(as_query(values), method="GET")


def echo_twice() -> Forged:
    true = echo()
    return replace(true, query=f"{true.query}&echostr=AAAA")


REFUSED: dict[str, tuple[Build, int]] = {
    "no_signature": (_query(msg_signature=None), 400),
    "empty_signature": (_query(msg_signature=""), 400),
    "short_signature": (_query(msg_signature="a" * 39), 400),
    "long_signature": (_query(msg_signature="a" * 41), 400),
    "signature_not_hex": (_query(msg_signature="g" * 40), 400),
    "zero_signature": (_query(msg_signature="0" * 40), 401),
    "upper_case_signature": (upper_case_signature, 400),
    "swapped_signature": (swapped_signature, 401),
    "unsorted_signature": (unsorted_signature, 401),
    "signature_without_body": (signature_without_body, 401),
    "signature_twice": (_twice("msg_signature", "0" * 40), 400),
    "false_signature_first": (_first_wins("msg_signature", "0" * 40), 400),
    "other_tokens_signature": (_query(token="t0kenOfBreeze"), 401),
    "empty_tokens_signature": (_query(token=""), 401),
    "no_timestamp": (_query(timestamp=None), 400),
    "empty_timestamp": (_query(timestamp=""), 400),
    "other_timestamp": (_query(timestamp=str(int(time.time()) - 7)), 401),
    "word_timestamp": (_stamp("yesterday"), 400),
    "negative_timestamp": (_stamp("-1760000000"), 400),
    "decimal_timestamp": (_stamp("1760000000.5"), 400),
    "exponent_timestamp": (_stamp("1e9"), 400),
    "full_width_timestamp": (_stamp("１７６００００００１"), 400),
    "millisecond_timestamp": (_stamp(str(int(time.time() * 1000))), 400),
    "timestamp_with_newline": (_stamp(f"{int(time.time())}\n"), 400),
    "timestamp_twice": (_twice("timestamp", "1760000001"), 400),
    "a_day_old": (_age(-86_400), 401),
    "a_day_ahead": (_age(86_400), 401),
    "five_minutes_old": (_age(-310), 401),
    "five_minutes_ahead": (_age(310), 401),
    "from_1970": (_stamp("000000001"), 401),
    "no_nonce": (_query(nonce=None), 400),
    "empty_nonce": (_nonce(""), 400),
    "swapped_nonce": (swapped_nonce, 401),
    "long_nonce": (_nonce("n" * 65), 400),
    "nonce_with_control": (_nonce("a\x00b"), 400),
    "nonce_twice": (_twice("nonce", "n0nce123"), 400),
    "wrong_receiver": (wrong_receiver, 400),
    "no_receiver": (lambda: said(event(), receiver=""), 400),
    "start_of_receiver": (lambda: said(event(), receiver=CORP_ID[:-1]), 400),
    "receiver_and_more": (lambda: said(event(), receiver=CORP_ID + "x"), 400),
    "suite_as_receiver": (lambda: said(event(), receiver="tj4asffe99e54c0f4c"), 400),
    "other_merchants_aes_key": (lambda: said(event(), key=OTHER_KEY), 400),
    "envelope_to_another_corp": (envelope_to_another_corp, 400),
    "other_address": (other_address, 404),
    "customer_host": (customer_host, 404),
    "other_merchants_host": (other_merchants_host, 404),
    "parameters_in_body": (parameters_in_body, 400),
    "json_body": (json_body, 400),
    "put": (with_method("PUT"), 405),
    "patch": (with_method("PATCH"), 405),
    "delete": (with_method("DELETE"), 405),
    "head": (with_method("HEAD"), 405),
    "get_without_echostr": (with_method("GET"), 400),
    "echo_tampered": (lambda: echo(echostr=encrypt("other")), 401),
    "echo_not_base64": (lambda: echo(echostr="<script>alert(1)</script>"), 400),
    "echo_empty": (lambda: echo(echostr=""), 400),
    "echo_twice": (echo_twice, 400),
    "echo_to_another_corp": (lambda: echo(receiver="wwsomebodyelse0001"), 400),
    "echo_of_another_key": (echo_of_another_key, 400),
    "echo_a_day_old": (old_echo, 401),
    "echo_without_signature": (lambda: echo(msg_signature=None), 400),
}
