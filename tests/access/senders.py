"""Machines that call us: they sign with the keys of the merchant they belong to."""

from typing import Any
from urllib.parse import urlencode

from tests.access.stage import Side
from tests.twin import forge_desk as pay
from tests.wechatpay.conftest import APIV3_KEY, KEY_ID, key_pair
from tests.wecom import forge_desk as wecom
from tests.world import Browser


def send(browser: Browser, kind: str, method: str, path: str, side: Side) -> Any:
    """A genuine request of `side`'s sender to any path."""
    return {"wecom": _wecom, "pay": _pay}[kind](browser, method, path, side)


def _wecom(browser: Browser, method: str, path: str, side: Side) -> Any:
    token, key = side.secrets["token"], side.secrets["aes_key"]
    sealed = wecom.encrypt("1616140317555161061" if method == "GET" else wecom.event(), key=key)
    query = wecom.signed_query(sealed, token=token)
    if method == "GET":
        return browser.get(f"{path}?{urlencode({**query, 'echostr': sealed})}")
    return browser.generic(
        "POST", f"{path}?{urlencode(query)}", wecom.envelope(sealed), content_type="text/xml"
    )


def _pay(browser: Browser, method: str, path: str, side: Side) -> Any:
    desk = pay.Desk(
        mchid="1900000001",
        appid="wx_mall",
        apiv3_key=APIV3_KEY,
        key_id=KEY_ID,
        private_pem=side.secrets["platform_pem"],
        stranger_pem=key_pair("stranger")[0],
    )
    forged = pay.payment(desk, pay.Known("NOSUCHORDER", 1, "o_nobody"))
    if method == "GET":
        return browser.get(path)
    return browser.generic(
        "POST", path, forged.body, content_type="application/json", **forged.meta()
    )
