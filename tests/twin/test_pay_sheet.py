"""The pay sheet: only what the merchant signed can be paid, once, by the payer of the order."""

from typing import Any

import httpx
import pytest

from tests.twin.pay_kit import Shop, http, new_number, open_shop


def confirmed(shop: Shop, asked: Any) -> httpx.Response:
    return http.post(f"{shop.twin.base}/_twin/phone/pay", json=asked)


def test_a_rightly_signed_sheet_is_paid_by_the_payer_of_the_order(shop: Shop):
    number = new_number()

    answer = confirmed(shop, shop.sheet(shop.place(number)))

    assert (answer.status_code, answer.json()["result"]) == (200, "ok")
    assert shop.query(number).json()["payer"] == {"openid": shop.openid}


def test_the_preview_shows_amount_and_merchant_and_pays_nothing(shop: Shop):
    number = new_number()

    shown = shop.twin.admin("POST", "phone/pay/preview", **shop.sheet(shop.place(number)))

    assert (shown["merchant"], shown["amount"]) == ("Aurora 旗舰店", 9900)
    assert shown["description"] == "护手霜礼盒"
    assert shop.query(number).json()["trade_state"] == "NOTPAY"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"timeStamp": "1"}, "SIGN", id="timeStamp"),
        pytest.param({"nonceStr": "other"}, "SIGN", id="nonce"),
        pytest.param({"paySign": "QUJD"}, "SIGN", id="signature"),
        pytest.param({"paySign": ""}, "PARAM", id="no signature"),
        pytest.param({"signType": "MD5"}, "SIGN_TYPE", id="MD5"),
        pytest.param({"appId": "wxbreeze000000001"}, "APPID", id="appId"),
        pytest.param({"package": "prepay_id=wx2026"}, "PREPAY", id="unknown prepay"),
        pytest.param({"package": "wx2026"}, "PARAM", id="no package"),
        pytest.param({"timeStamp": 1}, "PARAM", id="timeStamp as a number"),
    ],
)
def test_a_sheet_changed_after_signing_is_not_paid(shop: Shop, changes: Any, code: str):
    number = new_number()

    answer = confirmed(shop, {**shop.sheet(shop.place(number)), **changes})

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert shop.query(number).json()["trade_state"] == "NOTPAY"


def test_another_merchant_cannot_sign_for_this_order(shop: Shop):
    other = open_shop(shop.twin, shop.receiver, mchid="1900000199")

    answer = confirmed(shop, other.sheet(shop.place()))

    assert answer.json()["code"] == "SIGN"


def test_an_order_is_paid_once(shop: Shop):
    number = new_number()
    sheets = [shop.sheet(shop.place(number)), shop.sheet(shop.place(number))]

    first, second = [confirmed(shop, sheet).json() for sheet in sheets]

    assert (first["result"], second["code"]) == ("ok", "ORDERPAID")
    entries = shop.twin.admin("GET", "pay/log", mchid=shop.mchid)["entries"]
    assert [one["amount"] for one in entries if one["out_trade_no"] == number] == [9900]


def test_only_the_payer_can_pay_from_the_admin_api(shop: Shop):
    stranger = shop.twin.admin("POST", "people", name="Zoe")["person"]

    answer = shop.twin.try_admin("POST", "act/pay", prepay_id=shop.place(), person=stranger)

    assert answer.status_code == 409


def test_an_order_whose_answer_was_lost_can_still_be_paid_by_number(shop: Shop):
    number = new_number()
    shop.place(number)

    shop.twin.admin("POST", "act/pay", mchid=shop.mchid, out_trade_no=number)

    assert shop.query(number).json()["trade_state"] == "SUCCESS"


def test_a_page_of_any_origin_may_ask(shop: Shop):
    origin = "http://m.aurora.localhost:8000"

    answer = http.options(f"{shop.twin.base}/_twin/phone/pay", headers={"Origin": origin})

    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == origin


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"null"])
def test_a_sheet_that_is_no_object_is_refused(shop: Shop, raw: bytes):
    answer = http.post(f"{shop.twin.base}/_twin/phone/pay", content=raw)

    assert (answer.status_code, answer.json()["code"]) == (400, "PARAM")
