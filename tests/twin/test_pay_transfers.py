"""商家转账: waits for the person, ends once, keeps its number."""

from typing import Any

import pytest

from tests.twin.pay_kit import APPID, BILLS, HOST, Shop, new_number, open_shop

REPORTS = [
    {"info_type": "岗位类型", "info_content": "导购"},
    {"info_type": "报酬说明", "info_content": "11月销售佣金"},
]


def bill(shop: Shop, number: str, fen: int = 8800, **changes: Any) -> dict[str, Any]:
    return {
        "appid": APPID,
        "out_bill_no": number,
        "transfer_scene_id": "1005",
        "openid": shop.openid,
        "transfer_amount": fen,
        "transfer_remark": "11月佣金",
        "notify_url": f"https://{HOST}/pay/transfer",
        "transfer_scene_report_infos": REPORTS,
        **changes,
    }


def query(shop: Shop, number: str) -> Any:
    return shop.call("GET", f"{BILLS}/out-bill-no/{number}")


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_bill_waits_until_the_person_confirms(shop: Shop):
    number = new_number()

    made = shop.call("POST", BILLS, bill(shop, number)).json()
    shop.twin.admin("POST", "act/confirm_transfer", package_info=made["package_info"])
    delivery = shop.receiver.wait(number)[0]

    final = query(shop, number).json()
    assert made["state"] == "WAIT_USER_CONFIRM"
    assert final["state"] == "SUCCESS"
    assert delivery.event["event_type"] == "MCHTRANSFER.BILL.FINISHED"
    told = {name: value for name, value in final.items() if name in delivery.resource}
    assert delivery.resource == told
    entries = shop.twin.admin("GET", "pay/log", mchid=shop.mchid)["entries"]
    assert [o["amount"] for o in entries if o.get("out_bill_no") == number] == [8800]


def test_a_bill_is_found_by_its_upstream_number(shop: Shop):
    number = new_number()
    made = shop.call("POST", BILLS, bill(shop, number)).json()

    found = shop.call("GET", f"{BILLS}/transfer-bill-no/{made['transfer_bill_no']}")

    assert found.json() == query(shop, number).json()
    assert refusal(shop.call("GET", f"{BILLS}/transfer-bill-no/1")) == (404, "NOT_FOUND")


def test_the_same_number_again_is_the_same_bill(shop: Shop):
    number = new_number()
    first = shop.call("POST", BILLS, bill(shop, number)).json()

    second = shop.call("POST", BILLS, bill(shop, number)).json()
    other = shop.call("POST", BILLS, bill(shop, number, fen=8801))

    assert second == first
    assert refusal(other) == (400, "INVALID_REQUEST")
    assert sum(one["out_bill_no"] == number for one in shop.state()["transfers"]) == 1


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        pytest.param({"transfer_amount": 9}, 400, "PARAM_ERROR", id="9 fen"),
        pytest.param({"transfer_amount": -1}, 400, "PARAM_ERROR", id="negative"),
        pytest.param({"transfer_amount": 8.5}, 400, "PARAM_ERROR", id="float"),
        pytest.param({"transfer_amount": 20_001}, 403, "RULE_LIMIT", id="over the bill cap"),
        pytest.param({"out_bill_no": "CM-1"}, 400, "PARAM_ERROR", id="dash"),
        pytest.param({"transfer_remark": "佣" * 33}, 400, "PARAM_ERROR", id="long remark"),
        pytest.param({"transfer_scene_report_infos": []}, 400, "PARAM_ERROR", id="no report"),
        pytest.param(
            {"transfer_scene_report_infos": REPORTS[:1]}, 400, "PARAM_ERROR", id="half a report"
        ),
        pytest.param({"transfer_scene_id": "1000"}, 400, "PARAM_ERROR", id="other scene"),
        pytest.param({"openid": "oNobody"}, 400, "INVALID_REQUEST", id="unknown openid"),
        pytest.param({"appid": "wx1"}, 400, "APPID_MCHID_NOT_MATCH", id="appid"),
        pytest.param({"user_name": "蔡导购"}, 400, "PARAM_ERROR", id="name in clear"),
    ],
)
def test_a_bill_that_breaks_a_rule_is_refused(shop: Shop, changes: Any, status: int, code: str):
    number = new_number()

    answer = shop.call("POST", BILLS, bill(shop, number) | changes)

    assert refusal(answer) == (status, code)
    assert refusal(query(shop, number)) == (404, "NOT_FOUND")


def test_a_person_receives_no_more_than_the_day_cap(shop: Shop):
    other = open_shop(shop.twin, shop.receiver, mchid="1900000197")
    statuses = [
        other.call("POST", BILLS, bill(other, new_number(), fen=20_000)).status_code
        for _ in range(11)
    ]

    shop.twin.admin("POST", "clock", offset_seconds=86400)
    next_day = other.call("POST", BILLS, bill(other, new_number(), fen=20_000))

    assert statuses == [200] * 10 + [403]
    assert next_day.status_code == 200


def test_a_bill_left_alone_for_a_day_fails_as_overdue(shop: Shop):
    number = new_number()
    shop.call("POST", BILLS, bill(shop, number))

    shop.twin.admin("POST", "clock", offset_seconds=24 * 3600 + 1)
    found = query(shop, number).json()

    assert (found["state"], found["fail_reason"]) == ("FAIL", "OVERDUE_CLOSE")
    assert shop.receiver.wait(number)[0].resource["fail_reason"] == "OVERDUE_CLOSE"


def test_a_waiting_bill_can_be_cancelled_and_a_paid_one_cannot(shop: Shop):
    waiting, paid = new_number(), new_number()
    shop.call("POST", BILLS, bill(shop, waiting))
    shop.call("POST", BILLS, bill(shop, paid))
    shop.twin.admin("POST", "act/confirm_transfer", out_bill_no=paid, person=shop.person)

    cancelled = shop.call("POST", f"{BILLS}/out-bill-no/{waiting}/cancel")
    refused = shop.call("POST", f"{BILLS}/out-bill-no/{paid}/cancel")

    assert cancelled.json()["state"] == "CANCELLED"
    assert refusal(refused) == (400, "INVALID_REQUEST")
    answer = shop.twin.try_admin("POST", "act/confirm_transfer", out_bill_no=waiting)
    assert answer.status_code == 409
    assert query(shop, paid).json()["state"] == "SUCCESS"


def test_a_transfer_can_fail_for_a_named_reason(shop: Shop):
    number = new_number()
    shop.call("POST", BILLS, bill(shop, number))

    act = {"out_bill_no": number, "fail_reason": "ACCOUNT_FROZEN"}
    shop.twin.admin("POST", "act/confirm_transfer", **act)

    found = query(shop, number).json()
    assert (found["state"], found["fail_reason"]) == ("FAIL", "ACCOUNT_FROZEN")


def test_only_the_payee_can_confirm(shop: Shop):
    number, stranger = new_number(), shop.twin.admin("POST", "people", name="Zoe")["person"]
    shop.call("POST", BILLS, bill(shop, number))

    act = {"out_bill_no": number, "person": stranger}

    assert shop.twin.try_admin("POST", "act/confirm_transfer", **act).status_code == 409
    assert query(shop, number).json()["state"] == "WAIT_USER_CONFIRM"
