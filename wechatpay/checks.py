"""The connection check of a merchant account, in plain Chinese."""

from core.errors import Outcome, PortFailure
from org.contracts import ConnectionCheck
from wechatpay.client import PayClient
from wechatpay.errcodes import NOT_THERE
from wechatpay.models import PayMerchant
from wechatpay.platform_keys import fetch_certificates

PROBE = "/v3/pay/transactions/out-trade-no/CONNECTIONCHECK"


def check_account(merchant: PayMerchant) -> list[ConnectionCheck]:
    """Ask for an order that nobody placed: being told so proves our signature."""
    lines = [_probe(merchant)]
    if lines[0].ok and not merchant.public_key_id:
        lines.append(_certificates(merchant))
    elif lines[0].ok:
        lines.append(_line("微信支付公钥", "已使用微信支付公钥验签"))
    return lines


def _probe(merchant: PayMerchant) -> ConnectionCheck:
    name = "商户凭证"
    try:
        PayClient(merchant).call("GET", f"{PROBE}?mchid={merchant.mchid}")
    except PortFailure as failure:
        if failure.code in NOT_THERE:
            return _line(name, "商户号、证书序列号和商户私钥可用")
        text = failure.text
        if failure.outcome is not Outcome.REJECTED:
            text += "，请稍后再检查"
        return _line(name, text, failure.code)
    return _line(name, "商户号、证书序列号和商户私钥可用")


def _certificates(merchant: PayMerchant) -> ConnectionCheck:
    if fetch_certificates(merchant):
        return _line("平台证书", "已取得微信支付平台证书")
    return _line(
        "平台证书", "取不到平台证书，请核对 APIv3 密钥，或改用微信支付公钥", "no_certificate"
    )


def _line(name: str, message: str, code: str = "") -> ConnectionCheck:
    return ConnectionCheck(name=name, ok=not code, message=message, code=code)
