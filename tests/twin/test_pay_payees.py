"""收款确认: the payee takes a transfer on the phone, or time, the merchant or WeChat ends it."""

from typing import Any

import httpx
import pytest

from tests.twin.pay_kit import APPID, BILLS, Shop, http, new_number, open_shop, wait_for
from tests.twin.test_pay_transfers import bill, query, refusal

HOUR = 3600


def made(shop: Shop, number: str, **changes: Any) -> dict[str, Any]:
    answer = shop.call("POST", BILLS, bill(shop, number, **changes))
    assert answer.status_code == 200, answer.text
    return answer.json()


def sheet(shop: Shop, waiting: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The argument of wx.requestMerchantTransfer."""
    asked = {"mchId": shop.mchid, "appId": APPID, "package": waiting["package_info"]}
    return {**asked, **changes}


def asked(shop: Shop, body: Any, path: str = "transfer", **more: Any) -> httpx.Response:
    return http.post(f"{shop.twin.base}/_twin/phone/{path}", json=body, **more)


def state(shop: Shop, number: str) -> str:
    return str(query(shop, number).json()["state"])


def ended(shop: Shop, number: str) -> dict[str, Any]:
    finals = ("SUCCESS", "FAIL", "CANCELLED")
    wait_for(lambda: state(shop, number) in finals)
    return query(shop, number).json()


def phone(shop: Shop, person: str) -> httpx.Client:
    client = httpx.Client(base_url=shop.twin.base, trust_env=False)
    assert client.post(f"/phone/be/{person}").status_code == 303
    return client


def test_the_sheet_shows_who_pays_how_much_and_moves_nothing(shop: Shop):
    number = new_number()
    waiting = made(shop, number)

    shown = asked(shop, sheet(shop, waiting), "transfer/preview").json()

    assert (shown["result"], shown["merchant"], shown["amount"]) == ("ok", "Aurora 旗舰店", 8800)
    assert shown["description"] == "11月佣金"
    assert state(shop, number) == "WAIT_USER_CONFIRM"


def test_a_confirmed_bill_is_on_its_way_and_then_there(shop: Shop):
    shop.twin.settings(pay_transfer_delay=0.3)
    number = new_number()

    answer = asked(shop, sheet(shop, made(shop, number)))

    assert (answer.status_code, answer.json()["state"]) == (200, "TRANSFERING")
    assert state(shop, number) == "TRANSFERING"
    assert ended(shop, number)["state"] == "SUCCESS"
    told = shop.receiver.wait(number)[0].resource
    assert (told["state"], told["transfer_amount"]) == ("SUCCESS", 8800)
    kinds = [row["state"] for row in shop.twin.log("transfer") if row["out_bill_no"] == number]
    assert kinds == ["WAIT_USER_CONFIRM", "TRANSFERING", "SUCCESS"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"package": "ABBQOother"}, "PACKAGE", id="package"),
        pytest.param({"package": ""}, "PARAM", id="no package"),
        pytest.param({"package": 5}, "PARAM", id="package as a number"),
        pytest.param({"mchId": "1900000000"}, "MCHID", id="mchId"),
        pytest.param({"mchId": None}, "PARAM", id="no mchId"),
        pytest.param({"appId": "wxbreeze000000001"}, "APPID", id="appId"),
        pytest.param({"openId": "oSomebody"}, "OPENID", id="openId"),
    ],
)
@pytest.mark.parametrize("path", ["transfer", "transfer/preview"])
def test_a_sheet_that_does_not_fit_the_bill_is_refused(shop: Shop, changes: Any, code: str, path):
    number = new_number()

    answer = asked(shop, sheet(shop, made(shop, number), **changes), path)

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert state(shop, number) == "WAIT_USER_CONFIRM"


def test_the_openid_may_be_named(shop: Shop):
    number = new_number()

    answer = asked(shop, sheet(shop, made(shop, number), openId=shop.openid))

    assert answer.json()["result"] == "ok"


def test_another_holder_of_the_phone_cannot_take_it(shop: Shop):
    number, stranger = new_number(), shop.twin.admin("POST", "people", name="Zoe")["person"]
    body = sheet(shop, made(shop, number))

    refused = phone(shop, stranger).post("/_twin/phone/transfer", json=body)
    taken = phone(shop, shop.person).post("/_twin/phone/transfer", json=body)

    assert refused.json()["code"] == "PAYEE"
    assert taken.json()["result"] == "ok"


def test_a_bill_is_taken_once(shop: Shop):
    body = sheet(shop, made(shop, new_number()))

    first, second = [asked(shop, body).json() for _ in range(2)]

    assert (first["result"], second["code"]) == ("ok", "STATE")


@pytest.mark.parametrize(
    "reason", ["ACCOUNT_FROZEN", "REAL_NAME_CHECK_FAIL", "PAYEE_ACCOUNT_ABNORMAL"]
)
def test_a_confirmed_bill_may_still_fail(shop: Shop, reason: str):
    shop.twin.settings(pay_transfer_outcome=reason, pay_transfer_delay=0)
    number = new_number()

    asked(shop, sheet(shop, made(shop, number)))

    final = ended(shop, number)
    assert (final["state"], final["fail_reason"]) == ("FAIL", reason)
    assert shop.receiver.wait(number)[0].resource["fail_reason"] == reason


def test_an_accepted_bill_has_no_package_until_it_waits(shop: Shop):
    shop.twin.settings(pay_transfer_accept_delay=0.2)
    number = new_number()

    first = made(shop, number)
    wait_for(lambda: state(shop, number) == "WAIT_USER_CONFIRM")
    again = made(shop, number)

    assert (first["state"], "package_info" in first) == ("ACCEPTED", False)
    assert asked(shop, sheet(shop, again)).json()["result"] == "ok"


def test_an_accepted_bill_may_fail_before_anyone_confirms(shop: Shop):
    shop.twin.settings(pay_transfer_refuse="TRANSFER_QUOTA_EXCEED")
    number = new_number()

    first = made(shop, number)

    assert first["state"] == "ACCEPTED"
    assert ended(shop, number)["fail_reason"] == "TRANSFER_QUOTA_EXCEED"


def test_an_overdue_bill_is_closed_and_told_of_without_being_asked_for(shop: Shop):
    number = new_number()
    waiting = made(shop, number)

    shop.twin.admin("POST", "clock", offset_seconds=24 * HOUR + 1)
    told = shop.receiver.wait(number)[0].resource
    late = asked(shop, sheet(shop, waiting)).json()

    assert (told["state"], told["fail_reason"]) == ("FAIL", "OVERDUE_CLOSE")
    assert late["code"] == "OVERDUE"


def test_closing_may_run_later_than_a_day(shop: Shop):
    shop.twin.settings(pay_transfer_close_lag=2 * HOUR)
    number = new_number()
    made(shop, number)

    shop.twin.admin("POST", "clock", offset_seconds=25 * HOUR)
    between = state(shop, number)
    shop.twin.admin("POST", "clock", offset_seconds=26 * HOUR + 1)

    assert between == "WAIT_USER_CONFIRM"
    assert ended(shop, number)["fail_reason"] == "OVERDUE_CLOSE"


def test_a_withdrawn_bill_is_canceling_for_a_while_and_cannot_be_taken(shop: Shop):
    shop.twin.settings(pay_transfer_cancel_delay=0.3)
    number = new_number()
    waiting = made(shop, number)

    answer = shop.call("POST", f"{BILLS}/out-bill-no/{number}/cancel")
    taken = asked(shop, sheet(shop, waiting)).json()

    assert answer.json()["state"] == "CANCELING"
    assert taken["code"] == "STATE"
    assert ended(shop, number)["state"] == "CANCELLED"
    assert ended(shop, number)["fail_reason"] == "MCH_CANCEL"


def test_a_bill_on_its_way_cannot_be_withdrawn(shop: Shop):
    shop.twin.settings(pay_transfer_delay=0.3)
    number = new_number()
    asked(shop, sheet(shop, made(shop, number)))

    answer = shop.call("POST", f"{BILLS}/out-bill-no/{number}/cancel")

    assert refusal(answer) == (400, "INVALID_REQUEST")
    assert ended(shop, number)["state"] == "SUCCESS"


def test_a_bill_older_than_thirty_days_is_not_found(shop: Shop):
    number = new_number()
    made(shop, number)

    shop.twin.admin("POST", "clock", offset_seconds=30 * 24 * HOUR + 60)

    assert refusal(query(shop, number)) == (404, "NOT_FOUND")


def test_a_call_that_fails_after_the_work_left_a_bill(shop: Shop):
    number = new_number()
    api = BILLS.removeprefix("/v3/")
    shop.twin.fault(api, "errcode", errcode="after:SYSTEM_ERROR", times=1)

    lost = shop.call("POST", BILLS, bill(shop, number))
    again = shop.call("POST", BILLS, bill(shop, number))

    assert refusal(lost) == (500, "SYSTEM_ERROR")
    assert again.json()["state"] == "WAIT_USER_CONFIRM"
    rows = shop.twin.admin("GET", "state/transfers", mchid=shop.mchid)["transfers"]
    assert [row["out_bill_no"] for row in rows].count(number) == 1


@pytest.mark.parametrize("code", ["SYSTEM_ERROR", "FREQUENCY_LIMITED", "NOT_ENOUGH"])
def test_a_call_that_fails_before_the_work_left_nothing(shop: Shop, code: str):
    number = new_number()
    shop.twin.fault(BILLS.removeprefix("/v3/"), "errcode", errcode=code, times=1)

    lost = shop.call("POST", BILLS, bill(shop, number))

    assert lost.json()["code"] == code
    assert refusal(query(shop, number)) == (404, "NOT_FOUND")


def test_the_admin_confirms_for_the_payee_only(shop: Shop):
    number, stranger = new_number(), shop.twin.admin("POST", "people", name="Zoe")["person"]
    made(shop, number)

    wrong = {"out_bill_no": number, "person": stranger}
    refused = shop.twin.try_admin("POST", "act/transfer_confirm", **wrong)
    done = {"out_bill_no": number, "person": shop.person}
    moved = shop.twin.admin("POST", "act/transfer_confirm", **done)

    assert refused.status_code == 409
    assert moved["state"] == "TRANSFERING"
    assert ended(shop, number)["state"] == "SUCCESS"


def test_the_state_names_payee_and_package(shop: Shop):
    number = new_number()
    waiting = made(shop, number)

    rows = shop.twin.admin("GET", "state/transfers", mchid=shop.mchid)["transfers"]

    row = next(row for row in rows if row["out_bill_no"] == number)
    assert (row["person"], row["package_info"]) == (shop.person, waiting["package_info"])
    assert row["transfer_amount"] == 8800


def test_bills_of_two_merchants_share_a_number(shop: Shop):
    other = open_shop(shop.twin, shop.receiver, mchid="1900000196")
    number = new_number()
    mine, theirs = made(shop, number), made(other, number)

    answer = asked(shop, sheet(shop, theirs))

    assert mine["package_info"] != theirs["package_info"]
    assert answer.json()["code"] == "MCHID"


def test_the_wallet_shows_a_waiting_transfer_and_takes_it(shop: Shop):
    number = new_number()
    waiting = made(shop, number)
    client = phone(shop, shop.person)

    listed = client.get("/phone/wallet").text
    path = f"/phone/transfer/{waiting['transfer_bill_no']}"
    shown = client.get(path).text
    left = client.post(path, data={"decision": "leave"})
    between = state(shop, number)
    client.post(path, data={"decision": "take"})

    assert path in listed
    assert "待确认收款" in listed
    assert ("¥88.00" in shown, "Aurora 旗舰店" in shown) == (True, True)
    assert (left.status_code, between) == (303, "WAIT_USER_CONFIRM")
    assert ended(shop, number)["state"] == "SUCCESS"
    assert "已到账" in client.get("/phone/wallet").text
    assert client.get(path).status_code == 409


def test_a_strangers_phone_shows_no_transfer_of_others(shop: Shop):
    waiting = made(shop, new_number())
    stranger = shop.twin.admin("POST", "people", name="Zoe")["person"]

    answer = phone(shop, stranger).get(f"/phone/transfer/{waiting['transfer_bill_no']}")

    assert answer.status_code == 404
