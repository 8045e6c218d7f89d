"""An SDK that is not ours, its files unmodified, finds the twin to be WeChat Pay."""

import json
from pathlib import Path
from typing import Any

import pytest
from wechatpayv3 import WeChatPay, WeChatPayType

from tests.twin.pay_kit import (
    APIV3_KEY,
    APPID,
    NOTIFY_URL,
    Shop,
    new_number,
    unseal,
)


def sdk_of(shop: Shop, **keys: Any) -> WeChatPay:
    made = WeChatPay(
        wechatpay_type=WeChatPayType.JSAPI,
        mchid=shop.mchid,
        private_key=shop.keys["private_key_pem"],
        cert_serial_no=shop.keys["serial"],
        appid=APPID,
        apiv3_key=APIV3_KEY,
        notify_url=NOTIFY_URL,
        timeout=5,
        **keys,
    )
    made._core._gate_way = shop.twin.base
    return made


@pytest.fixture
def sdk(shop: Shop) -> WeChatPay:
    key, key_id = shop.keys["public_key_pem"], shop.keys["public_key_id"]
    return sdk_of(shop, public_key=key, public_key_id=key_id)


@pytest.fixture
def certificate_sdk(shop: Shop, tmp_path: Path) -> WeChatPay:
    """In certificate mode the SDK starts from a folder of platform certificates."""
    listed = shop.call("GET", "/v3/certificates").json()["data"]
    for one in listed:
        pem = unseal(one["encrypt_certificate"])
        (tmp_path / f"{one['serial_no']}.pem").write_text(pem)
    return sdk_of(shop, cert_dir=str(tmp_path))


def ordered(sdk: WeChatPay, shop: Shop, number: str, total: int = 9900) -> str:
    status, text = sdk.pay(
        description="护手霜礼盒",
        out_trade_no=number,
        amount={"total": total, "currency": "CNY"},
        payer={"openid": shop.openid},
    )
    assert status == 200, text
    return str(json.loads(text)["prepay_id"])


def test_sdk_orders_pays_and_decrypts_the_notification(sdk: WeChatPay, shop: Shop):
    number = new_number()

    prepay_id = ordered(sdk, shop, number)
    before = json.loads(sdk.query(out_trade_no=number)[1])
    transaction = shop.pay(prepay_id)
    delivery = shop.receiver.wait(number)[0]

    assert before["trade_state"] == "NOTPAY"
    told = sdk.callback(delivery.headers, delivery.body)
    assert told["event_type"] == "TRANSACTION.SUCCESS"
    assert told["resource"] == transaction
    assert json.loads(sdk.query(transaction_id=transaction["transaction_id"])[1]) == transaction
    assert json.loads(sdk.query(out_trade_no=number)[1])["trade_state"] == "SUCCESS"


def test_sdk_signs_a_pay_sheet_that_is_accepted(sdk: WeChatPay, shop: Shop):
    number = new_number()
    asked = shop.sheet(ordered(sdk, shop, number))

    asked["paySign"] = sdk.sign([asked[n] for n in ("appId", "timeStamp", "nonceStr", "package")])
    answer = shop.twin.admin("POST", "phone/pay", **asked)

    assert answer["result"] == "ok"
    assert json.loads(sdk.query(out_trade_no=number)[1])["trade_state"] == "SUCCESS"


def test_sdk_refunds_and_decrypts_the_refund_notification(sdk: WeChatPay, shop: Shop):
    number, refund_no = new_number(), f"R{new_number()}"
    shop.pay(ordered(sdk, shop, number))

    status, text = sdk.refund(
        out_refund_no=refund_no,
        amount={"refund": 3300, "total": 9900, "currency": "CNY"},
        out_trade_no=number,
        reason="少一件",
    )
    delivery = shop.receiver.wait(refund_no)[0]

    assert status == 200
    assert json.loads(text)["status"] == "PROCESSING"
    told = sdk.callback(delivery.headers, delivery.body)
    assert (told["event_type"], told["resource"]["refund_status"]) == ("REFUND.SUCCESS", "SUCCESS")
    assert told["resource"]["amount"]["refund"] == 3300
    assert json.loads(sdk.query_refund(refund_no)[1])["status"] == "SUCCESS"


def test_sdk_closes_an_order(sdk: WeChatPay, shop: Shop):
    number = new_number()
    ordered(sdk, shop, number)

    assert sdk.close(number)[0] == 204
    assert json.loads(sdk.query(out_trade_no=number)[1])["trade_state"] == "CLOSED"


def test_sdk_in_certificate_mode_verifies_answers_and_notifications(
    certificate_sdk: WeChatPay, shop: Shop
):
    shop.twin.admin("POST", "merchants", mchid=shop.mchid, signing="certificate")
    number = new_number()

    transaction = shop.pay(ordered(certificate_sdk, shop, number))
    delivery = shop.receiver.wait(number)[0]

    told = certificate_sdk.callback(delivery.headers, delivery.body)
    assert told["resource"] == transaction
    shop.twin.admin("POST", "merchants", mchid=shop.mchid, signing="public_key")


def test_sdk_fetches_a_rotated_certificate_by_itself(certificate_sdk: WeChatPay, shop: Shop):
    shop.twin.admin("POST", "merchants", mchid=shop.mchid, signing="certificate")
    serial = shop.twin.admin("POST", "pay/rotate_certificate")["serial"]

    status, text = certificate_sdk.query(out_trade_no=shop.paid())

    assert (status, json.loads(text)["trade_state"]) == (200, "SUCCESS")
    assert f"{certificate_sdk._core._certificates[0].serial_number:X}" == serial
    shop.twin.admin("POST", "merchants", mchid=shop.mchid, signing="public_key")


def test_sdk_refuses_a_tampered_notification(sdk: WeChatPay, shop: Shop):
    number = new_number()
    shop.pay(ordered(sdk, shop, number))
    delivery = shop.receiver.wait(number)[0]

    tampered = delivery.body.replace("支付成功".encode(), "支付失败".encode())

    assert tampered != delivery.body
    assert sdk.callback(delivery.headers, tampered) is None


REPORTS = [
    {"info_type": "岗位类型", "info_content": "导购"},
    {"info_type": "报酬说明", "info_content": "11月佣金"},
]


def transferred(sdk: WeChatPay, shop: Shop, number: str, **changes: Any) -> tuple[int, Any]:
    asked = {
        "out_bill_no": number,
        "transfer_scene_id": "1005",
        "openid": shop.openid,
        "transfer_amount": 8800,
        "transfer_remark": "11月佣金",
        "transfer_scene_report_infos": REPORTS,
        **changes,
    }
    status, text = sdk.mch_transfer_bills(**asked)
    return status, json.loads(text)


def test_sdk_transfers_queries_and_cancels(sdk: WeChatPay, shop: Shop):
    number = new_number()

    status, made = transferred(sdk, shop, number, user_name="蔡导购")

    assert (status, made["state"]) == (200, "WAIT_USER_CONFIRM")
    assert json.loads(sdk.mch_transfer_bills_query(number)[1])["transfer_amount"] == 8800
    assert json.loads(sdk.mch_transfer_bills_cancel(number)[1])["state"] == "CANCELLED"
    by_id = sdk.mch_transfer_bills_query(transfer_bill_no=made["transfer_bill_no"])
    assert json.loads(by_id[1])["fail_reason"] == "MCH_CANCEL"


def test_sdk_decrypts_the_notification_of_a_taken_transfer(sdk: WeChatPay, shop: Shop):
    number = new_number()
    made = transferred(sdk, shop, number)[1]

    asked = {"mchId": shop.mchid, "appId": APPID, "package": made["package_info"]}
    shop.twin.admin("POST", "phone/transfer", **asked)
    delivery = shop.receiver.wait(number)[0]

    told = sdk.callback(delivery.headers, delivery.body)
    assert told["event_type"] == "MCHTRANSFER.BILL.FINISHED"
    assert (told["resource"]["state"], told["resource"]["transfer_amount"]) == ("SUCCESS", 8800)
    assert json.loads(sdk.mch_transfer_bills_query(number)[1])["state"] == "SUCCESS"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        pytest.param({"transfer_amount": 5}, 400, "PARAM_ERROR", id="5 fen"),
        pytest.param({"transfer_amount": 20_001}, 403, "RULE_LIMIT", id="over the cap"),
        pytest.param({"openid": "oNobody"}, 400, "INVALID_REQUEST", id="openid"),
        pytest.param(
            {"transfer_scene_report_infos": REPORTS[:1]}, 400, "PARAM_ERROR", id="half a report"
        ),
        pytest.param({"transfer_scene_id": "1000"}, 400, "PARAM_ERROR", id="scene"),
        pytest.param({"transfer_remark": "佣" * 33}, 400, "PARAM_ERROR", id="long remark"),
        pytest.param({"notify_url": "https://a.localhost/x?y=1"}, 400, "PARAM_ERROR", id="query"),
        pytest.param({"appid": "wxother"}, 400, "APPID_MCHID_NOT_MATCH", id="appid"),
    ],
)
def test_sdk_is_told_why_a_transfer_is_refused(sdk, shop, changes, status, code):
    number = new_number()

    answer = transferred(sdk, shop, number, **changes)

    assert (answer[0], answer[1]["code"]) == (status, code)
    assert sdk.mch_transfer_bills_query(number)[0] == 404
