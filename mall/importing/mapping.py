"""The generic format: which column of the file is which field of ours, saved as JSON.

{"name": "online-retail", "columns": {"order_no": "InvoiceNo", "placed_at": "InvoiceDate",
 "quantity": "Quantity", "price": "UnitPrice", "buyer": "CustomerID"}, "unit": "yuan",
 "timezone": "Asia/Shanghai", "cancellation": {"column": "InvoiceNo", "prefix": "C"},
 "left_out": {"column": "InvoiceNo", "prefix": "A"}, "statuses": {}, "buyer_kind": "generic"}
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from mall.importing.records import OrderStatus
from mall.importing.refusals import BadMapping

ORDER_FIELDS = (
    "order_no", "placed_at", "paid_at", "shipped_at", "received_at", "status", "buyer",
    "buyer_phone", "freight", "discount", "refund", "name", "phone", "address",
    "tracking_no", "carrier",
)  # fmt: skip
LINE_FIELDS = ("sku_code", "title", "quantity", "price", "amount")
REQUIRED = ("order_no", "placed_at")
UNITS = {"yuan": 100, "fen": 1}


@dataclass(frozen=True, slots=True)
class Rule:
    """Holds for a document whose `column` starts with `prefix`, on its first row."""

    column: str
    prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """`unit` is what one unit of the file's amounts is read as: a yuan or a fen.

    Amounts of a foreign currency are read one for one: a pound counts as a yuan.
    `cancellation` marks documents that take back earlier ones; `left_out` those that are
    not trade at all, reported and not imported. `statuses` turns the file's words into ours.
    """

    columns: dict[str, str]
    name: str = ""
    unit: str = "yuan"
    timezone: str = "Asia/Shanghai"
    buyer_kind: str = "generic"
    cancellation: Rule | None = None
    left_out: Rule | None = None
    statuses: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_columns(self.columns)
        if self.unit not in UNITS:
            raise BadMapping("金额单位只能是 yuan 或 fen")
        if unknown := set(self.statuses.values()) - set(OrderStatus):
            raise BadMapping("不认识的订单状态：" + "、".join(sorted(map(str, unknown))))
        if not (self.buyer_kind.isidentifier() and len(self.buyer_kind) <= 40):
            raise BadMapping("buyer_kind 只能是英文标识")
        try:
            ZoneInfo(self.timezone)
        except (ValueError, OSError, KeyError):
            raise BadMapping(f"不认识的时区：{self.timezone}") from None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def fen_per_unit(self) -> int:
        return UNITS[self.unit]

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=2)

    @classmethod
    def from_json(cls, text: str) -> "Mapping":
        """Raises `BadMapping` naming the first thing that is wrong."""
        try:
            found = json.loads(text)
        except ValueError:
            raise BadMapping("字段对应关系不是有效的 JSON") from None
        return cls.from_dict(found)

    @classmethod
    def from_dict(cls, found: Any) -> "Mapping":
        if not isinstance(found, dict):
            raise BadMapping
        if unknown := set(found) - set(cls.__dataclass_fields__):
            raise BadMapping("不认识的设置：" + "、".join(sorted(map(str, unknown))))
        for name in ("name", "unit", "timezone", "buyer_kind"):
            if not isinstance(found.get(name, ""), str):
                raise BadMapping(f"「{name}」应为文字")
        plain = {name: value for name, value in found.items() if name not in _PARSED}
        return cls(
            columns=_texts(found.get("columns"), "columns"),
            statuses=_texts(found.get("statuses", {}), "statuses"),
            cancellation=_rule(found.get("cancellation"), "cancellation"),
            left_out=_rule(found.get("left_out"), "left_out"),
            **plain,
        )


_PARSED = frozenset({"columns", "statuses", "cancellation", "left_out"})


def _check_columns(columns: dict[str, str]) -> None:
    if unknown := set(columns) - {*ORDER_FIELDS, *LINE_FIELDS}:
        raise BadMapping("不认识的字段：" + "、".join(sorted(unknown)))
    if missing := [name for name in REQUIRED if name not in columns]:
        raise BadMapping("缺少字段：" + "、".join(missing))
    if "amount" not in columns and not {"price", "quantity"} <= set(columns):
        raise BadMapping("需要 amount，或者 price 和 quantity")


def _texts(found: Any, name: str) -> dict[str, str]:
    if not isinstance(found, dict) or not all(
        isinstance(part, str) and part for pair in found.items() for part in pair
    ):
        raise BadMapping(f"「{name}」应为文字到文字的对应")
    return dict(found)


def _rule(found: Any, name: str) -> Rule | None:
    if found is None:
        return None
    texts = _texts(found, name)
    if set(texts) != {"column", "prefix"}:
        raise BadMapping(f"「{name}」需要 column 和 prefix")
    return Rule(**texts)


_USUAL_NAMES: dict[str, tuple[str, ...]] = {
    "order_no": ("订单号", "订单编号", "InvoiceNo", "Invoice", "order_no", "order_id"),
    "placed_at": ("下单时间", "订单创建时间", "InvoiceDate", "placed_at", "order_date"),
    "paid_at": ("付款时间", "支付时间", "paid_at"),
    "status": ("订单状态", "status"),
    "buyer": ("客户编号", "买家", "会员号", "CustomerID", "Customer ID", "customer_id", "buyer"),
    "buyer_phone": ("手机号", "买家手机号", "phone"),
    "sku_code": ("商品编码", "SKU", "货号", "StockCode", "sku", "sku_code"),
    "title": ("商品名称", "标题", "Description", "title"),
    "quantity": ("数量", "购买数量", "Quantity", "quantity"),
    "price": ("单价", "价格", "UnitPrice", "Price", "price"),
    "amount": ("行金额", "amount"),
    "freight": ("运费", "freight"),
    "discount": ("优惠", "优惠金额", "discount"),
    "refund": ("退款金额", "refund"),
}


def suggest_mapping(columns: Sequence[str]) -> Mapping | None:
    """A first guess from the header for a person to check; None where too little is known."""
    found = {
        name: next((choice for choice in choices if choice in columns), None)
        for name, choices in _USUAL_NAMES.items()
    }
    known = {name: column for name, column in found.items() if column}
    has_invoices = known.get("order_no") in {"InvoiceNo", "Invoice"}
    try:
        return Mapping(
            columns=known,
            cancellation=Rule(known["order_no"], "C") if has_invoices else None,
            left_out=Rule(known["order_no"], "A") if has_invoices else None,
        )
    except BadMapping:
        return None
