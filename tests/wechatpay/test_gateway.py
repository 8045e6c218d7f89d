import pytest

from tests.wechatpay.conftest import Till
from wechatpay.gateway import WechatPayGateway

pytestmark = pytest.mark.django_db


def test_smoke(till: Till) -> None:
    gateway = WechatPayGateway()
    assert gateway.query("NOBODY0001") is None
    prepay = gateway.create_jsapi("ORDER000001", 100, "一份礼物", till.openid, till.later())
    print(prepay, gateway.query("ORDER000001"))
    gateway.close("ORDER000001")
    gateway.close("ORDER000001")
    gateway.close("ORDER000002")
    print(gateway.query("ORDER000001"))
    prepay = gateway.create_jsapi("ORDER000003", 100, "一份礼物", till.openid, till.later())
    till.pay(prepay)
    print(gateway.query("ORDER000003"))
    print(gateway.refund("R0000001", "ORDER000003", 60, 100, "x"))
    print(gateway.query_refund("R0000001"))
    try:
        gateway.close("ORDER000003")
    except Exception as e:
        print(repr(e))
