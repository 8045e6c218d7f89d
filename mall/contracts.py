"""What others may import of mall: the ports it needs and what they carry."""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class PaymentFact:
    """What the collecting side says of a payment of ours; amounts in fen.

    `state` is success, closed, notpay, refund (paid, and money went back) or error.
    """

    out_trade_no: str
    transaction_id: str
    state: str
    amount_fen: int
    currency: str
    openid: str
    appid: str
    mchid: str
    paid_at: dt.datetime | None = None


@dataclass(frozen=True)
class RefundFact:
    """What the collecting side says of a refund; `state` is success, processing, closed
    or abnormal."""

    out_refund_no: str
    out_trade_no: str
    refund_id: str
    state: str
    amount_fen: int
    succeeded_at: dt.datetime | None = None


@dataclass(frozen=True)
class PayAccount:
    """The account money is collected on: what a fact must agree with."""

    appid: str
    mchid: str


class PaymentGateway(Protocol):
    """Collects and gives back money; every call may raise `PortFailure`."""

    def account(self) -> PayAccount: ...

    def create_jsapi(
        self,
        out_trade_no: str,
        amount_fen: int,
        description: str,
        openid: str,
        expires_at: dt.datetime | None,
    ) -> str:
        """A prepay id; the same number with the same content may ask again."""
        ...

    def client_params(self, prepay_id: str) -> dict[str, str]:
        """The signed arguments with which the customer's page opens the payment."""
        ...

    def query(self, out_trade_no: str) -> PaymentFact | None:
        """The payment as it stands, or None when the number never arrived."""
        ...

    def close(self, out_trade_no: str) -> None:
        """Close an unpaid number; code `ORDER_PAID` when the customer was faster."""
        ...

    def refund(
        self,
        out_refund_no: str,
        out_trade_no: str,
        amount_fen: int,
        total_fen: int,
        reason: str,
    ) -> RefundFact:
        """Ask for money back; accepted is not yet given. Repeat under the same number."""
        ...

    def query_refund(self, out_refund_no: str) -> RefundFact | None: ...
