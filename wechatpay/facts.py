"""From WeChat Pay's JSON to the mall's facts: every field proved, nothing coerced."""

import datetime as dt
import re
from dataclasses import replace
from typing import Any, ClassVar

from core.errors import Refusal
from distribution.contracts import TransferFact, TransferState
from mall.contracts import PaymentFact, RefundFact, RefundState, TradeState

MAX_FEN = 100_000_000_000

_TRADE_STATES = {
    "SUCCESS": TradeState.SUCCESS,
    "REFUND": TradeState.REFUND,
    "NOTPAY": TradeState.NOTPAY,
    "USERPAYING": TradeState.NOTPAY,
    "CLOSED": TradeState.CLOSED,
    "REVOKED": TradeState.CLOSED,
    "PAYERROR": TradeState.ERROR,
}
_REFUND_STATES = {
    "SUCCESS": RefundState.SUCCESS,
    "PROCESSING": RefundState.PROCESSING,
    "CLOSED": RefundState.CLOSED,
    "ABNORMAL": RefundState.ABNORMAL,
}
_TRANSFER_STATES = {
    "ACCEPTED": TransferState.PROCESSING,
    "PROCESSING": TransferState.PROCESSING,
    "WAIT_USER_CONFIRM": TransferState.WAITING,
    "TRANSFERING": TransferState.PROCESSING,
    "SUCCESS": TransferState.SUCCESS,
    "FAIL": TransferState.FAILED,
    "CANCELING": TransferState.PROCESSING,
    "CANCELLED": TransferState.CANCELLED,
}


class Senseless(Refusal):
    """Authentic, and yet not a statement about money that we can understand."""

    code: ClassVar[str] = "notice_senseless"
    message: ClassVar[str] = "收到一条无法理解的支付通知"


Json = dict[str, Any]


def payment_fact(data: Json) -> PaymentFact:
    """A transaction as queried or notified. Raises `Senseless`.

    Of money that has not moved nothing is told, whatever the answer holds of it.
    """
    state = _TRADE_STATES.get(_text(data, "trade_state", 20))
    if state is None:
        raise Senseless("交易状态不明")
    is_paid = state in (TradeState.SUCCESS, TradeState.REFUND)
    return PaymentFact(
        out_trade_no=_number(data, "out_trade_no", 32),
        transaction_id=_number(data, "transaction_id", 40) if is_paid else "",
        state=state,
        amount_fen=_fen(_part(data, "amount"), "total") if is_paid else 0,
        currency=_text(_part(data, "amount"), "currency", 8) if is_paid else "",
        openid=_text(_part(data, "payer"), "openid", 64) if is_paid else "",
        appid=_text(data, "appid", 32),
        mchid=_text(data, "mchid", 32),
        paid_at=_moment(data, "success_time") if is_paid else None,
    )


def refund_fact(data: Json) -> RefundFact:
    """A refund as answered (`status`) or notified (`refund_status`)."""
    name = "refund_status" if "refund_status" in data else "status"
    state = _REFUND_STATES.get(_text(data, name, 20))
    if state is None:
        raise Senseless("退款状态不明")
    is_done = state is RefundState.SUCCESS
    return RefundFact(
        out_refund_no=_number(data, "out_refund_no", 64),
        out_trade_no=_number(data, "out_trade_no", 32),
        refund_id=_number(data, "refund_id", 40),
        state=state,
        amount_fen=_fen(_part(data, "amount"), "refund"),
        succeeded_at=_moment(data, "success_time") if is_done else None,
    )


def transfer_answer(data: Json) -> TransferFact:
    """What a request for a transfer was answered: neither amount nor payee are told."""
    return _transfer(data)


def transfer_fact(data: Json) -> TransferFact:
    """A transfer as queried or notified, with all that makes it comparable."""
    state = _TRANSFER_STATES.get(_text(data, "state", 20))
    return replace(
        _transfer(data),
        amount_fen=_fen(data, "transfer_amount"),
        openid=_text(data, "openid", 64),
        mchid=_text(data, "mch_id", 32),
        finished_at=_moment(data, "update_time") if state is TransferState.SUCCESS else None,
    )


def _transfer(data: Json) -> TransferFact:
    state = _TRANSFER_STATES.get(_text(data, "state", 20))
    if state is None:
        raise Senseless("转账状态不明")
    return TransferFact(
        out_bill_no=_number(data, "out_bill_no", 32),
        state=state,
        transfer_bill_no=_number(data, "transfer_bill_no", 64),
        fail_reason=_text(data, "fail_reason", 64) if data.get("fail_reason") else "",
        package=_text(data, "package_info", 600) if data.get("package_info") else "",
    )


def _part(data: Json, name: str) -> Json:
    found = data.get(name)
    if not isinstance(found, dict):
        raise Senseless(f"{name} 缺失")
    return found


def _text(data: Json, name: str, limit: int) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= limit:
        raise Senseless(f"{name} 缺失或过长")
    if not value.isascii() or not value.isprintable():
        raise Senseless(f"{name} 含有异常字符")
    return value


def _number(data: Json, name: str, limit: int) -> str:
    value = _text(data, name, limit)
    if not re.fullmatch(r"[0-9A-Za-z_\-|*@]+", value, re.ASCII):
        raise Senseless(f"{name} 格式不对")
    return value


def _fen(data: Json, name: str) -> int:
    """A whole number of fen above nothing: 100.0, "100" and true are none."""
    value = data.get(name)
    if type(value) is not int or not 0 < value <= MAX_FEN:
        raise Senseless(f"{name} 不是有效的金额")
    return value


def _moment(data: Json, name: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(_text(data, name, 40))
    except ValueError as error:
        raise Senseless(f"{name} 不是时间") from error
    if found.tzinfo is None or not 2010 < found.year < 2200:
        raise Senseless(f"{name} 不是时间")
    return found.astimezone(dt.UTC)
