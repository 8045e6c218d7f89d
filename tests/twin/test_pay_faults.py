"""Faults on order, the truth behind them, and a restart that forgets nothing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.twin.pay_kit import (
    JSAPI,
    REFUNDS,
    Shop,
    http,
    new_number,
    open_shop,
    receiving,
    running_twin,
    wait_for,
)

ORDER = "pay/transactions/jsapi"


def attempted(call: Callable[[], httpx.Response]) -> tuple[int, str] | str:
    """What a client learns from a call: (status, code or text), or "broken off"."""
    try:
        answer = call()
    except (httpx.ReadError, httpx.RemoteProtocolError):
        return "broken off"
    if answer.headers.get("content-type", "").startswith("application/json") and answer.content:
        return answer.status_code, answer.json().get("code", "ok")
    return answer.status_code, answer.text[:6]


@pytest.mark.parametrize(
    ("mode", "seen", "placed"),
    [
        ("http500", (500, "Intern"), False),
        ("html502", (502, "<html>"), False),
        ("empty", (200, ""), True),
        ("timeout_before", "broken off", False),
        ("timeout_after", "broken off", True),
        ("reset_before", "broken off", False),
        ("reset_after", "broken off", True),
    ],
)
def test_a_broken_order_call_is_placed_or_not_as_the_mode_says(
    shop: Shop, mode: str, seen: Any, placed: bool
):
    shop.twin.settings(timeout_hold=0.1)
    shop.twin.fault(ORDER, mode, times=1)
    number = new_number()

    result = attempted(lambda: shop.call("POST", JSAPI, shop.order(number)))

    assert result == seen
    assert shop.query(number).status_code == (200 if placed else 404)
    assert shop.place(number).startswith("wx")


def test_a_client_that_gives_up_first_times_out(shop: Shop):
    shop.twin.settings(timeout_hold=5)
    shop.twin.fault(ORDER, "timeout_after", times=1)
    number = new_number()
    raw = httpx.Request("POST", shop.twin.base, json=shop.order(number)).read()

    headers = shop.headers("POST", JSAPI, raw)
    with pytest.raises(httpx.ReadTimeout):
        http.post(f"{shop.twin.base}{JSAPI}", content=raw, headers=headers, timeout=0.3)

    assert shop.query(number).json()["trade_state"] == "NOTPAY"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("SYSTEM_ERROR", 500),
        ("FREQUENCY_LIMITED", 429),
        ("NOT_ENOUGH", 403),
        ("USERPAYING", 202),
        ("BANK_ERROR", 500),
        ("NO_SUCH_CODE", 500),
    ],
)
def test_an_ordered_code_is_answered_and_nothing_happens(shop: Shop, code: str, status: int):
    shop.twin.fault(ORDER, "errcode", errcode=code, times=1)
    number = new_number()

    answer = shop.call("POST", JSAPI, shop.order(number))

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert shop.query(number).status_code == 404


def test_a_system_error_may_hide_an_accepted_refund(shop: Shop):
    number, refund_no = shop.paid(), f"R{new_number()}"
    shop.twin.fault("refund/domestic/refunds", "errcode", errcode="after:SYSTEM_ERROR", times=1)

    told = shop.refund(number, 9900, out_refund_no=refund_no)
    again = shop.refund(number, 9900, out_refund_no=refund_no)

    assert (told.status_code, told.json()["code"]) == (500, "SYSTEM_ERROR")
    assert again.status_code == 200
    wait_for(lambda: shop.call("GET", f"{REFUNDS}/{refund_no}").json()["status"] == "SUCCESS")
    found = [one for one in shop.state()["refunds"] if one["out_trade_no"] == number]
    assert len(found) == 1


def test_a_lost_refund_answer_is_not_a_second_refund(shop: Shop):
    shop.twin.settings(timeout_hold=0.05)
    number, refund_no = shop.paid(), f"R{new_number()}"
    shop.twin.fault("refund/*", "reset_after", times=1)

    lost = attempted(lambda: shop.refund(number, 9900, out_refund_no=refund_no))
    again = shop.refund(number, 9900, out_refund_no=refund_no)

    assert lost == "broken off"
    assert again.status_code == 200
    assert sum(one["out_trade_no"] == number for one in shop.state()["refunds"]) == 1


def test_an_unsigned_caller_meets_no_ordered_code(shop: Shop):
    shop.twin.fault("*", "errcode", errcode="SYSTEM_ERROR", times=1)

    answer = http.get(f"{shop.twin.base}/v3/certificates")

    assert (answer.status_code, answer.json()["code"]) == (401, "SIGN_ERROR")


def test_two_payments_of_one_order_at_once_are_one(shop: Shop):
    number = new_number()
    prepay_id = shop.place(number)

    with ThreadPoolExecutor(8) as pool:
        acts = [
            pool.submit(shop.twin.try_admin, "POST", "act/pay", prepay_id=prepay_id)
            for _ in range(8)
        ]
    statuses = sorted(act.result().status_code for act in acts)

    assert statuses == [200] + [409] * 7
    assert sum(one["out_trade_no"] == number for one in shop.twin.log("pay.transaction")) == 1


def test_refunds_at_once_never_exceed_what_was_paid(shop: Shop):
    number = shop.paid(total=1000)

    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(shop.refund, number, 300, total=1000) for _ in range(8)]
    statuses = sorted(call.result().status_code for call in calls)

    assert statuses == [200] * 3 + [400] * 5


def test_a_restart_forgets_neither_keys_nor_orders_nor_what_is_owed(tmp_path: Path):
    with receiving() as receiver, running_twin(tmp_path, receiver.port) as twin:
        shop = open_shop(twin, receiver)
        twin.settings(pay_notify_scale=0.02)
        receiver.answers = [500]
        number, unpaid = shop.paid(), new_number()
        prepay_id = shop.place(unpaid)
        receiver.wait(number)

        twin.restart()

        receiver.wait(number, 2)
        shop.pay(prepay_id)
        states = [shop.query(each).json()["trade_state"] for each in (number, unpaid)]
        assert states == ["SUCCESS", "SUCCESS"]
        assert open_shop(twin, receiver).keys == shop.keys


def test_a_merchant_keeps_its_keys_and_gains_appids(shop: Shop):
    more = {"mchid": shop.mchid, "appid": "wxaurora000000002"}

    again = shop.twin.admin("POST", "merchants", **more)

    assert again["appids"][-1] == "wxaurora000000002"
    assert {**again, "appids": None} == {**shop.keys, "appids": None}


@pytest.mark.parametrize(
    "merchant",
    [
        {"mchid": "19", "appid": "wx1", "apiv3_key": "k" * 32},
        {"mchid": "1900000777", "appid": "wx1", "apiv3_key": "k" * 31},
        {"mchid": "1900000777", "apiv3_key": "k" * 32},
        {"mchid": "1900000777", "appid": "wx1", "apiv3_key": "k" * 32, "public_key_pem": "x"},
        {"mchid": "1900000777", "appid": "wx1", "apiv3_key": "k" * 32, "signing": "md5"},
    ],
    ids=["mchid", "apiv3 key", "no appid", "no key", "mode"],
)
def test_a_merchant_that_cannot_be_is_refused(shop: Shop, merchant: dict[str, str]):
    assert shop.twin.try_admin("POST", "merchants", **merchant).status_code == 400
