"""The payment platform, in memory: what it was asked, what it was paid, what it answers."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from core import clock
from core.errors import Outcome, PortFailure
from mall.contracts import (
    ALREADY_PAID,
    Merchant,
    PaymentFact,
    RefundFact,
    RefundState,
    TradeState,
)

MERCHANT = Merchant(mchid="1900000001", appid="wx_mall")


@dataclass
class FakeGateway:
    """Strict where the platform is: no refund without a payment, none beyond it.

    `during` lets another actor act once while we wait for the answer of a method.
    """

    payments: dict[str, PaymentFact] = field(default_factory=dict)
    refunds: dict[str, RefundFact] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    failures: dict[str, list[PortFailure]] = field(default_factory=dict)
    descriptions: list[str] = field(default_factory=list)
    during: dict[str, Callable[[], object]] = field(default_factory=dict)
    refunds_finish: bool = True

    def merchant(self) -> Merchant:
        return MERCHANT

    def client_params(self, prepay_id: str) -> dict[str, str]:
        return {"package": f"prepay_id={prepay_id}"}

    def create_jsapi(
        self,
        out_trade_no: str,
        amount_fen: int,
        description: str,
        openid: str,
        expires_at: dt.datetime,
    ) -> str:
        self._called("create_jsapi", out_trade_no)
        self.descriptions.append(description)
        fresh = self.accept(out_trade_no, amount_fen, openid)
        if self.payments[out_trade_no] != fresh:
            raise PortFailure("OUT_TRADE_NO_USED")
        return f"wx{len(self.calls):04d}"

    def accept(self, out_trade_no: str, amount_fen: int, openid: str = "o_eve") -> PaymentFact:
        """Open a collection: also what happens when only the answer to us got lost."""
        fresh = PaymentFact(
            out_trade_no=out_trade_no,
            transaction_id="",
            state=TradeState.NOTPAY,
            amount_fen=amount_fen,
            currency="CNY",
            openid=openid,
            appid=MERCHANT.appid,
            mchid=MERCHANT.mchid,
        )
        self.payments.setdefault(out_trade_no, fresh)
        return fresh

    def query(self, out_trade_no: str) -> PaymentFact | None:
        self._called("query", out_trade_no)
        return self.payments.get(out_trade_no)

    def close(self, out_trade_no: str) -> None:
        self._called("close", out_trade_no)
        known = self.payments.get(out_trade_no)
        if known is None:
            return
        if known.state in (TradeState.SUCCESS, TradeState.REFUND):
            raise PortFailure(ALREADY_PAID)
        self.payments[out_trade_no] = replace(known, state=TradeState.CLOSED)

    def refund(
        self,
        out_refund_no: str,
        out_trade_no: str,
        amount_fen: int,
        total_fen: int,
        reason: str,
    ) -> RefundFact:
        known = self.refunds.get(out_refund_no)
        if known is None or known.state in (RefundState.CLOSED, RefundState.ABNORMAL):
            known = self._new_refund(out_refund_no, out_trade_no, amount_fen, total_fen)
        self._called("refund", out_refund_no)
        assert known.amount_fen == amount_fen, "the same number with another amount"
        self.refunds[out_refund_no] = known
        return known

    def query_refund(self, out_refund_no: str) -> RefundFact | None:
        self._called("query_refund", out_refund_no)
        return self.refunds.get(out_refund_no)

    def pay(self, out_trade_no: str, **wrong: Any) -> PaymentFact:
        """The customer pays; what the notice says. `wrong` fields are for forgeries."""
        paid = replace(
            self.payments[out_trade_no],
            state=TradeState.SUCCESS,
            transaction_id=f"42{out_trade_no[-10:]}",
            paid_at=clock.now(),
        )
        self.payments[out_trade_no] = paid
        return replace(paid, **wrong)

    def finish_refund(self, out_refund_no: str, state: RefundState) -> RefundFact:
        """The platform decides about a refund it was still processing."""
        self.refunds[out_refund_no] = self._finished(self.refunds[out_refund_no], state)
        return self.refunds[out_refund_no]

    def fail_next(self, method: str, code: str, outcome: Outcome) -> None:
        """The next call of `method` fails; with UNKNOWN it has acted all the same."""
        self.failures.setdefault(method, []).append(PortFailure(code, outcome=outcome))

    def asked(self, method: str) -> list[str]:
        return [ref for name, ref in self.calls if name == method]

    def _called(self, method: str, ref: str) -> None:
        self.calls.append((method, ref))
        other_actor = self.during.pop(method, None)
        if other_actor:
            other_actor()
        if self.failures.get(method):
            failure = self.failures[method].pop(0)
            if failure.outcome is Outcome.UNKNOWN and method == "refund":
                self._remember_unanswered(ref)
            raise failure

    def _remember_unanswered(self, out_refund_no: str) -> None:
        if self._pending is not None:
            self.refunds[out_refund_no] = self._pending

    _pending: RefundFact | None = None

    def _new_refund(
        self, out_refund_no: str, out_trade_no: str, amount_fen: int, total_fen: int
    ) -> RefundFact:
        paid = self.payments[out_trade_no]
        assert paid.state is TradeState.SUCCESS, "refund of what was never paid"
        assert paid.amount_fen == total_fen, "the total of the payment is another"
        given = sum(
            one.amount_fen
            for one in self.refunds.values()
            if one.out_trade_no == out_trade_no
            and one.out_refund_no != out_refund_no
            and one.state in (RefundState.SUCCESS, RefundState.PROCESSING)
        )
        assert given + amount_fen <= total_fen, "more refunded than was paid"
        fresh = RefundFact(
            out_refund_no=out_refund_no,
            out_trade_no=out_trade_no,
            refund_id=f"50{out_refund_no[-8:]}",
            state=RefundState.PROCESSING,
            amount_fen=amount_fen,
        )
        if self.refunds_finish:
            fresh = self._finished(fresh, RefundState.SUCCESS)
        self._pending = fresh
        return fresh

    def _finished(self, fact: RefundFact, state: RefundState) -> RefundFact:
        at = clock.now() if state is RefundState.SUCCESS else None
        return replace(fact, state=state, succeeded_at=at)


@dataclass
class FakeEvidence:
    """Fills `AttributionEvidence`; remembers what it was asked."""

    asked: list[dict[str, Any]] = field(default_factory=list)

    def snapshot(self, **asked: Any) -> dict[int, dict[str, Any]]:
        self.asked.append(asked)
        return {sku_id: {"rule_version": 1, "rate_ppm": 100_000} for sku_id in asked["sku_ids"]}
