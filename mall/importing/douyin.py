"""Douyin: one row per sub-order, its own amounts on each; no buyer and no refund amount.

Sellers pick the columns of this export, so a field is found by its name wherever it
stands. A row may hold several sub-orders joined by `;` with one quantity for them all:
it becomes one merged line, as how the sum is split is told nowhere.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from mall.importing.addresses import has_ciphertext, read_receiver
from mall.importing.building import (
    LONGEST_TITLE,
    Item,
    Money,
    build_each,
    build_lines,
    discount_of,
    is_provisional,
    optional_fen,
    paid_flags,
    refund_flags,
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
from mall.importing.records import (
    CellProblem,
    Flag,
    ImportedLine,
    ImportedOrder,
    OrderStatus,
    Receiver,
)
from mall.importing.refusals import MissingColumn
from mall.importing.regions import join_address, with_city
from mall.importing.tables import Row, Table, find_places

COLUMNS: dict[str, tuple[str, ...]] = {
    "order_no": ("主订单编号",),
    "sub_no": ("子订单编号",),
    "title": ("选购商品",),
    "item_code": ("货号",),
    "item_id": ("商品ID",),
    "sku_code": ("商家编码",),
    "quantity": ("商品数量",),
    "price": ("商品金额", "商品单价"),
    "due": ("订单应付金额",),
    "discount": ("优惠总金额",),
    "freight": ("运费",),
    "placed_at": ("订单提交时间",),
    "paid_at": ("支付完成时间",),
    "shipped_at": ("发货时间",),
    "completed_at": ("订单完成时间",),
    "status": ("订单状态",),
    "after_sale": ("售后状态",),
    "name": ("收件人",),
    "phone": ("收件人手机号",),
    "province": ("省",),
    "city": ("市",),
    "district": ("区",),
    "town": ("街道",),
    "street": ("详细地址",),
}
REQUIRED = ("order_no", "quantity", "placed_at", "status")

PARTLY_SHIPPED = "部分发货"
STATUSES = {
    "待支付": OrderStatus.CREATED,
    "备货中": OrderStatus.PAID,
    "待发货": OrderStatus.PAID,
    PARTLY_SHIPPED: OrderStatus.PAID,
    "已发货": OrderStatus.SHIPPED,
    "已完成": OrderStatus.COMPLETED,
    "已关闭": OrderStatus.CLOSED,
}
_JOINED = re.compile(r"[;；]")


def read_orders(table: Table) -> Iterator[Item]:
    """Raises `ImportRefused` before the first item is asked for."""
    places = find_places(table.columns, COLUMNS, REQUIRED)
    if "price" not in places and "due" not in places:
        raise MissingColumn("需要「商品金额」或「订单应付金额」", columns=["商品金额"])
    return build_each(group_rows(table, places, last_rows(table, places)), _order)


def _order(group: Group) -> ImportedOrder:
    cells = group.first
    lines = build_lines(group.rows, _line)
    status = _status(group)
    paid_at = _first(group, "paid_at")
    money = _money(group, lines)
    merged = any(_is_joined(row) for row in group.rows)
    return ImportedOrder(
        platform="douyin",
        platform_order_no=group.order_no,
        buyer_kind="douyin",
        buyer_phone=full_mobile(text_of(cells.get("phone"))),
        placed_at=_placed_at(group),
        paid_at=paid_at,
        shipped_at=_first(group, "shipped_at"),
        received_at=_last(group, "completed_at") if status is OrderStatus.COMPLETED else None,
        status=status,
        goods_fen=money.goods,
        freight_fen=money.freight,
        discount_fen=money.discount,
        total_fen=money.total,
        paid_fen=money.paid,
        refund_known=money.refund_known,
        lines=lines,
        line_count=sum(_parts(row.cells) for row in group.rows),
        receiver=_receiver(cells),
        flags=(
            Flag.BUYER_MISSING,
            *((Flag.LINES_MERGED,) if merged else ()),
            *money.flags,
            *paid_flags(paid_at, money.paid),
            *_cell_flags(group),
        ),
        row_numbers=group.row_numbers,
    )


def _line(cells: dict[str, object]) -> ImportedLine:
    quantity = quantity_of(cells["quantity"])
    if quantity is None:
        raise CellProblem("line_incomplete", "缺少商品数量", cells.get("title"))
    line = ImportedLine(
        sku_code="",
        title=text_of(cells.get("title"))[:LONGEST_TITLE],
        quantity=quantity,
        price_fen=None,
        amount_fen=0,
    )
    price = None if _parts(cells) > 1 else decimal_of(cells.get("price"))
    if price is None:
        return replace(line, amount_fen=_told_goods(cells))
    return replace(
        line,
        sku_code=_code(cells),
        price_fen=round_fen(price * 100, cells["price"]),
        amount_fen=round_fen(price * quantity * 100, cells["price"]),
    )


def _told_goods(cells: dict[str, object]) -> int:
    """What the goods of a row come to where its price is not one price."""
    due = amount_of(cells.get("due")).fen
    if due is None:
        raise CellProblem("amount_missing", "缺少订单应付金额", cells.get("title"))
    return due + abs(optional_fen(cells, "discount")) - optional_fen(cells, "freight")


def _code(cells: dict[str, object]) -> str:
    fields = ("sku_code", "item_code", "item_id")
    codes = (short_code_of(cells.get(field), "商家编码") for field in fields)
    return next((code for code in codes if code), "")


def _parts(cells: dict[str, object]) -> int:
    """How many sub-orders a row holds: by their numbers, else by the goods' ids."""
    for field in ("sub_no", "item_id"):
        parts = [part for part in _JOINED.split(text_of(cells.get(field))) if part.strip()]
        if parts:
            return len(parts)
    return 1


def _is_joined(row: Row) -> bool:
    return _parts(row.cells) > 1


def _money(group: Group, lines: tuple[ImportedLine, ...]) -> Money:
    goods = sum(line.amount_fen for line in lines)
    freight = sum(optional_fen(row.cells, "freight") for row in group.rows)
    dues = [amount_of(row.cells.get("due")).fen for row in group.rows]
    if all(due is not None for due in dues):
        total = sum(due or 0 for due in dues)
    else:
        off = sum(abs(optional_fen(row.cells, "discount")) for row in group.rows)
        total = goods + freight - off
    discount, flags = discount_of(goods, freight, total)
    paid = _paid(group, total)
    refund = 0 if _has_no_refund(group) else None
    return Money(
        goods=goods,
        freight=freight,
        discount=discount,
        total=total,
        paid=paid,
        refund_known=refund is not None,
        flags=(*flags, *refund_flags(refund, paid)),
    )


def _paid(group: Group, total: int) -> int:
    """What the sub-orders with a time of payment come to; all of the order where all have one."""
    paid = [row for row in group.rows if time_of(row.cells.get("paid_at"))]
    if len(paid) == len(group.rows):
        return total
    return sum(optional_fen(row.cells, "due") for row in paid)


def _has_no_refund(group: Group) -> bool:
    """A column of after-sales that is empty on every row says so; a word in it tells no sum."""
    return all("after_sale" in row.cells for row in group.rows) and not any(
        text_of(row.cells["after_sale"]) for row in group.rows
    )


def _status(group: Group) -> OrderStatus:
    """The earliest step that one of the sub-orders still has to take; closed when all are."""
    statuses = {status_in(STATUSES, text_of(row.cells["status"])) for row in group.rows}
    return next(status for status in OrderStatus if status in statuses)


def _times(group: Group, field: str) -> list[datetime]:
    times = (time_of(row.cells.get(field)) for row in group.rows)
    return [moment for moment in times if moment is not None]


def _first(group: Group, field: str) -> datetime | None:
    return min(_times(group, field), default=None)


def _last(group: Group, field: str) -> datetime | None:
    return max(_times(group, field), default=None)


def _placed_at(group: Group) -> datetime:
    placed_at = _first(group, "placed_at")
    if placed_at is None:
        raise CellProblem("time_missing", "缺少订单提交时间", group.order_no)
    return placed_at


def _receiver(cells: dict[str, object]) -> Receiver:
    region = join_address(*(cells.get(part) for part in ("province", "city", "district", "town")))
    whole = read_receiver(cells.get("name"), cells.get("phone"), cells.get("street"))
    return with_city(whole, region, cells.get("city"))


def _cell_flags(group: Group) -> Iterator[Flag]:
    cells = group.first
    if has_ciphertext(cells.get("name"), cells.get("phone"), cells.get("street")):
        yield Flag.RECEIVER_ENCRYPTED
    if any(text_of(row.cells["status"]) == PARTLY_SHIPPED for row in group.rows):
        yield Flag.PARTLY_SHIPPED
    if any(is_provisional(row.cells, "due") for row in group.rows):
        yield Flag.AMOUNT_PROVISIONAL
