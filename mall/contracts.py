"""What others may import of mall: its news, its refusals, the ports it needs, its types.

Money is integer fen. Times are aware. A port speaks of the merchant's own numbers:
`out_trade_no` is `Order.number`, `out_refund_no` is `Refund.out_refund_no`.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from core.errors import InvalidInput, Refusal
from core.events import Event

OWN = "own"
"""The platform name of orders placed here."""

HISTORY = "history"
"""The flag of orders that were brought in whole: their money never was on our merchant number."""

CASH = "cash:wechatpay"
SALES_GOODS = "sales:goods"
SALES_FREIGHT = "sales:freight"
SALES_CLAIM = "sales:claim"
SUSPENSE_LATE = "suspense:late"
"""Ledger accounts of the mall (docs/rules.md, 总账科目)."""


@dataclass(frozen=True)
class Place:
    """Where a parcel goes as far as its fee depends on it; "" is not known yet."""

    province: str = ""
    city: str = ""


@dataclass(frozen=True)
class Receiver:
    """Where a parcel goes; kept encrypted, only the city stays readable."""

    name: str
    phone: str
    city: str
    address: str
    province: str = ""
    district: str = ""

    @property
    def place(self) -> Place:
        return Place(self.province.strip(), self.city.strip())


class TradeState(StrEnum):
    """How a collection stands at the payment platform."""

    SUCCESS = "success"
    CLOSED = "closed"
    NOTPAY = "notpay"
    REFUND = "refund"
    ERROR = "error"


class RefundState(StrEnum):
    """How a refund stands at the payment platform."""

    SUCCESS = "success"
    PROCESSING = "processing"
    CLOSED = "closed"
    ABNORMAL = "abnormal"


@dataclass(frozen=True)
class PaymentFact:
    """What the payment platform says of a collection, by notice or by query.

    `amount_fen` is the order's total there; `transaction_id`, `openid` and `paid_at`
    are told once it was paid.
    """

    out_trade_no: str
    transaction_id: str
    state: TradeState
    amount_fen: int
    currency: str
    openid: str
    appid: str
    mchid: str
    paid_at: dt.datetime | None = None


@dataclass(frozen=True)
class RefundFact:
    """What the payment platform says of a refund; `succeeded_at` only when it has."""

    out_refund_no: str
    out_trade_no: str
    refund_id: str
    state: RefundState
    amount_fen: int
    succeeded_at: dt.datetime | None = None


@dataclass(frozen=True)
class Merchant:
    """Who collects: the merchant number and the app that the payer's openid belongs to."""

    mchid: str
    appid: str


class PaymentGateway(Protocol):
    """The payment platform. Every method but the first two calls out and may raise
    `core.errors.PortFailure`; none is called inside a transaction.
    """

    def merchant(self) -> Merchant: ...

    def client_params(self, prepay_id: str) -> dict[str, str]:
        """The signed arguments of the pay call in the customer's browser."""
        ...

    def create_jsapi(
        self,
        out_trade_no: str,
        amount_fen: int,
        description: str,
        openid: str,
        expires_at: dt.datetime,
    ) -> str:
        """The prepay_id; asking again with the same arguments gives a fresh one."""
        ...

    def query(self, out_trade_no: str) -> PaymentFact | None:
        """None when the number never reached the platform."""
        ...

    def close(self, out_trade_no: str) -> None:
        """No-op when it is closed already or never reached the platform.

        Raises `PortFailure(ALREADY_PAID)`, outcome REJECTED, when it was paid.
        """
        ...

    def refund(
        self,
        out_refund_no: str,
        out_trade_no: str,
        amount_fen: int,
        total_fen: int,
        reason: str,
    ) -> RefundFact:
        """The same number twice is one refund; a failed one is tried again under it."""
        ...

    def query_refund(self, out_refund_no: str) -> RefundFact | None:
        """None when the number never reached the platform."""
        ...


ALREADY_PAID = "ORDERPAID"
"""The code of `PaymentGateway.close` for a collection that was paid."""


class AttributionEvidence(Protocol):
    """What speaks for whom at this moment; mall keeps it on the line and never reads it."""

    def snapshot(
        self,
        *,
        member_id: int,
        brand_id: int,
        sku_ids: Sequence[int],
        placed_at: dt.datetime,
    ) -> Mapping[int, dict[str, Any]]:
        """JSON for each SKU: rule version, rate, candidates, binding as of `placed_at`.

        Called in the transaction that places the order; reads the database only.
        """
        ...


@dataclass(frozen=True)
class OrderPlaced(Event):
    name: ClassVar[str] = "mall.order_placed"
    order_id: int


@dataclass(frozen=True)
class OrderPaid(Event):
    """A sale was paid. The 1-fen order of a benefit announces EntitlementClaimed instead."""

    name: ClassVar[str] = "mall.order_paid"
    order_id: int


@dataclass(frozen=True)
class OrderShipped(Event):
    name: ClassVar[str] = "mall.order_shipped"
    order_id: int


@dataclass(frozen=True)
class OrderReceived(Event):
    name: ClassVar[str] = "mall.order_received"
    order_id: int


@dataclass(frozen=True)
class OrderClosed(Event):
    """Closed without having been paid."""

    name: ClassVar[str] = "mall.order_closed"
    order_id: int


@dataclass(frozen=True)
class RefundSucceeded(Event):
    """Money of a sale went back, in part or whole (never that of a late payment)."""

    name: ClassVar[str] = "mall.refund_succeeded"
    refund_id: int


@dataclass(frozen=True)
class EntitlementClaimed(Event):
    name: ClassVar[str] = "mall.entitlement_claimed"
    entitlement_id: int


@dataclass(frozen=True)
class EntitlementRedeemed(Event):
    name: ClassVar[str] = "mall.entitlement_redeemed"
    entitlement_id: int


@dataclass(frozen=True)
class OrdersImported(Event):
    """Orders of elsewhere came in or changed; ISO days bound the figures they move."""

    name: ClassVar[str] = "mall.orders_imported"
    first_day: str
    last_day: str


class TotalChanged(Refusal):
    """The total the customer saw is not the total now; `detail` has both in fen."""

    code: ClassVar[str] = "total_changed"
    message: ClassVar[str] = "价格刚刚有变动，请确认新的金额后再下单"


class SoldOut(Refusal):
    code: ClassVar[str] = "sold_out"
    message: ClassVar[str] = "来晚一步，商品库存不足"


class LimitReached(Refusal):
    """The person has what one person may have of a flash sale."""

    code: ClassVar[str] = "limit_reached"
    message: ClassVar[str] = "您已达到这场秒杀的限购数量"

    @classmethod
    def at(cls, most: int) -> "LimitReached":
        return cls(f"这场秒杀每人限购 {most} 件", most=most)


class SaleNotOpen(Refusal):
    """The flash sale has not begun, or is over."""

    code: ClassVar[str] = "sale_not_open"
    message: ClassVar[str] = "秒杀已经结束"


class NotOnSale(Refusal):
    code: ClassVar[str] = "not_on_sale"
    message: ClassVar[str] = "商品已下架"


class BrandsMixed(InvalidInput):
    code: ClassVar[str] = "brands_mixed"
    message: ClassVar[str] = "不同品牌的商品请分开下单"


class CartInvalid(InvalidInput):
    code: ClassVar[str] = "cart_invalid"
    message: ClassVar[str] = "购买数量有误"


class CartFull(Refusal):
    code: ClassVar[str] = "cart_full"
    message: ClassVar[str] = "购物车放不下了，先结算或清理一些再加"


class NotDelivered(Refusal):
    """The brand sends nothing to this region."""

    code: ClassVar[str] = "not_delivered"
    message: ClassVar[str] = "抱歉，这个地区暂时不能配送，请换一个收货地址"


class AddressBookFull(Refusal):
    code: ClassVar[str] = "address_book_full"
    message: ClassVar[str] = "最多保存 20 个地址，请先删掉不用的"


class ReceiverInvalid(InvalidInput):
    code: ClassVar[str] = "receiver_invalid"
    message: ClassVar[str] = "请填写完整的收货人、手机号和地址"


class OrderStateRefused(Refusal):
    """The order is not in a state that allows this."""

    code: ClassVar[str] = "order_state"
    message: ClassVar[str] = "订单当前的状态不支持这个操作"


class PayWindowClosed(Refusal):
    code: ClassVar[str] = "pay_window_closed"
    message: ClassVar[str] = "订单已超过付款时间，请重新下单"


class RefundTooMuch(Refusal):
    code: ClassVar[str] = "refund_too_much"
    message: ClassVar[str] = "退款金额超过了可退金额"


class RefundNotAllowed(Refusal):
    code: ClassVar[str] = "refund_not_allowed"
    message: ClassVar[str] = "这笔订单不能退款"


class RefundOpen(Refusal):
    code: ClassVar[str] = "refund_open"
    message: ClassVar[str] = "订单有退款正在处理，请稍后再操作"


class StockBelowSold(Refusal):
    code: ClassVar[str] = "stock_below_sold"
    message: ClassVar[str] = "库存不能少于已售出的数量"


class EntitlementUnusable(Refusal):
    code: ClassVar[str] = "entitlement_unusable"
    message: ClassVar[str] = "这份福利现在不能使用"


class SkuCodeTaken(InvalidInput):
    code: ClassVar[str] = "sku_code_taken"
    message: ClassVar[str] = "商品编码已存在"
