"""What WeChat Pay's bad days come to, and answers that prove nothing."""

import datetime as dt
from typing import Any

import pytest

from core import clock
from core.errors import Outcome, PortFailure
from tests.wechatpay.conftest import Till, key_pair
from wechatpay.client import PayClient
from wechatpay.errcodes import canonical, failure
from wechatpay.gateway import WechatPayGateway
from wechatpay.models import PayMerchant

pytestmark = pytest.mark.django_db

PATH = "/v3/pay/transactions/out-trade-no/NOBODY0001"
BODY = {"mchid": "x"}


def failure_of(till: Till, *, lost: Outcome) -> PortFailure:
    with pytest.raises(PortFailure) as caught:
        PayClient(till.merchant).call("POST", f"{PATH}/close", BODY, lost=lost, seconds=0.5)
    return caught.value


@pytest.mark.parametrize(
    "mode",
    ["http500", "html502", "timeout_before", "timeout_after", "reset_before", "reset_after"],
)
@pytest.mark.parametrize("lost", [Outcome.RETRYABLE, Outcome.UNKNOWN])
def test_a_lost_answer_is_what_the_caller_said_it_is(mode: str, lost: Outcome, till: Till) -> None:
    till.twin.post("faults", api="*", mode=mode, times=1)

    assert failure_of(till, lost=lost).outcome is lost


def test_a_call_that_never_left_is_retryable(till: Till, settings: Any) -> None:
    settings.WECHATPAY_API_BASE = "http://127.0.0.1:9"

    found = failure_of(till, lost=Outcome.UNKNOWN)

    assert (found.code, found.outcome) == ("unreachable", Outcome.RETRYABLE)


def test_an_answer_of_another_key_is_not_believed(till: Till) -> None:
    PayMerchant.objects.update(public_key_pem=key_pair("stranger")[1])
    later = clock.real_now() + dt.timedelta(minutes=15)

    with pytest.raises(PortFailure) as caught:
        WechatPayGateway().create_jsapi("SIYUSTRANGER1", 100, "x", till.openid, later)

    assert caught.value.code == "answer_unsigned"


def test_a_wrong_private_key_is_a_signature_error_and_names_the_fields(till: Till) -> None:
    PayMerchant.objects.update(private_key_pem=key_pair("stranger")[0])

    with pytest.raises(PortFailure) as caught:
        WechatPayGateway().query("SIYUWRONGKEY1")

    assert (caught.value.code, caught.value.outcome) == ("SIGN_ERROR", Outcome.REJECTED)
    assert "商户私钥" in caught.value.text


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (400, "PARAM_ERROR", Outcome.REJECTED),
        (401, "SIGN_ERROR", Outcome.REJECTED),
        (403, "NOAUTH", Outcome.REJECTED),
        (403, "OUT_TRADE_NO_USED", Outcome.REJECTED),
        (403, "NOT_ENOUGH", Outcome.RETRYABLE),
        (403, "NOTENOUGH", Outcome.RETRYABLE),
        (404, "ORDERNOTEXIST", Outcome.REJECTED),
        (202, "USERPAYING", Outcome.RETRYABLE),
        (429, "FREQUENCY_LIMITED", Outcome.RETRYABLE),
        (429, "", Outcome.RETRYABLE),
        (500, "SYSTEM_ERROR", Outcome.UNKNOWN),
        (500, "SYSTEMERROR", Outcome.UNKNOWN),
        (500, "BANK_ERROR", Outcome.UNKNOWN),
        (500, "OPENID_MISMATCH", Outcome.REJECTED),
        (502, "", Outcome.UNKNOWN),
        (302, "", Outcome.REJECTED),
    ],
)
def test_a_code_decides_the_outcome(status: int, code: str, outcome: Outcome) -> None:
    assert failure(status, code, lost=Outcome.UNKNOWN).outcome is outcome


def test_both_spellings_of_a_code_are_one() -> None:
    assert canonical("ORDERNOTEXIST") == canonical("ORDER_NOT_EXIST") == "ORDER_NOT_EXIST"
    assert canonical("ORDER_PAID") == canonical("ORDERPAID") == "ORDERPAID"
    assert canonical("SOMETHING_NEW") == "SOMETHING_NEW"
