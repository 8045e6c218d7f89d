"""What was imported, counted the same way for every platform (docs/rules.md, 订单导入口径)."""

from dataclasses import dataclass, field

from mall.importing.records import ImportedOrder, RecordKind


@dataclass(slots=True)
class Totals:
    """`add` each record once. A cancellation is no order, but its lines and refund count.

    `buyers` are those who placed an order, not those who only took one back.
    """

    orders: int = 0
    lines: int = 0
    paid_orders: int = 0
    paid_fen: int = 0
    refund_fen: int = 0
    refund_orders: int = 0
    cancellations: int = 0
    refund_unknown_orders: int = 0
    flagged_orders: dict[str, int] = field(default_factory=dict)
    _buyers: set[tuple[str, str]] = field(default_factory=set)

    @property
    def buyers(self) -> int:
        return len(self._buyers)

    @property
    def net_fen(self) -> int:
        return self.paid_fen - self.refund_fen

    def add(self, order: ImportedOrder) -> None:
        self.lines += order.line_count
        self.paid_orders += order.is_paid
        self.paid_fen += order.paid_fen
        self.refund_fen += order.refund_fen
        self.refund_orders += order.refund_fen > 0
        for flag in order.flags:
            self.flagged_orders[flag] = self.flagged_orders.get(flag, 0) + 1
        if order.kind is RecordKind.CANCELLATION:
            self.cancellations += 1
        else:
            self._add_order(order)

    def _add_order(self, order: ImportedOrder) -> None:
        self.orders += 1
        self.refund_unknown_orders += not order.refund_known
        if order.buyer_key is not None:
            self._buyers.add((order.buyer_kind, order.buyer_key))

    def as_dict(self) -> dict[str, int]:
        """The eight figures every import reports, amounts in fen."""
        return {
            "orders": self.orders,
            "lines": self.lines,
            "buyers": self.buyers,
            "paid_orders": self.paid_orders,
            "paid_fen": self.paid_fen,
            "net_fen": self.net_fen,
            "refund_fen": self.refund_fen,
            "refund_orders": self.refund_orders,
        }
