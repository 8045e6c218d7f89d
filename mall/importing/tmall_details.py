"""Tmall and Taobao: the detail list (ExportOrderDetailList), one row per line.

The older layout has no time, buyer or payment, so alone it gives LINES_ONLY records for
orders that are imported already; the newer one adds times, payment and refund by line.
"""

from collections.abc import Iterator
from datetime import datetime

from mall.importing.building import (
    LONGEST_TITLE,
    Item,
    Money,
    build_each,
    build_lines,
    optional_fen,
    paid_flags,
    refund_flags,
    required_time,
    status_in,
)
from mall.importing.cells import (
    amount_of,
    code_of,
    decimal_of,
    quantity_of,
    round_fen,
    short_code_of,
    text_of,
    time_of,
)
from mall.importing.grouping import Group, group_rows, last_rows
from mall.importing.records import (
    CellProblem,
    Flag,
    ImportedLine,
    ImportedOrder,
    OrderStatus,
    RecordKind,
    RowProblem,
)
from mall.importing.tables import Table, find_places

COLUMNS: dict[str, tuple[str, ...]] = {
    "order_no": ("主订单编号", "订单编号"),
    "title": ("标题",),
    "price": ("价格",),
    "quantity": ("购买数量",),
    "sku_code": ("外部系统编号",),
    "item_code": ("商家编码",),
    "status": ("订单状态",),
    "due": ("买家应付货款",),
    "paid": ("买家实际支付金额",),
    "refund": ("退款金额",),
    "placed_at": ("订单创建时间",),
    "paid_at": ("订单付款时间",),
}
REQUIRED = ("order_no", "title", "price", "quantity", "status")

PARTLY_SHIPPED = "卖家部分发货"
STATUSES = {
    "等待买家付款": OrderStatus.CREATED,
    "没有创建支付宝交易": OrderStatus.CREATED,
    "买家已付款，等待卖家发货": OrderStatus.PAID,
    PARTLY_SHIPPED: OrderStatus.PAID,
    "卖家已发货，等待买家确认": OrderStatus.SHIPPED,
    "交易成功": OrderStatus.COMPLETED,
    "交易关闭": OrderStatus.CLOSED,
    "付款以后用户退款成功，交易自动关闭": OrderStatus.CLOSED,
    "付款以前，卖家或买家主动关闭交易": OrderStatus.CLOSED,
}
# The order as a whole stands at the earliest step that one of its lines still has to take.
_PRECEDENCE = (
    OrderStatus.CREATED,
    OrderStatus.PAID,
    OrderStatus.SHIPPED,
    OrderStatus.COMPLETED,
    OrderStatus.CLOSED,
)


def status_text(cell: object) -> str:
    """The comma may be full or half width, with a blank behind it or none."""
    return "".join(text_of(cell).split()).replace(",", "，")


def read_status(cell: object) -> OrderStatus:
    return status_in(STATUSES, status_text(cell))


def read_line(cells: dict[str, object]) -> ImportedLine:
    """`amount_fen` is what is due for the line where the layout tells it, else price × pieces."""
    quantity = quantity_of(cells["quantity"])
    price = decimal_of(cells["price"])
    if quantity is None or price is None:
        raise CellProblem("line_incomplete", "缺少价格或购买数量", cells["title"])
    due = amount_of(cells.get("due")).fen
    return ImportedLine(
        sku_code=short_code_of(
            code_of(cells.get("sku_code")) or cells.get("item_code"), "商家编码"
        ),
        title=text_of(cells["title"])[:LONGEST_TITLE],
        quantity=quantity,
        price_fen=round_fen(price * 100, cells["price"]),
        amount_fen=round_fen(price * quantity * 100, cells["price"]) if due is None else due,
        refund_fen=optional_fen(cells, "refund"),
    )


class Details:
    """The detail list read in step with the order list.

    Both lists come in the same order as a rule, so few groups wait at a time; in the
    worst case all of them do, and the result is the same.
    """

    def __init__(self, table: Table) -> None:
        places = find_places(table.columns, COLUMNS, REQUIRED)
        self._last = last_rows(table, places)
        self._groups = group_rows(table, places, self._last)
        self._waiting: dict[str, Group] = {}
        self._problems: list[RowProblem] = []

    def take(self, order_no: str) -> Group | None:
        """The lines of an order, None where the list has none. An order is taken once."""
        if order_no not in self._last:
            return None
        while order_no not in self._waiting:
            group = next(self._groups, None)
            if group is None:
                return None
            self._keep(group)
        return self._waiting.pop(order_no)

    def problems(self) -> list[RowProblem]:
        """The problems met since the last call."""
        met, self._problems = self._problems, []
        return met

    def left_over(self) -> Iterator[RowProblem]:
        """Lines whose order the order list does not have."""
        for group in self._groups:
            self._keep(group)
        yield from self.problems()
        for group in self._waiting.values():
            message = "明细里的订单不在订单报表中"
            yield RowProblem(group.rows[0].number, "detail_without_order", message, group.order_no)

    def _keep(self, group: Group | RowProblem) -> None:
        if isinstance(group, RowProblem):
            self._problems.append(group)
        else:
            self._waiting[group.order_no] = group


def read_lines_only(table: Table) -> Iterator[Item]:
    """The detail list alone. Raises `ImportRefused` before the first item is asked for."""
    places = find_places(table.columns, COLUMNS, REQUIRED)
    return build_each(group_rows(table, places, last_rows(table, places)), _order)


def _order(group: Group) -> ImportedOrder:
    """A whole order but for its buyer where the layout tells times and payment."""
    cells = group.first
    lines = build_lines(group.rows, read_line)
    is_whole = {"placed_at", "paid", "refund"} <= cells.keys()
    money = _money(group, lines, is_whole=is_whole)
    paid_at = time_of(cells.get("paid_at"))
    return ImportedOrder(
        platform="tmall",
        platform_order_no=group.order_no,
        kind=RecordKind.ORDER if is_whole else RecordKind.LINES_ONLY,
        buyer_kind="tmall",
        placed_at=_placed_at(cells, is_whole=is_whole),
        paid_at=paid_at,
        status=_status(group),
        goods_fen=money.goods,
        total_fen=money.total,
        paid_fen=money.paid,
        refund_fen=money.refund,
        refund_known=money.refund_known,
        lines=lines,
        line_count=len(lines),
        flags=(Flag.BUYER_MISSING, *money.flags, *paid_flags(paid_at, money.paid)),
        row_numbers=group.row_numbers,
    )


def _placed_at(cells: dict[str, object], *, is_whole: bool) -> datetime | None:
    if is_whole:
        return required_time(cells, "placed_at", "订单创建时间")
    return time_of(cells.get("placed_at"))


def _money(group: Group, lines: tuple[ImportedLine, ...], *, is_whole: bool) -> Money:
    goods = sum(line.amount_fen for line in lines)
    paid = sum(optional_fen(row.cells, "paid") for row in group.rows)
    refund = sum(line.refund_fen for line in lines) if is_whole else None
    return Money(
        goods=goods,
        freight=0,
        discount=0,
        total=goods,
        paid=paid,
        refund=refund or 0,
        refund_known=is_whole,
        flags=refund_flags(refund, paid),
    )


def _status(group: Group) -> OrderStatus:
    statuses = {read_status(row.cells["status"]) for row in group.rows}
    return next(status for status in _PRECEDENCE if status in statuses)
