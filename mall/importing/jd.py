"""JD: one row per SKU, the order's own amounts repeated on each of its rows.

There is no refund amount in this export, and no phone that could be a key.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from mall.importing.addresses import has_ciphertext, read_receiver
from mall.importing.building import (
    LONGEST_TITLE,
    Item,
    Money,
    build_each,
    build_lines,
    buyer_key_of,
    discount_of,
    is_provisional,
    optional_fen,
    paid_flags,
    refund_flags,
    required_time,
    status_in,
)
from mall.importing.cells import (
    amount_of,
    decimal_of,
    full_mobile,
    quantity_of,
    round_fen,
    short_code_of,
    text_of,
    time_of,
)
from mall.importing.grouping import Group, group_rows, last_rows
from mall.importing.records import CellProblem, Flag, ImportedLine, ImportedOrder, OrderStatus
from mall.importing.tables import Table, find_places

COLUMNS: dict[str, tuple[str, ...]] = {
    "order_no": ("订单号",),
    "item_id": ("商品ID",),
    "title": ("商品名称",),
    "quantity": ("订购数量",),
    "pay_way": ("支付方式",),
    "placed_at": ("下单时间",),
    "price": ("京东价",),
    "listed": ("订单金额",),
    "settled": ("结算金额",),
    "balance": ("余额支付",),
    "due": ("应付金额",),
    "status": ("订单状态",),
    "buyer": ("下单帐号", "下单账号"),
    "name": ("客户姓名",),
    "address": ("客户地址",),
    "phone": ("联系电话",),
    "freight": ("运费金额",),
    "paid_at": ("付款确认时间",),
    "sku_code": ("货号",),
    "own_sku": ("商家SKUID",),
    "completed_at": ("订单完成时间",),
}
REQUIRED = ("order_no", "quantity", "placed_at", "price", "settled", "status", "buyer", "paid_at")
# What one order says once; a row that says otherwise is a fault of the file.
_OF_THE_ORDER = ("placed_at", "listed", "settled", "due", "status", "buyer", "paid_at")

STATUSES = {
    "等待付款": OrderStatus.CREATED,
    "等待出库": OrderStatus.PAID,
    "等待确认收货": OrderStatus.SHIPPED,
    "完成": OrderStatus.COMPLETED,
    "已完成": OrderStatus.COMPLETED,
    "已取消": OrderStatus.CLOSED,
}
_MARKED = re.compile(r"\((删除|锁定)\)(.*)")


def read_orders(table: Table) -> Iterator[Item]:
    """Raises `ImportRefused` before the first item is asked for."""
    places = find_places(table.columns, COLUMNS, REQUIRED)
    return build_each(group_rows(table, places, last_rows(table, places)), _order)


def _order(group: Group) -> ImportedOrder:
    cells = group.first
    lines = build_lines(group.rows, _line)
    status, status_flags = read_status(cells["status"])
    paid_at = _paid_at(cells, status)
    money = _money(cells, lines, paid_at)
    buyer_key, buyer_flags = buyer_key_of(cells["buyer"])
    receiver = read_receiver(cells.get("name"), cells.get("phone"), cells.get("address"))
    return ImportedOrder(
        platform="jd",
        platform_order_no=group.order_no,
        buyer_key=buyer_key,
        buyer_kind="jd",
        buyer_phone=full_mobile(receiver.phone),
        placed_at=required_time(cells, "placed_at", "下单时间"),
        paid_at=paid_at,
        received_at=time_of(cells.get("completed_at")),
        status=status,
        goods_fen=money.goods,
        freight_fen=money.freight,
        discount_fen=money.discount,
        total_fen=money.total,
        paid_fen=money.paid,
        refund_known=False,
        lines=lines,
        line_count=len(lines),
        receiver=receiver,
        flags=(
            *status_flags,
            *buyer_flags,
            *money.flags,
            *paid_flags(paid_at, money.paid),
            *_cell_flags(group),
        ),
        row_numbers=group.row_numbers,
    )


def read_status(cell: object) -> tuple[OrderStatus, tuple[Flag, ...]]:
    """`(删除)` closes an order whatever it stood at before; `(锁定)` leaves it there."""
    text = "".join(text_of(cell).split()).replace("（", "(").replace("）", ")")
    marked = _MARKED.fullmatch(text)
    if marked is None:
        return status_in(STATUSES, text), ()
    status = status_in(STATUSES, marked[2])
    if marked[1] == "删除":
        return OrderStatus.CLOSED, (Flag.DELETED_ON_PLATFORM,)
    return status, (Flag.LOCKED_ON_PLATFORM,)


def _paid_at(cells: dict[str, object], status: OrderStatus) -> datetime | None:
    """Cash on delivery has no time of payment: it is paid when the order completes."""
    paid_at = time_of(cells["paid_at"])
    is_cash = "货到付款" in text_of(cells.get("pay_way"))
    if paid_at is None and is_cash and status is OrderStatus.COMPLETED:
        return time_of(cells.get("completed_at"))
    return paid_at


def _money(
    cells: dict[str, object], lines: tuple[ImportedLine, ...], paid_at: datetime | None
) -> Money:
    goods = sum(line.amount_fen for line in lines)
    freight = optional_fen(cells, "freight")
    total = _total(cells)
    discount, flags = discount_of(goods, freight, total)
    paid = total if paid_at else 0
    return Money(
        goods=goods,
        freight=freight,
        discount=discount,
        total=total,
        paid=paid,
        flags=(*flags, *refund_flags(None, paid)),
    )


def _total(cells: dict[str, object]) -> int:
    """What the buyer settles; where that is missing, what is due plus what the balance paid."""
    settled = amount_of(cells["settled"]).fen
    if settled is not None:
        return settled
    due = amount_of(cells.get("due")).fen
    if due is None:
        raise CellProblem("amount_missing", "缺少结算金额")
    return due + optional_fen(cells, "balance")


def _line(cells: dict[str, object]) -> ImportedLine:
    quantity = quantity_of(cells["quantity"])
    price = decimal_of(cells["price"])
    if quantity is None or price is None:
        raise CellProblem("line_incomplete", "缺少京东价或订购数量", cells.get("title"))
    codes = (
        short_code_of(cells.get(field), "货号") for field in ("sku_code", "own_sku", "item_id")
    )
    return ImportedLine(
        sku_code=next((code for code in codes if code), ""),
        title=text_of(cells.get("title"))[:LONGEST_TITLE],
        quantity=quantity,
        price_fen=round_fen(price * 100, cells["price"]),
        amount_fen=round_fen(price * quantity * 100, cells["price"]),
    )


def _cell_flags(group: Group) -> Iterator[Flag]:
    cells = group.first
    told = {tuple(text_of(row.cells.get(field)) for field in _OF_THE_ORDER) for row in group.rows}
    if len(told) > 1:
        yield Flag.AMOUNTS_DIFFER
    if has_ciphertext(cells.get("name"), cells.get("phone"), cells.get("address")):
        yield Flag.RECEIVER_ENCRYPTED
    if is_provisional(cells, "settled", "due"):
        yield Flag.AMOUNT_PROVISIONAL
