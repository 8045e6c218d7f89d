"""Refunds: never more than was paid, one number is one refund, decided after acceptance."""

from typing import Any

import pytest

from tests.twin.pay_kit import (
    REFUND_URL,
    REFUNDS,
    Shop,
    new_number,
    open_shop,
    wait_for,
)

DAY = 86400


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def refunded(shop: Shop, number: str) -> list[dict[str, Any]]:
    found = [one for one in shop.state()["refunds"] if one["out_trade_no"] == number]
    return [{"amount": one["amount"]["refund"], "status": one["status"]} for one in found]


def done(shop: Shop, refund_no: str) -> Any:
    """The refund once it is decided."""

    def decided() -> Any:
        found = shop.call("GET", f"{REFUNDS}/{refund_no}").json()
        return found if found["status"] != "PROCESSING" else None

    return wait_for(decided)


def test_a_refund_is_processing_first_and_successful_later(shop: Shop):
    number = shop.paid()

    accepted = shop.refund(number, 3300, out_refund_no="R-first-1").json()
    final = done(shop, "R-first-1")

    assert accepted["status"] == "PROCESSING"
    assert "success_time" not in accepted
    assert final["status"] == "SUCCESS"
    assert final["success_time"].endswith("+08:00")
    assert final["refund_id"] == accepted["refund_id"]
    assert final["amount"]["payer_refund"] == 3300


def test_a_refunded_order_is_in_state_refund(shop: Shop):
    number = shop.paid()

    shop.refund(number, 1)

    assert shop.query(number).json()["trade_state"] == "REFUND"


def test_a_refund_may_name_the_transaction_id(shop: Shop):
    number = shop.paid()
    transaction_id = shop.query(number).json()["transaction_id"]
    amount = {"refund": 1, "total": 9900, "currency": "CNY"}
    body = {"transaction_id": transaction_id, "out_refund_no": new_number(), "amount": amount}

    assert shop.call("POST", REFUNDS, body).json()["out_trade_no"] == number
    body |= {"out_trade_no": shop.paid(), "out_refund_no": new_number()}
    assert refusal(shop.call("POST", REFUNDS, body)) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"amount": {"refund": 0, "total": 9900, "currency": "CNY"}}, id="zero"),
        pytest.param({"amount": {"refund": -1, "total": 9900, "currency": "CNY"}}, id="negative"),
        pytest.param({"amount": {"refund": 1.5, "total": 9900, "currency": "CNY"}}, id="float"),
        pytest.param({"amount": {"refund": 1, "total": 9900}}, id="no currency"),
        pytest.param({"amount": {"refund": 1, "total": 9900, "currency": "USD"}}, id="dollars"),
        pytest.param({"out_refund_no": "R" * 65}, id="number of 65"),
        pytest.param({"out_refund_no": "退款一"}, id="Chinese number"),
        pytest.param({"reason": "退" * 27}, id="reason of 81 bytes"),
        pytest.param({"notify_url": "https://aurora.localhost/pay?x"}, id="query in url"),
        pytest.param({"funds_account": "POCKET"}, id="unknown account"),
        pytest.param({"out_trade_no": None}, id="no order"),
        pytest.param({"coupon": 1}, id="unknown field"),
    ],
)
def test_a_bad_field_is_param_error_and_refunds_nothing(shop: Shop, changes: dict[str, Any]):
    number = shop.paid()

    answer = shop.refund(number, 1, **changes)

    assert refusal(answer) == (400, "PARAM_ERROR")
    assert refunded(shop, number) == []


def test_the_sources_must_add_up_to_the_refund(shop: Shop):
    amount: dict[str, Any] = {"refund": 300, "total": 9900, "currency": "CNY"}
    source = {"account": "AVAILABLE", "amount": 299}

    short = shop.refund(shop.paid(), 300, amount={**amount, "from": [source]})

    assert refusal(short) == (400, "PARAM_ERROR")
    source["amount"] = 300
    exact = shop.refund(shop.paid(), 300, amount={**amount, "from": [source]})
    assert exact.json()["amount"]["from"] == [source]


def test_parts_never_exceed_what_was_paid(shop: Shop):
    number = shop.paid()
    shop.refund(number, 9000)

    too_much = shop.refund(number, 901)
    rest = shop.refund(number, 900)

    assert refusal(too_much) == (400, "INVALID_REQUEST")
    assert rest.status_code == 200
    assert [one["amount"] for one in refunded(shop, number)] == [9000, 900]


def test_the_total_must_be_the_order_total(shop: Shop):
    number = shop.paid()

    assert refusal(shop.refund(number, 1, total=9901)) == (400, "INVALID_REQUEST")
    assert refunded(shop, number) == []


def test_the_same_number_twice_is_one_refund(shop: Shop):
    number, refund_no = shop.paid(), f"R{new_number()}"

    first = shop.refund(number, 3300, out_refund_no=refund_no).json()
    done(shop, refund_no)
    second = shop.refund(number, 3300, out_refund_no=refund_no).json()

    assert second["refund_id"] == first["refund_id"]
    assert second["status"] == "SUCCESS"
    assert refunded(shop, number) == [{"amount": 3300, "status": "SUCCESS"}]


@pytest.mark.parametrize("change", ["amount", "order", "reason"])
def test_the_same_number_for_another_refund_is_refused(shop: Shop, change: str):
    number, refund_no = shop.paid(), f"R{new_number()}"
    shop.refund(number, 3300, out_refund_no=refund_no)

    answer = {
        "amount": lambda: shop.refund(number, 3301, out_refund_no=refund_no),
        "order": lambda: shop.refund(shop.paid(), 3300, out_refund_no=refund_no),
        "reason": lambda: shop.refund(number, 3300, out_refund_no=refund_no, reason="x"),
    }[change]()

    assert refusal(answer) == (400, "INVALID_REQUEST")
    assert [one["amount"] for one in refunded(shop, number)] == [3300]


def test_an_unpaid_or_unknown_order_cannot_be_refunded(shop: Shop):
    number = new_number()
    shop.place(number)

    assert refusal(shop.refund(number, 1)) == (400, "INVALID_REQUEST")
    assert refusal(shop.refund("NOSUCHORDER", 1)) == (404, "RESOURCE_NOT_EXISTS")


def test_another_merchant_can_neither_refund_nor_see(shop: Shop):
    other = open_shop(shop.twin, shop.receiver, mchid="1900000199")
    number, refund_no = shop.paid(), f"R{new_number()}"
    shop.refund(number, 1, out_refund_no=refund_no)

    seen = other.call("GET", f"{REFUNDS}/{refund_no}")

    assert refusal(other.refund(number, 1)) == (404, "RESOURCE_NOT_EXISTS")
    assert refusal(seen) == (404, "RESOURCE_NOT_EXISTS")
    assert [one["amount"] for one in refunded(shop, number)] == [1]


def test_an_order_takes_fifty_parts(shop: Shop):
    number = shop.paid()
    statuses = [shop.refund(number, 1).status_code for _ in range(50)]

    answer = shop.refund(number, 1)

    assert statuses == [200] * 50
    assert refusal(answer) == (403, "RULE_LIMIT")


def test_parts_are_a_minute_apart_in_business_time(shop: Shop):
    shop.twin.settings(pay_refund_spacing=60)
    number = shop.paid()
    shop.refund(number, 1)

    hasty = shop.refund(number, 1)
    shop.twin.admin("POST", "clock", offset_seconds=61)

    assert refusal(hasty) == (429, "FREQUENCY_LIMITED")
    assert shop.refund(number, 1).status_code == 200


def test_a_year_after_payment_nothing_is_refunded(shop: Shop):
    number = shop.paid()

    shop.twin.admin("POST", "clock", offset_seconds=365 * DAY - 60)
    in_time = shop.refund(number, 1)
    shop.twin.admin("POST", "clock", offset_seconds=365 * DAY + 60)
    late = shop.refund(number, 1)

    assert in_time.status_code == 200
    assert refusal(late) == (400, "INVALID_REQUEST")


def test_a_closed_refund_gives_its_room_back_and_can_be_asked_again(shop: Shop):
    shop.twin.settings(pay_refund_outcome="CLOSED")
    number, refund_no = shop.paid(), f"R{new_number()}"
    shop.refund(number, 9900, out_refund_no=refund_no)
    closed = done(shop, refund_no)

    shop.twin.settings(pay_refund_outcome="SUCCESS")
    state_between = shop.query(number).json()["trade_state"]
    again = shop.refund(number, 9900, out_refund_no=refund_no).json()

    assert (closed["status"], state_between) == ("CLOSED", "SUCCESS")
    assert (again["status"], again["refund_id"]) == ("PROCESSING", closed["refund_id"])
    assert done(shop, refund_no)["status"] == "SUCCESS"


def test_a_held_refund_waits_for_its_result(shop: Shop):
    shop.twin.settings(pay_refund_outcome="HOLD")
    refund_no = f"R{new_number()}"
    shop.refund(shop.paid(), 1, out_refund_no=refund_no, notify_url=REFUND_URL)

    shop.twin.admin("POST", "act/refund_result", out_refund_no=refund_no, status="ABNORMAL")
    abnormal = shop.receiver.wait(refund_no)[0]
    shop.twin.admin("POST", "act/refund_result", out_refund_no=refund_no, status="SUCCESS")
    success = shop.receiver.wait(refund_no, 2)[1]

    told = [(one.event["event_type"], one.path) for one in (abnormal, success)]
    assert told == [("REFUND.ABNORMAL", "/pay/refund"), ("REFUND.SUCCESS", "/pay/refund")]


def test_a_decided_refund_stays_decided(shop: Shop):
    refund_no = f"R{new_number()}"
    shop.refund(shop.paid(), 1, out_refund_no=refund_no)
    done(shop, refund_no)

    act = {"out_refund_no": refund_no, "status": "CLOSED"}
    answer = shop.twin.try_admin("POST", "act/refund_result", **act)

    assert answer.status_code == 409
    assert done(shop, refund_no)["status"] == "SUCCESS"


def test_a_refund_notification_carries_the_refund(shop: Shop):
    number, refund_no = shop.paid(), f"R{new_number()}"

    shop.refund(number, 3300, out_refund_no=refund_no, notify_url=REFUND_URL)
    delivery = shop.receiver.wait(refund_no)[0]

    final = done(shop, refund_no)
    assert delivery.event["resource"]["original_type"] == "refund"
    assert delivery.resource == {
        "mchid": shop.mchid,
        "out_trade_no": number,
        "transaction_id": final["transaction_id"],
        "out_refund_no": refund_no,
        "refund_id": final["refund_id"],
        "refund_status": "SUCCESS",
        "success_time": final["success_time"],
        "user_received_account": "支付用户零钱",
        "amount": {"total": 9900, "refund": 3300, "payer_total": 9900, "payer_refund": 3300},
    }


def test_the_pay_log_adds_up(shop: Shop):
    other = open_shop(shop.twin, shop.receiver, mchid="1900000198")
    number, refund_no = other.paid(total=5000), f"R{new_number()}"
    other.paid(total=1)
    other.place()
    other.refund(number, 1200, total=5000, out_refund_no=refund_no)
    done(other, refund_no)

    log = shop.twin.admin("GET", "pay/log", mchid=other.mchid)

    kinds = [(one["kind"], one["amount"]) for one in log["entries"]]
    assert kinds == [("transaction", 5000), ("transaction", 1), ("refund", 1200)]
    totals = {"paid_fen": 5001, "refunded_fen": 1200, "net_fen": 3801, "transferred_fen": 0}
    assert log["totals"] == totals
