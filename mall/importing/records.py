"""What a reader hands over: orders and problems, frozen, money in integer fen.

The meaning of each amount on each platform is stated in docs/rules.md, 订单导入口径.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class OrderStatus(StrEnum):
    CREATED = "created"
    PAID = "paid"
    SHIPPED = "shipped"
    COMPLETED = "completed"
    CLOSED = "closed"


class RecordKind(StrEnum):
    """ORDER is a sale. CANCELLATION is a negative document that names no original order.

    LINES_ONLY carries the lines of an order whose own row is in another file: it has
    no buyer, and no time or payment unless its layout tells them.
    """

    ORDER = "order"
    CANCELLATION = "cancellation"
    LINES_ONLY = "lines_only"


class Flag(StrEnum):
    """What a person may want to look at in an order that was read."""

    AMOUNT_PROVISIONAL = "amount_provisional"
    AMOUNTS_DIFFER = "amounts_differ"
    BUYER_MASKED = "buyer_masked"
    BUYER_MISSING = "buyer_missing"
    DELETED_ON_PLATFORM = "deleted_on_platform"
    DETAIL_MISSING = "detail_missing"
    LINES_MERGED = "lines_merged"
    LOCKED_ON_PLATFORM = "locked_on_platform"
    PAID_WITHOUT_TIME = "paid_without_time"
    PARTLY_SHIPPED = "partly_shipped"
    RECEIVER_ENCRYPTED = "receiver_encrypted"
    REFUND_OVER_PAID = "refund_over_paid"
    REFUND_UNKNOWN = "refund_unknown"
    TOTAL_DIFFERS = "total_differs"
    UNMARKED_NEGATIVE = "unmarked_negative"
    ZERO_TOTAL = "zero_total"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedLine:
    """One line. `amount_fen` is before any discount given to the whole order.

    `price_fen` is None where the file does not tell it. `refund_fen` is 0 where the file
    tells refunds by order only: the order's own figure is the one to trust.
    """

    sku_code: str
    title: str
    quantity: int
    price_fen: int | None
    amount_fen: int
    refund_fen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """As the file shows it: a phone may be masked, and ciphertext is left empty."""

    name: str = ""
    phone: str = ""
    address: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedOrder:
    """One order, cancellation or set of lines. Times are aware, in UTC.

    total = goods + freight − discount. A cancellation has negative lines and total,
    `paid_fen` 0 and a positive `refund_fen`, so `net_fen` is right for every kind.
    `line_count` is what the file says, also where `lines` holds one merged line.
    `placed_at` is None for LINES_ONLY alone.
    """

    platform: str
    platform_order_no: str
    kind: RecordKind = RecordKind.ORDER
    buyer_key: str | None = None
    buyer_kind: str
    buyer_phone: str | None = None
    placed_at: datetime | None
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    received_at: datetime | None = None
    status: OrderStatus
    goods_fen: int
    freight_fen: int = 0
    discount_fen: int = 0
    total_fen: int
    paid_fen: int = 0
    refund_fen: int = 0
    refund_known: bool
    lines: tuple[ImportedLine, ...]
    line_count: int
    receiver: Receiver = field(default_factory=Receiver)
    tracking_no: str = ""
    carrier: str = ""
    flags: tuple[Flag, ...] = ()
    row_numbers: tuple[int, ...]

    @property
    def is_paid(self) -> bool:
        return self.paid_at is not None or self.paid_fen > 0

    @property
    def net_fen(self) -> int:
        return self.paid_fen - self.refund_fen


LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that was not imported; `row` counts from 1, the header being row 1 as in Excel."""

    row: int
    code: str
    message: str
    raw: str = ""

    @property
    def is_left_out(self) -> bool:
        """Left out on purpose by the mapping's rule: reported, but not an error."""
        return self.code == LEFT_OUT


class CellProblem(Exception):
    """A cell that cannot be read; the reader turns it into a `RowProblem`."""

    def __init__(self, code: str, message: str, raw: object = "", row: int | None = None) -> None:
        self.code = code
        self.text = message
        self.raw = "" if raw is None else str(raw)[:200]
        self.row = row
        super().__init__(f"{code}: {message}")

    def at(self, row: int) -> RowProblem:
        return RowProblem(self.row or row, self.code, self.text, self.raw)
