"""Tmall and Taobao: the order list (ExportOrderList), one row per order.

Alone it tells all amounts but not how they fall on the lines of an order with several
titles: such an order gets one merged line. With the detail list it gets real lines.
"""

from collections.abc import Iterator
from functools import partial

from mall.importing.addresses import has_ciphertext, read_receiver
from mall.importing.building import (
    LONGEST_CARRIER,
    LONGEST_TITLE,
    Item,
    Money,
    build_lines,
    build_one,
    buyer_key_of,
    discount_of,
    is_provisional,
    optional_fen,
    paid_flags,
    refund_flags,
    required_fen,
    required_time,
    with_refund_on_only_line,
)
from mall.importing.cells import (
    amount_of,
    code_of,
    full_mobile,
    quantity_of,
    short_code_of,
    text_of,
    time_of,
)
from mall.importing.grouping import Group, group_rows, last_rows
from mall.importing.records import Flag, ImportedLine, ImportedOrder, Receiver, RowProblem
from mall.importing.tables import Table, find_places
from mall.importing.tmall_details import (
    PARTLY_SHIPPED,
    Details,
    read_line,
    read_status,
    status_text,
)

COLUMNS: dict[str, tuple[str, ...]] = {
    "order_no": ("订单编号",),
    "buyer": ("买家会员名",),
    "goods": ("买家应付货款",),
    "freight": ("买家应付邮费",),
    "total": ("总金额",),
    "paid": ("买家实际支付金额",),
    "status": ("订单状态",),
    "name": ("收货人姓名",),
    "address": ("收货地址",),
    "new_address": ("修改后的收货地址",),
    "mobile": ("联系手机",),
    "phone": ("联系电话",),
    "placed_at": ("订单创建时间",),
    "paid_at": ("订单付款时间",),
    "shipped_at": ("发货时间",),
    "received_at": ("确认收货时间",),
    "title": ("宝贝标题",),
    "kinds": ("宝贝种类",),
    "quantity": ("宝贝总数量",),
    "tracking_no": ("物流单号",),
    "carrier": ("物流公司",),
    "refund": ("退款金额",),
}
REQUIRED = ("order_no", "buyer", "total", "paid", "status", "placed_at")


def read_orders(table: Table, details: Table | None) -> Iterator[Item]:
    """The columns of both files are checked before the first item is asked for."""
    places = find_places(table.columns, COLUMNS, REQUIRED)
    last = last_rows(table, places)
    return _items(table, places, last, Details(details) if details else None)


def _items(
    table: Table, places: dict[str, int], last: dict[str, int], details: Details | None
) -> Iterator[Item]:
    for group in group_rows(table, places, last):
        if isinstance(group, RowProblem):
            yield group
            continue
        found = details.take(group.order_no) if details else None
        yield build_one(group, partial(_order, details=found, expected=details is not None))
        yield from _repeated(group)
        yield from details.problems() if details else ()
    yield from details.left_over() if details else ()


def _repeated(group: Group) -> Iterator[RowProblem]:
    for row in group.rows[1:]:
        message = "同一订单编号出现多次，只采用第一行"
        yield RowProblem(row.number, "order_repeated", message, group.order_no)


def _order(group: Group, *, details: Group | None, expected: bool) -> ImportedOrder:
    cells = group.first
    lines, line_count, line_flags = _lines(cells, details)
    money = _money(cells, lines, details)
    buyer_key, buyer_flags = buyer_key_of(cells["buyer"])
    receiver = _receiver(cells)
    missing = (Flag.DETAIL_MISSING,) if expected and details is None else ()
    paid_at = time_of(cells.get("paid_at"))
    return ImportedOrder(
        platform="tmall",
        platform_order_no=group.order_no,
        buyer_key=buyer_key,
        buyer_kind="tmall",
        buyer_phone=full_mobile(receiver.phone),
        placed_at=required_time(cells, "placed_at", "订单创建时间"),
        paid_at=paid_at,
        shipped_at=time_of(cells.get("shipped_at")),
        received_at=time_of(cells.get("received_at")),
        status=read_status(cells["status"]),
        goods_fen=money.goods,
        freight_fen=money.freight,
        discount_fen=money.discount,
        total_fen=money.total,
        paid_fen=money.paid,
        refund_fen=money.refund,
        refund_known=money.refund_known,
        lines=with_refund_on_only_line(lines, money.refund),
        line_count=line_count,
        receiver=receiver,
        tracking_no=short_code_of(cells.get("tracking_no"), "物流单号").removeprefix("No:"),
        carrier=text_of(cells.get("carrier"))[:LONGEST_CARRIER],
        flags=(
            *buyer_flags,
            *line_flags,
            *missing,
            *money.flags,
            *paid_flags(paid_at, money.paid),
            *_cell_flags(cells),
        ),
        row_numbers=group.row_numbers,
    )


def _money(
    cells: dict[str, object], lines: tuple[ImportedLine, ...], details: Group | None
) -> Money:
    total = required_fen(cells, "total", "总金额")
    paid = required_fen(cells, "paid", "买家实际支付金额")
    goods = amount_of(cells.get("goods")).fen
    if goods is None:
        goods = sum(line.amount_fen for line in lines)
    freight = optional_fen(cells, "freight")
    discount, flags = discount_of(goods, freight, total)
    refund = _refund(cells, lines, details)
    return Money(
        goods=goods,
        freight=freight,
        discount=discount,
        total=total,
        paid=paid,
        refund=refund or 0,
        refund_known=refund is not None,
        flags=(*flags, *refund_flags(refund, paid)),
    )


def _refund(
    cells: dict[str, object], lines: tuple[ImportedLine, ...], details: Group | None
) -> int | None:
    """The order's own figure; else that of its detail rows; None where neither has one."""
    own = amount_of(cells.get("refund")).fen
    if own is not None:
        return own
    if details is not None and "refund" in details.first:
        return sum(line.refund_fen for line in lines)
    return 0 if "refund" in cells else None


def _lines(
    cells: dict[str, object], details: Group | None
) -> tuple[tuple[ImportedLine, ...], int, tuple[Flag, ...]]:
    """Real lines from the detail list, or one line for all the titles of the order."""
    if details is not None:
        lines = build_lines(details.rows, read_line)
        return lines, len(lines), ()
    goods = amount_of(cells.get("goods")).fen
    kinds = quantity_of(cells.get("kinds")) or 1
    quantity = quantity_of(cells.get("quantity")) or kinds
    merged = ImportedLine(
        sku_code="",
        title=text_of(cells.get("title"))[:LONGEST_TITLE],
        quantity=quantity,
        price_fen=None,
        amount_fen=required_fen(cells, "total", "总金额") if goods is None else goods,
    )
    return (merged,), kinds, (Flag.LINES_MERGED,) if kinds > 1 else ()


def _receiver(cells: dict[str, object]) -> Receiver:
    address = text_of(cells.get("new_address")) or cells.get("address")
    phone = code_of(cells.get("mobile")) or cells.get("phone")
    return read_receiver(cells.get("name"), phone, address)


def _cell_flags(cells: dict[str, object]) -> Iterator[Flag]:
    if status_text(cells["status"]) == PARTLY_SHIPPED:
        yield Flag.PARTLY_SHIPPED
    if has_ciphertext(cells.get("name"), cells.get("mobile"), cells.get("address")):
        yield Flag.RECEIVER_ENCRYPTED
    if is_provisional(cells, "total", "paid", "refund"):
        yield Flag.AMOUNT_PROVISIONAL
