"""A page of the product in a real browser, with the twin's stand-in for WeChat's JS-SDK."""

import json
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.twin.pay_kit import APPID, BILLS, Shop, new_number
from tests.twin.test_pay_transfers import bill
from tests.twin.wecom_kit import Product

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PAGE = """<!doctype html><meta charset="utf-8"><title>收银台</title>
<script src="%s/jweixin.js"></script><p id="out">等待</p><script>
var order = %s, how = "%s";
function show(text) { document.getElementById("out").textContent = text; }
if (how === "bridge") {
  WeixinJSBridge.invoke("getBrandWCPayRequest", order, function (r) { show(r.err_msg); });
} else {
  wx.config({appId: order.appId, timestamp: 1, nonceStr: "n", signature: "wrong"});
  wx.error(function (r) { document.title = r.errMsg; });
  wx.chooseWXPay({timestamp: order.timeStamp, nonceStr: order.nonceStr, package: order.package,
    signType: order.signType, paySign: order.paySign,
    success: function (r) { show(r.errMsg); }, cancel: function (r) { show(r.errMsg); },
    fail: function (r) { show(r.errMsg + " " + r.err_desc); }});
}
</script>"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


TAKING = """<!doctype html><meta charset="utf-8"><title>提现</title>
<script src="%s/jweixin.js"></script><p id="out">等待</p><script>
var bill = %s, how = "%s";
function show(text) { document.getElementById("out").textContent = text; }
if (how === "bridge") {
  WeixinJSBridge.invoke("requestMerchantTransfer", bill, function (r) { show(r.err_msg); });
} else {
  bill.success = function (r) { show("success " + r.errMsg); };
  bill.fail = function (r) { show("fail " + r.errMsg); };
  wx.requestMerchantTransfer(bill);
}
</script>"""


@pytest.fixture
def open_page(chromium: Any, product: Product, shop: Shop) -> Iterator[Any]:
    """Open a page of the product's own host that asks for a payment."""
    context = chromium.new_context(viewport={"width": 375, "height": 667})

    def open_with(order: dict[str, str], how: str, source: str = PAGE) -> Page:
        html = source % (shop.twin.base, json.dumps(order), how)
        product.echo = lambda seen: html.encode()
        page = context.new_page()
        page.goto(f"http://m.aurora.localhost:{product.port}/cashier")
        return page

    yield open_with
    context.close()


@pytest.mark.parametrize(
    ("how", "says"),
    [("bridge", "get_brand_wcpay_request:ok"), ("sdk", "chooseWXPay:ok")],
)
def test_confirming_the_sheet_pays_the_order(open_page: Any, shop: Shop, how: str, says: str):
    number = new_number()
    page = open_page(shop.sheet(shop.place(number)), how)

    assert "¥99.00" in page.get_by_role("dialog").inner_text()
    page.get_by_role("button", name="确认支付").click()

    page.get_by_text(says).wait_for()
    assert page.get_by_role("dialog").count() == 0
    assert shop.query(number).json()["trade_state"] == "SUCCESS"


@pytest.mark.parametrize(
    ("how", "says"),
    [("bridge", "get_brand_wcpay_request:cancel"), ("sdk", "chooseWXPay:cancel")],
)
def test_cancelling_the_sheet_pays_nothing(open_page: Any, shop: Shop, how: str, says: str):
    number = new_number()
    page = open_page(shop.sheet(shop.place(number)), how)

    page.get_by_role("button", name="取消").click()

    page.get_by_text(says).wait_for()
    assert shop.query(number).json()["trade_state"] == "NOTPAY"


def test_a_wrongly_signed_order_shows_no_sheet(open_page: Any, shop: Shop):
    page = open_page({**shop.sheet(shop.place()), "paySign": "QUJD"}, "bridge")

    page.get_by_text("get_brand_wcpay_request:fail").wait_for()
    assert page.get_by_role("dialog").count() == 0


def test_a_wrongly_signed_page_is_told_so(open_page: Any, shop: Shop):
    page = open_page(shop.sheet(shop.place()), "sdk")

    page.wait_for_function("document.title === 'config:invalid signature'")


def waiting(shop: Shop, number: str) -> dict[str, str]:
    """The argument of requestMerchantTransfer for a new bill."""
    made = shop.call("POST", BILLS, bill(shop, number)).json()
    return {"mchId": shop.mchid, "appId": APPID, "package": made["package_info"]}


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("bridge", "requestMerchantTransfer:ok"),
        ("sdk", "success requestMerchantTransfer:ok"),
    ],
)
def test_confirming_a_transfer_takes_the_money(open_page: Any, shop: Shop, how: str, says: str):
    number = new_number()
    page = open_page(waiting(shop, number), how, TAKING)

    text = page.get_by_role("dialog").inner_text()
    page.get_by_role("button", name="确认收款").click()

    page.get_by_text(says, exact=True).wait_for()
    assert ("收款确认" in text, "¥88.00" in text, "Aurora" in text) == (True, True, True)
    assert shop.receiver.wait(number)[0].resource["state"] == "SUCCESS"


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("bridge", "requestMerchantTransfer:cancel"),
        ("sdk", "fail requestMerchantTransfer:cancel"),
    ],
)
def test_leaving_a_transfer_takes_nothing(open_page: Any, shop: Shop, how: str, says: str):
    number = new_number()
    page = open_page(waiting(shop, number), how, TAKING)

    page.get_by_role("button", name="取消").click()

    page.get_by_text(says, exact=True).wait_for()
    answer = shop.call("GET", f"{BILLS}/out-bill-no/{number}").json()
    assert answer["state"] == "WAIT_USER_CONFIRM"


def test_a_wrong_package_shows_no_sheet(open_page: Any, shop: Shop):
    page = open_page({**waiting(shop, new_number()), "package": "ABBQOother"}, "sdk", TAKING)

    page.get_by_text("fail requestMerchantTransfer:fail", exact=True).wait_for()
    assert page.get_by_role("dialog").count() == 0
