"""Fills `mall.contracts.PaymentGateway` with JSAPI payments of API v3."""

import datetime as dt
from urllib.parse import quote, urlencode

from core import clock, ports
from core.errors import Outcome, PortFailure
from mall.contracts import ALREADY_PAID, Merchant, PaymentFact, RefundFact, TradeState
from org.contracts import SiteUrls
from wechatpay import signing
from wechatpay.client import Json, PayClient
from wechatpay.errcodes import NOT_THERE
from wechatpay.facts import Senseless, payment_fact, refund_fact
from wechatpay.models import PayMerchant
from wechatpay.selectors import get_merchant

TRADES = "/v3/pay/transactions/out-trade-no"
_NOTHING_TO_CLOSE = NOT_THERE | {"ORDER_CLOSED"}
REFUNDS = "/v3/refund/domestic/refunds"


def notify_url(merchant: PayMerchant) -> str:
    return ports.get(SiteUrls).machine_url(f"/pay/notify/{merchant.notify_key}")


class WechatPayGateway:
    def merchant(self) -> Merchant:
        account = get_merchant()
        return Merchant(mchid=account.mchid, appid=account.appid)

    def client_params(self, prepay_id: str) -> dict[str, str]:
        account = get_merchant()
        return signing.client_params(
            appid=account.appid, pem=account.private_key_pem, prepay_id=prepay_id
        )

    def create_jsapi(
        self,
        out_trade_no: str,
        amount_fen: int,
        description: str,
        openid: str,
        expires_at: dt.datetime,
    ) -> str:
        """Moves no money and may be repeated, so a lost answer is merely retryable."""
        account = get_merchant()
        body: Json = {
            "appid": account.appid,
            "mchid": account.mchid,
            "description": description,
            "out_trade_no": out_trade_no,
            "time_expire": _rfc3339(expires_at),
            "notify_url": notify_url(account),
            "amount": {"total": amount_fen, "currency": "CNY"},
            "payer": {"openid": openid},
        }
        answer = PayClient(account).call("POST", "/v3/pay/transactions/jsapi", body)
        prepay_id = answer.get("prepay_id")
        if not isinstance(prepay_id, str) or not prepay_id:
            raise _misunderstood(Outcome.RETRYABLE)
        return prepay_id

    def query(self, out_trade_no: str) -> PaymentFact | None:
        account = get_merchant()
        query = urlencode({"mchid": account.mchid})
        data = _find(PayClient(account), f"{TRADES}/{quote(out_trade_no, safe='')}?{query}")
        if data is None:
            return None
        try:
            fact = payment_fact(data)
        except Senseless as error:
            raise _misunderstood(Outcome.RETRYABLE) from error
        if fact.out_trade_no != out_trade_no:
            raise _misunderstood(Outcome.RETRYABLE)
        return fact

    def close(self, out_trade_no: str) -> None:
        """Whatever the refusal is called, what the number has come to is asked for."""
        account = get_merchant()
        path = f"{TRADES}/{quote(out_trade_no, safe='')}/close"
        try:
            PayClient(account).call("POST", path, {"mchid": account.mchid})
        except PortFailure as failure:
            if failure.code in _NOTHING_TO_CLOSE:
                return
            if failure.outcome is not Outcome.REJECTED or failure.code == ALREADY_PAID:
                raise
            self._raise_unless_closed(out_trade_no, failure)

    def _raise_unless_closed(self, out_trade_no: str, failure: PortFailure) -> None:
        fact = self.query(out_trade_no)
        if fact is None or fact.state is TradeState.CLOSED:
            return
        if fact.state in (TradeState.SUCCESS, TradeState.REFUND):
            raise PortFailure(ALREADY_PAID, "订单已支付") from failure
        raise failure

    def refund(
        self,
        out_refund_no: str,
        out_trade_no: str,
        amount_fen: int,
        total_fen: int,
        reason: str,
    ) -> RefundFact:
        account = get_merchant()
        body: Json = {
            "out_trade_no": out_trade_no,
            "out_refund_no": out_refund_no,
            "notify_url": notify_url(account),
            "amount": {"refund": amount_fen, "total": total_fen, "currency": "CNY"},
        }
        if reason:
            body["reason"] = reason.encode()[:80].decode(errors="ignore")
        data = PayClient(account).call("POST", REFUNDS, body, lost=Outcome.UNKNOWN)
        return _refund(data, out_refund_no, Outcome.UNKNOWN)

    def query_refund(self, out_refund_no: str) -> RefundFact | None:
        client = PayClient(get_merchant())
        data = _find(client, f"{REFUNDS}/{quote(out_refund_no, safe='')}")
        return None if data is None else _refund(data, out_refund_no, Outcome.RETRYABLE)


def _find(client: PayClient, path: str) -> Json | None:
    try:
        return client.call("GET", path)
    except PortFailure as failure:
        if failure.code in NOT_THERE:
            return None
        raise


def _refund(data: Json, out_refund_no: str, lost: Outcome) -> RefundFact:
    try:
        fact = refund_fact(data)
    except Senseless as error:
        raise _misunderstood(lost) from error
    if fact.out_refund_no != out_refund_no:
        raise _misunderstood(lost)
    return fact


def _misunderstood(outcome: Outcome) -> PortFailure:
    return PortFailure("bad_answer", "微信支付的应答无法理解", outcome=outcome)


def _rfc3339(moment: dt.datetime) -> str:
    return moment.astimezone(clock.SHANGHAI).isoformat(timespec="seconds")
