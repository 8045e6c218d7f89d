"""What WeChat Pay answers when it says no: an HTTP status and a code."""

from typing import Any

STATUS = {
    "USERPAYING": 202,
    "PARAM_ERROR": 400,
    "INVALID_REQUEST": 400,
    "APPID_MCHID_NOT_MATCH": 400,
    "MCH_NOT_EXISTS": 400,
    "ORDER_CLOSED": 400,
    "ORDERPAID": 400,
    "ALREADY_EXISTS": 400,
    "SIGN_ERROR": 401,
    "NO_AUTH": 403,
    "OUT_TRADE_NO_USED": 403,
    "RULE_LIMIT": 403,
    "NOT_ENOUGH": 403,
    "TRADE_ERROR": 403,
    "ACCOUNT_ERROR": 403,
    "REQUEST_BLOCKED": 403,
    "USER_ACCOUNT_ABNORMAL": 403,
    "ORDER_NOT_EXIST": 404,
    "RESOURCE_NOT_EXISTS": 404,
    "NOT_FOUND": 404,
    "FREQUENCY_LIMITED": 429,
    "FREQUENCY_LIMIT_EXCEED": 429,
    "RATELIMIT_EXCEEDED": 429,
    "SYSTEM_ERROR": 500,
    "BANK_ERROR": 500,
    "OPENID_MISMATCH": 500,
    "INVALID_TRANSACTIONID": 500,
}

# Two spellings live side by side upstream; the setting pay_old_error_spelling picks these.
OLD_SPELLING = {
    "NO_AUTH": "NOAUTH",
    "RULE_LIMIT": "RULELIMIT",
    "NOT_ENOUGH": "NOTENOUGH",
    "ORDER_NOT_EXIST": "ORDERNOTEXIST",
    "SYSTEM_ERROR": "SYSTEMERROR",
}
NEW_SPELLING = {old: new for new, old in OLD_SPELLING.items()}


class PayError(Exception):
    """A refusal of the payment API; ``detail`` points at the field when there is one."""

    def __init__(self, code: str, message: str, detail: dict[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.detail = code, message, detail

    @property
    def status(self) -> int:
        """The HTTP status; a code ordered by a fault that is not in the table is a 500."""
        return STATUS.get(NEW_SPELLING.get(self.code, self.code), 500)

    def body(self, *, old_spelling: bool = False) -> dict[str, Any]:
        """The JSON of the answer."""
        code = OLD_SPELLING.get(self.code, self.code) if old_spelling else self.code
        answer: dict[str, Any] = {"code": code, "message": self.message}
        if self.detail is not None:
            answer["detail"] = self.detail
        return answer


def bad_param(field: str, reason: str) -> PayError:
    """400 PARAM_ERROR for one field of the body."""
    detail = {"field": f"/body/{field.replace('.', '/')}", "issue": reason, "location": "body"}
    return PayError("PARAM_ERROR", f"参数错误: {field} {reason}", detail)
