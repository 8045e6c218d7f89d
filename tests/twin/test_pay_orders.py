"""Orders: what is accepted, what the same number means twice, and how an order ends."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.twin.pay_kit import (
    APPID,
    JSAPI,
    Shop,
    new_number,
    open_shop,
)


def minutes_on(minutes: float) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat(timespec="seconds")


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"amount": {"total": 0}}, id="zero"),
        pytest.param({"amount": {"total": -1}}, id="negative"),
        pytest.param({"amount": {"total": 99.0}}, id="float"),
        pytest.param({"amount": {"total": "9900"}}, id="text"),
        pytest.param({"amount": {"total": True}}, id="true"),
        pytest.param({"amount": {"total": 10**12}}, id="huge"),
        pytest.param({"amount": {"total": 1, "currency": "USD"}}, id="dollars"),
        pytest.param({"amount": {}}, id="no total"),
        pytest.param({"amount": {"total": 1, "cents": 1}}, id="unknown amount field"),
        pytest.param({"out_trade_no": "short"}, id="number of 5"),
        pytest.param({"out_trade_no": "N" * 33}, id="number of 33"),
        pytest.param({"out_trade_no": "ORDER/00001"}, id="slash in number"),
        pytest.param({"out_trade_no": "ORDER|00001"}, id="bar in number"),
        pytest.param({"out_trade_no": "订单号一二三"}, id="Chinese number"),
        pytest.param({"description": ""}, id="no description"),
        pytest.param({"description": "霜" * 43}, id="description of 129 bytes"),
        pytest.param({"attach": "a" * 129}, id="attach of 129"),
        pytest.param({"notify_url": "http://aurora.localhost/pay"}, id="http"),
        pytest.param({"notify_url": "https://aurora.localhost/pay?x=1"}, id="query"),
        pytest.param({"notify_url": "https://aurora.localhost/" + "p" * 240}, id="long url"),
        pytest.param({"notify_url": None}, id="no url"),
        pytest.param({"payer": {}}, id="no openid"),
        pytest.param({"payer": {"openid": "oNobody00000000000000000000"}}, id="unknown openid"),
        pytest.param({"time_expire": "tomorrow"}, id="no time"),
        pytest.param({"time_expire": "2036-01-01T00:00:00"}, id="time without zone"),
        pytest.param({"time_expire": "2000-01-01T00:00:00+08:00"}, id="time past"),
        pytest.param({"time_expire": "2066-01-01T00:00:00+08:00"}, id="time past 90 days"),
        pytest.param({"settle_info": {"profit_sharing": "false"}}, id="text for a switch"),
        pytest.param({"scene_info": {}}, id="scene without ip"),
        pytest.param({"trade_type": "JSAPI"}, id="unknown field"),
    ],
)
def test_a_bad_field_is_param_error_and_places_nothing(shop: Shop, changes: dict[str, Any]):
    body = shop.order() | changes

    answer = shop.call("POST", JSAPI, body)

    assert refusal(answer) == (400, "PARAM_ERROR")
    numbers = [one["out_trade_no"] for one in shop.state()["transactions"]]
    assert body["out_trade_no"] not in numbers


def test_a_bad_field_is_named_in_the_detail(shop: Shop):
    answer = shop.call("POST", JSAPI, shop.order(amount={"total": -1}))

    assert answer.json()["detail"]["field"] == "/body/amount/total"


@pytest.mark.parametrize("number", ["ORD-6*", "a" * 32, "_-*_-*"])
def test_every_allowed_letter_makes_a_number(shop: Shop, number: str):
    assert shop.place(number).startswith("wx")


def test_an_appid_of_another_merchant_is_refused(shop: Shop):
    answer = shop.call("POST", JSAPI, shop.order(appid="wxbreeze000000001"))

    assert refusal(answer) == (400, "APPID_MCHID_NOT_MATCH")


def test_an_openid_of_another_account_is_a_mismatch(shop: Shop):
    theirs = shop.twin.admin("POST", "pay/openid", person=shop.person, appid="wxbreeze000000001")

    answer = shop.call("POST", JSAPI, shop.order(payer={"openid": theirs["openid"]}))

    assert refusal(answer) == (500, "OPENID_MISMATCH")


def test_another_merchant_number_in_the_body_is_refused(shop: Shop):
    other = open_shop(shop.twin, shop.receiver, mchid="1900000199")

    assert refusal(shop.call("POST", JSAPI, shop.order(mchid=other.mchid))) == (403, "NO_AUTH")
    missing = shop.call("POST", JSAPI, shop.order(mchid="1999999999"))
    assert refusal(missing) == (400, "MCH_NOT_EXISTS")


def test_the_same_order_again_gets_a_fresh_prepay_id(shop: Shop):
    number = new_number()

    first, second = shop.place(number), shop.place(number)

    assert first != second
    found = [one for one in shop.state()["transactions"] if one["out_trade_no"] == number]
    assert [one["prepay_ids"] for one in found] == [[first, second]]


@pytest.mark.parametrize(
    "changes",
    [{"amount": {"total": 1}}, {"description": "别的商品"}, {"attach": "x"}],
    ids=["amount", "description", "attach"],
)
def test_the_same_number_for_another_order_is_refused(shop: Shop, changes: dict[str, Any]):
    number = new_number()
    shop.place(number)

    answer = shop.call("POST", JSAPI, shop.order(number) | changes)

    assert refusal(answer) == (400, "INVALID_REQUEST")
    assert shop.query(number).json()["amount"]["total"] == 9900


def test_a_later_time_expire_does_not_make_another_order(shop: Shop):
    number = new_number()
    shop.place(number, time_expire=minutes_on(10))

    shop.place(number, time_expire=minutes_on(60))
    shop.twin.admin("POST", "clock", offset_seconds=11 * 60)

    assert shop.query(number).json()["trade_state"] == "CLOSED"


def test_a_paid_number_cannot_be_placed_again(shop: Shop):
    number = shop.paid()

    answer = shop.call("POST", JSAPI, shop.order(number))

    assert refusal(answer) == (403, "OUT_TRADE_NO_USED")


def test_a_closed_number_cannot_be_placed_again(shop: Shop):
    number = new_number()
    shop.place(number)
    shop.close(number)

    assert refusal(shop.call("POST", JSAPI, shop.order(number))) == (400, "ORDER_CLOSED")


def test_two_merchants_may_use_the_same_number(shop: Shop):
    other = open_shop(shop.twin, shop.receiver, mchid="1900000199")
    number = new_number()

    shop.pay(shop.place(number, total=100))
    other.place(number, total=200)

    assert shop.query(number).json()["trade_state"] == "SUCCESS"
    assert other.query(number).json()["trade_state"] == "NOTPAY"


def test_an_unpaid_order_shows_no_payment(shop: Shop):
    number = new_number()
    shop.place(number, attach="card=7")

    assert shop.query(number).json() == {
        "appid": APPID,
        "mchid": shop.mchid,
        "out_trade_no": number,
        "attach": "card=7",
        "trade_state": "NOTPAY",
        "trade_state_desc": "订单未支付",
        "amount": {"total": 9900, "currency": "CNY", "payer_currency": "CNY"},
    }


def test_a_paid_order_is_found_by_both_numbers(shop: Shop):
    number = shop.paid()

    by_number = shop.query(number).json()
    path = f"/v3/pay/transactions/id/{by_number['transaction_id']}?mchid={shop.mchid}"

    assert shop.call("GET", path).json() == by_number
    assert by_number["payer"] == {"openid": shop.openid}
    assert by_number["amount"]["payer_total"] == 9900
    assert len(by_number["transaction_id"]) == 28


def test_queries_must_name_their_own_merchant(shop: Shop):
    path = f"/v3/pay/transactions/out-trade-no/{shop.paid()}"

    assert refusal(shop.call("GET", path)) == (400, "PARAM_ERROR")
    assert refusal(shop.call("GET", f"{path}?mchid=1900000199")) == (403, "NO_AUTH")


def test_another_merchant_cannot_see_the_order(shop: Shop):
    other = open_shop(shop.twin, shop.receiver, mchid="1900000199")
    number = shop.paid()

    paid = shop.query(number).json()
    path = f"/v3/pay/transactions/id/{paid['transaction_id']}?mchid={other.mchid}"

    assert refusal(other.query(number)) == (404, "ORDER_NOT_EXIST")
    assert refusal(other.call("GET", path)) == (404, "ORDER_NOT_EXIST")
    assert refusal(other.close(number)) == (404, "ORDER_NOT_EXIST")


def test_a_paid_order_cannot_be_closed(shop: Shop):
    number = shop.paid()

    assert refusal(shop.close(number)) == (400, "ORDERPAID")
    assert shop.query(number).json()["trade_state"] == "SUCCESS"


def test_closing_twice_is_an_error_or_not_as_the_switch_says(shop: Shop):
    number = new_number()
    shop.place(number)
    shop.close(number)

    strict = shop.close(number)
    shop.twin.settings(pay_close_twice="ok")

    assert refusal(strict) == (400, "ORDER_CLOSED")
    assert shop.close(number).status_code == 204


def test_a_closed_order_cannot_be_paid(shop: Shop):
    number = new_number()
    prepay_id = shop.place(number)
    shop.close(number)

    answer = shop.twin.try_admin("POST", "act/pay", prepay_id=prepay_id)

    assert answer.status_code == 409
    assert shop.query(number).json()["trade_state"] == "CLOSED"


def test_an_order_ends_at_its_time_expire_of_business_time(shop: Shop):
    number = new_number()
    prepay_id = shop.place(number, time_expire=minutes_on(10))

    shop.twin.admin("POST", "clock", offset_seconds=10 * 60 + 1)
    answer = shop.twin.try_admin("POST", "act/pay", prepay_id=prepay_id)

    assert answer.status_code == 409
    assert shop.query(number).json()["trade_state"] == "CLOSED"


def test_a_prepay_id_lives_two_hours_and_the_order_longer(shop: Shop):
    number = new_number()
    stale = shop.place(number)

    shop.twin.admin("POST", "clock", offset_seconds=2 * 3600 + 1)
    answer = shop.twin.try_admin("POST", "act/pay", prepay_id=stale)
    shop.pay(shop.place(number))

    assert answer.status_code == 409
    assert shop.query(number).json()["trade_state"] == "SUCCESS"


def test_success_time_is_business_time(shop: Shop):
    shop.twin.admin("POST", "clock", offset_seconds=30 * 86400)

    moment = shop.query(shop.paid()).json()["success_time"]

    assert moment.endswith("+08:00")
    ahead = datetime.fromisoformat(moment).timestamp() - time.time()
    assert 30 * 86400 - 5 < ahead < 30 * 86400 + 5


def test_the_old_spelling_of_codes_is_a_switch(shop: Shop):
    shop.twin.settings(pay_old_error_spelling=True)

    assert refusal(shop.query("NOSUCHORDER")) == (404, "ORDERNOTEXIST")
