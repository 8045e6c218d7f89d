"""The forged notifications are wrong in the one way they say, and in no other."""

import json
import time
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.twin.forge_pay import (
    FORGERIES,
    Desk,
    Forged,
    Forgery,
    Kind,
    Known,
    again,
    name_of,
    of_kind,
    resigned,
    retold,
)
from tests.twin.pay_kit import APIV3_KEY, APPID, SCHEME, Shop, assert_signed, unseal

ORDER = Known("ORD0000000000001", 9900, "oEve000000000000000000000000")


def new_pem() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@pytest.fixture(scope="module")
def desk(whole_shop: Shop) -> Desk:
    """WeChat Pay's desk for the merchant, its true key taken from the twin."""
    listed = whole_shop.twin.admin("GET", "merchants", mchid=whole_shop.mchid)["merchants"]
    assert len(listed) == 1
    key = listed[0]["wxpay_private_key_pem"]
    key_id = listed[0]["public_key_id"]
    return Desk(whole_shop.mchid, APPID, APIV3_KEY, key_id, key, new_pem())


def is_trusted(shop: Shop, desk: Desk, forged: Forged) -> bool:
    """A strict receiver's first look: known serial, fresh timestamp, right signature."""
    headers = forged.headers
    stamp = headers.get("Wechatpay-Timestamp", "")
    if headers.get("Wechatpay-Serial") != desk.key_id or not stamp.isdigit():
        return False
    if abs(int(stamp) - time.time()) > 300:
        return False
    if headers.get("Wechatpay-Signature-Type") != SCHEME:
        return False
    try:
        assert_signed(shop.keys["public_key_pem"], headers, forged.body)
    except (InvalidSignature, ValueError, KeyError):
        return False
    return True


def opened(forged: Forged) -> Any:
    """The plaintext of a notification. Raises whatever is wrong with it."""
    return json.loads(unseal(json.loads(forged.body)["resource"]))


def test_there_are_enough_of_each_kind():
    counts = {kind: len(of_kind(kind)) for kind in Kind}

    assert counts[Kind.UNSIGNED] >= 30
    assert counts[Kind.UNREADABLE] >= 30
    assert counts[Kind.SENSELESS] >= 40
    assert len(FORGERIES) == sum(counts.values())


@pytest.mark.parametrize("forged", of_kind(Kind.UNSIGNED), ids=name_of)
def test_an_unsigned_one_is_not_trusted_but_its_content_is_true(
    whole_shop: Shop, desk: Desk, forged: Forgery
):
    request = forged.build(desk, ORDER)

    assert not is_trusted(whole_shop, desk, request)
    assert opened(request)["amount"]["total"] == ORDER.total


@pytest.mark.parametrize("forged", of_kind(Kind.UNREADABLE), ids=name_of)
def test_an_unreadable_one_is_trusted_and_cannot_be_used(
    whole_shop: Shop, desk: Desk, forged: Forgery
):
    request = forged.build(desk, ORDER)

    assert is_trusted(whole_shop, desk, request)
    try:
        usable = opened(request)["amount"]["total"] == ORDER.total
    except Exception:
        usable = False
    assert not usable


@pytest.mark.parametrize("forged", of_kind(Kind.SENSELESS, Kind.ODD, Kind.GENUINE), ids=name_of)
def test_the_others_are_trusted_and_open(whole_shop: Shop, desk: Desk, forged: Forgery):
    request = forged.build(desk, ORDER)

    assert is_trusted(whole_shop, desk, request)
    assert opened(request)


def test_a_senseless_one_is_not_the_true_payment(desk: Desk):
    true = opened(FORGERIES["genuine"].build(desk, ORDER))
    same = set()
    for forged in of_kind(Kind.SENSELESS):
        plain = opened(forged.build(desk, ORDER))
        if plain == true | {"success_time": plain.get("success_time")}:
            same.add(forged.name)

    # These are wrong in the envelope, or in a type that Python takes for equal.
    assert same == {
        "event_type_unknown",
        "event_type_missing",
        "event_type_a_list",
        "a_payment_called_a_refund",
        "total_as_float",
    }


def test_repeats_differ_as_they_should(desk: Desk):
    first = FORGERIES["genuine"].build(desk, ORDER)

    assert again(first) == first
    assert resigned(desk, first).body == first.body
    assert resigned(desk, first).headers != first.headers
    assert json.loads(retold(desk, ORDER).body)["id"] != json.loads(first.body)["id"]


def test_headers_fit_the_test_client_of_django(desk: Desk):
    meta = FORGERIES["genuine"].build(desk, ORDER).meta()

    assert set(meta) == {
        "HTTP_WECHATPAY_TIMESTAMP",
        "HTTP_WECHATPAY_NONCE",
        "HTTP_WECHATPAY_SIGNATURE",
        "HTTP_WECHATPAY_SERIAL",
        "HTTP_WECHATPAY_SIGNATURE_TYPE",
    }
