"""Why a withdrawal did not arrive, in words its guide and the bookkeeper can act on."""

from distribution.contracts import IN_TRANSIT, PAID_OUT, PROMISED, TRANSFER_CASH, WITHHELD
from distribution.models import Withdrawal

_REASONS = {
    "ACCOUNT_FROZEN": "收款微信的账户被冻结",
    "ACCOUNT_NOT_EXIST": "收款微信还没有开通支付账户",
    "BLOCK_B2C_USERLIMITAMOUNT_MONTH": "收款微信本月收款已到上限，下个月再提",
    "DAY_RECEIVED_COUNT_EXCEED": "收款微信今天收款次数已到上限，明天再提",
    "DAY_RECEIVED_QUOTA_EXCEED": "收款微信今天收款金额已到上限，明天再提",
    "ID_CARD_NOT_CORRECT": "身份证与微信实名不一致",
    "MCH_CANCEL": "已撤回",
    "MERCHANT_NOT_CONFIRM": "商户没有确认付款",
    "MERCHANT_REJECT": "商户拒绝付款",
    "NAME_NOT_CORRECT": "姓名与微信实名不一致，请核对后再提",
    "OPENID_INVALID": "绑定的微信不能收款，请联系财务换绑",
    "OVERDUE_CLOSE": "24 小时内没有确认收款",
    "PAYEE_ACCOUNT_ABNORMAL": "收款微信的账户异常",
    "PAYER_ACCOUNT_ABNORMAL": "商户的付款账户异常，请联系财务",
    "PRODUCT_AUTH_CHECK_FAIL": "商户没有开通商家转账，请联系财务",
    "REALNAME_ACCOUNT_RECEIVED_QUOTA_EXCEED": "收款微信的实名账户收款已到上限",
    "REAL_NAME_CHECK_FAIL": "收款微信没有实名认证，认证后再提",
    "RECEIVE_ACCOUNT_NOT_CONFIGURE": "商户没有设置收款账户，请联系财务",
    "TRANSFER_QUOTA_EXCEED": "超过了微信的转账限额",
}
"""The platform's `fail_reason` values (pay.weixin.qq.com, 4013774966)."""

DIFFERENCES = {
    "payout_contradiction": "微信支付前后说法不一",
    "payout_differs": "对账不一致",
    "payout_mismatch": "微信支付的通知与我们的提现不符，未入账",
    "payout_refused": "微信支付不受理这笔转账",
    "payout_unknown": "微信支付的通知不属于任何提现",
    "payout_vanished": "微信支付查不到已受理的转账",
}
"""What each kind of `PayoutDifference` means to the person who looks."""

JOURNALS = {
    "payout.reserved": "从余额扣下",
    "payout.paid": "到账",
    "payout.returned": "退回余额",
}
ACCOUNTS = {
    IN_TRANSIT: "提现途中",
    PAID_OUT: "已发给导购",
    PROMISED: "应发提现",
    WITHHELD: "代扣个税",
    TRANSFER_CASH: "商家转账账户",
}
"""The ledger's kinds and accounts in a bookkeeper's words (docs/rules.md, 状态与总账)."""


def explain_failure(row: Withdrawal) -> str:
    """The reason in words; what we wrote ourselves stays as it is."""
    return _REASONS.get(row.failure, row.failure)
