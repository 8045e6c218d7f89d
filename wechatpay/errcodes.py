"""What an error of WeChat Pay means for the caller: by status and code, never by message.

Two spellings live side by side, with and without underscores; we keep one.
"""

from core.errors import Outcome, PortFailure

_CODES = {
    "PARAM_ERROR": "请求参数不正确",
    "INVALID_REQUEST": "请求不符合要求，或单号已存在但信息不一致",
    "APPID_MCHID_NOT_MATCH": "AppID 与商户号没有绑定关系",
    "MCH_NOT_EXISTS": "商户号不存在",
    "ORDER_CLOSED": "订单已关闭",
    "ORDERPAID": "订单已支付",
    "ALREADY_EXISTS": "单号已存在",
    "SIGN_ERROR": "签名错误：请核对商户号、证书序列号和商户私钥",
    "NO_AUTH": "商户没有这项权限",
    "OUT_TRADE_NO_USED": "商户订单号已被使用",
    "RULE_LIMIT": "触发微信支付的业务规则限制",
    "NOT_ENOUGH": "商户账户余额不足",
    "TRADE_ERROR": "交易错误",
    "ACCOUNT_ERROR": "账户异常",
    "REQUEST_BLOCKED": "请求被微信支付拦截",
    "ORDER_NOT_EXIST": "订单不存在",
    "RESOURCE_NOT_EXISTS": "记录不存在",
    "NOT_FOUND": "记录不存在",
    "USERPAYING": "用户支付中",
    "FREQUENCY_LIMITED": "请求过于频繁",
    "FREQUENCY_LIMIT_EXCEED": "请求过于频繁",
    "RATELIMIT_EXCEEDED": "请求过于频繁",
    "SYSTEM_ERROR": "微信支付系统错误",
    "BANK_ERROR": "银行系统错误",
    "OPENID_MISMATCH": "OpenID 与 AppID 不匹配",
    "INVALID_TRANSACTIONID": "微信支付订单号无效",
}
_CANONICAL = {code.replace("_", ""): code for code in _CODES}

NOT_THERE = frozenset({"ORDER_NOT_EXIST", "RESOURCE_NOT_EXISTS", "NOT_FOUND"})
_BUSY = frozenset({"FREQUENCY_LIMITED", "FREQUENCY_LIMIT_EXCEED", "RATELIMIT_EXCEEDED"})
_LOST = frozenset({"SYSTEM_ERROR", "BANK_ERROR"})
_LATER = {"NOT_ENOUGH": 600.0, "USERPAYING": 10.0}


def canonical(code: str) -> str:
    return _CANONICAL.get(code.replace("_", "").upper(), code[:64])


def failure(status: int, code: str, *, lost: Outcome) -> PortFailure:
    """The failure to raise; `lost` is what an answer nobody can trust comes to here."""
    code = canonical(code)
    message = _CODES.get(code, f"微信支付返回错误 {code or status}")
    if status == 429 or code in _BUSY:
        return PortFailure(code, message, outcome=Outcome.RETRYABLE, retry_after=30)
    if code in _LATER:
        wait = _LATER[code]
        return PortFailure(code, message, outcome=Outcome.RETRYABLE, retry_after=wait)
    if code in _LOST or (status >= 500 and code not in _CODES):
        return PortFailure(code or f"http_{status}", message, outcome=lost)
    return PortFailure(code or f"http_{status}", message)
