"""The door: only a fresh, well-formed, rightly signed request gets in, and answers are signed."""

import json
import time
from typing import Any

import httpx
import pytest

from tests.twin.pay_kit import (
    APIV3_KEY,
    JSAPI,
    Shop,
    assert_signed,
    http,
    new_number,
    open_shop,
    rsa_sign,
    unseal,
)


def posted(shop: Shop, raw: bytes, headers: dict[str, str]) -> httpx.Response:
    return http.post(f"{shop.twin.base}{JSAPI}", content=raw, headers=headers)


def assert_nothing_placed(shop: Shop, number: str) -> None:
    numbers = [one["out_trade_no"] for one in shop.state()["transactions"]]
    assert number not in numbers


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"timestamp": str(int(time.time()) - 3600)}, id="an hour old"),
        pytest.param({"timestamp": "yesterday"}, id="not seconds"),
        pytest.param({"timestamp": ""}, id="no timestamp"),
        pytest.param({"nonce_str": ""}, id="no nonce"),
        pytest.param({"nonce_str": "N" * 33}, id="nonce of 33"),
        pytest.param({"mchid": "1999999999"}, id="unknown merchant"),
        pytest.param({"serial_no": "0" * 40}, id="unknown serial"),
        pytest.param({"signature": ""}, id="empty signature"),
        pytest.param({"signature": "not base64!"}, id="signature not base64"),
        pytest.param({"signature": "QUJD"}, id="short signature"),
        pytest.param({"more": "x"}, id="unknown field"),
    ],
)
def test_a_wrong_authorization_is_401_sign_error(shop: Shop, changes: dict[str, str]):
    number = new_number()
    raw = json.dumps(shop.order(number)).encode()

    answer = posted(shop, raw, shop.headers("POST", JSAPI, raw, **changes))

    assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_ERROR")
    assert_nothing_placed(shop, number)


@pytest.mark.parametrize("skew", [-310, 310])
def test_a_clock_five_minutes_off_is_refused(shop: Shop, skew: int):
    path = "/v3/certificates"

    headers = shop.headers("GET", path, timestamp=str(int(time.time()) + skew))
    answer = http.get(f"{shop.twin.base}{path}", headers=headers)

    assert (answer.status_code, answer.json()["detail"]["field"]) == (401, "timestamp")


@pytest.mark.parametrize("skew", [-280, 280])
def test_a_clock_less_than_five_minutes_off_is_let_in(shop: Shop, skew: int):
    path = "/v3/certificates"

    headers = shop.headers("GET", path, timestamp=str(int(time.time()) + skew))

    assert http.get(f"{shop.twin.base}{path}", headers=headers).status_code == 200


@pytest.mark.parametrize("scheme", ["Basic", "Bearer", "WECHATPAY2-SM2-WITH-SM3"])
def test_another_authorization_scheme_is_refused(shop: Shop, scheme: str):
    headers = shop.headers("GET", "/v3/certificates")
    headers["Authorization"] = headers["Authorization"].replace("WECHATPAY2-SHA256-RSA2048", scheme)

    answer = http.get(f"{shop.twin.base}/v3/certificates", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_ERROR")


def test_a_doubled_field_is_refused(shop: Shop):
    headers = shop.headers("GET", "/v3/certificates")
    headers["Authorization"] += f',mchid="{shop.mchid}"'

    answer = http.get(f"{shop.twin.base}/v3/certificates", headers=headers)

    assert answer.status_code == 401


def test_a_body_changed_after_signing_is_refused(shop: Shop):
    number = new_number()
    raw = json.dumps(shop.order(number, total=9900)).encode()
    changed = raw.replace(b"9900", b"9901")

    answer = posted(shop, changed, shop.headers("POST", JSAPI, raw))

    assert changed != raw
    assert (answer.status_code, answer.json()["detail"]["field"]) == (401, "signature")
    assert_nothing_placed(shop, number)


def test_the_query_string_is_part_of_what_is_signed(shop: Shop):
    path = f"/v3/pay/transactions/out-trade-no/{shop.paid()}"

    headers = shop.headers("GET", path)
    answer = http.get(f"{shop.twin.base}{path}?mchid={shop.mchid}", headers=headers)

    assert answer.status_code == 401


def test_the_signature_of_another_merchant_is_refused(shop: Shop):
    other = open_shop(shop.twin, shop.receiver, mchid="1900000199")
    raw = json.dumps(shop.order()).encode()
    stamp = str(int(time.time()))
    message = f"POST\n{JSAPI}\n{stamp}\nN1\n".encode() + raw + b"\n"

    signature = rsa_sign(other.keys["private_key_pem"], message)
    headers = shop.headers("POST", JSAPI, raw, timestamp=stamp, nonce_str="N1", signature=signature)

    assert posted(shop, raw, headers).status_code == 401


@pytest.mark.parametrize(
    "raw",
    [b"{", b"[]", b'"x"', b'{"amount": NaN}', b"\xff\xfe", b"[" * 5000],
    ids=["cut off", "array", "string", "NaN", "not UTF-8", "deep"],
)
def test_a_signed_body_that_is_no_json_object_is_param_error(shop: Shop, raw: bytes):
    answer = posted(shop, raw, shop.headers("POST", JSAPI, raw))

    assert (answer.status_code, answer.json()["code"]) == (400, "PARAM_ERROR")


@pytest.mark.parametrize(
    ("name", "value"),
    [("Accept", "text/html"), ("Content-Type", "text/plain"), ("Wechatpay-Serial", "PUB_KEY_ID_1")],
)
def test_a_wrong_header_is_param_error(shop: Shop, name: str, value: str):
    number = new_number()

    answer = shop.call("POST", JSAPI, shop.order(number), **{name: value})

    assert (answer.status_code, answer.json()["code"]) == (400, "PARAM_ERROR")
    assert_nothing_placed(shop, number)


def test_answers_are_signed_with_the_public_key_of_the_merchant(shop: Shop):
    answer = shop.call("POST", JSAPI, shop.order())

    assert answer.headers["Wechatpay-Serial"] == shop.keys["public_key_id"]
    assert_signed(shop.keys["public_key_pem"], answer.headers, answer.content)
    assert answer.headers["Request-ID"]


def test_an_empty_answer_and_a_refusal_are_signed_too(shop: Shop):
    number = new_number()
    shop.place(number)

    closed, missing = shop.close(number), shop.query("NOSUCHORDER")

    assert (closed.status_code, closed.content) == (204, b"")
    assert missing.status_code == 404
    for answer in (closed, missing):
        assert_signed(shop.keys["public_key_pem"], answer.headers, answer.content)


def test_the_caller_may_ask_for_a_platform_certificate(shop: Shop):
    listed: list[dict[str, Any]] = shop.call("GET", "/v3/certificates").json()["data"]

    serial = listed[0]["serial_no"]
    answer = shop.call("GET", "/v3/certificates", **{"Wechatpay-Serial": serial})

    assert answer.headers["Wechatpay-Serial"] == serial
    assert "BEGIN CERTIFICATE" in unseal(listed[0]["encrypt_certificate"], APIV3_KEY)
    assert listed[0]["encrypt_certificate"]["associated_data"] == "certificate"


def test_an_address_that_does_not_exist_is_404_not_found(shop: Shop):
    answer = shop.call("POST", "/v3/pay/transactions/nothing", {})

    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
