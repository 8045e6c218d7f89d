"""What ``POST /_twin/settings`` turns in the payment half."""

from typing import Any

from twin.settings import DEFAULTS

PAY_DEFAULTS: dict[str, Any] = {
    "pay_notify_timeout": 5.0,  # seconds a receiver has to answer
    "pay_notify_delay": 0.0,  # real seconds before the first attempt
    "pay_notify_never": False,  # events happen, nobody is told
    "pay_notify_duplicate_rate": 0.0,  # share of notifications sent in several copies
    "pay_notify_copies": 1,  # extra copies of such a notification, sent in parallel
    "pay_signtest_rate": 0.0,  # share of notifications preceded by a WECHATPAY/SIGNTEST/ probe
    "pay_old_error_spelling": False,  # ORDERNOTEXIST instead of ORDER_NOT_EXIST and so on
    "pay_close_twice": "error",  # "error": 400 ORDER_CLOSED; "ok": 204 again
    "pay_refund_outcome": "SUCCESS",  # or CLOSED, ABNORMAL, HOLD (waits for act/refund_result)
    "pay_refund_spacing": 60.0,  # business seconds between partial refunds of one order
    "pay_transfer_accept_delay": 0.0,  # real seconds of ACCEPTED before a bill can be confirmed
    "pay_transfer_refuse": "",  # a fail_reason: what is accepted fails before anyone confirms
    "pay_transfer_delay": 0.2,  # real seconds of TRANSFERING after the person confirmed
    "pay_transfer_outcome": "SUCCESS",  # or the fail_reason that ends a confirmed bill
    "pay_transfer_cancel_delay": 0.0,  # real seconds of CANCELING
    "pay_transfer_close_lag": 0,  # business seconds that closing runs later than 24 h
    "pay_transfer_bill_cap": 20_000,  # fen per bill
    "pay_transfer_day_cap": 200_000,  # fen per openid and business day
}

DEFAULTS.update(PAY_DEFAULTS)
