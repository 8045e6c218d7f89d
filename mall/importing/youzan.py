"""Youzan: one row per order, the goods of the whole order in one text.

How the payment falls on the goods is not told, so an order gets one merged line. The
header 分销员 stands there twice and the file may end in an empty header: neither is read.
"""

import re
from collections.abc import Iterator

from mall.importing.addresses import has_ciphertext, read_receiver
from mall.importing.building import (
    LONGEST_TITLE,
    Item,
    Money,
    build_one,
    discount_of,
    is_provisional,
    optional_fen,
    paid_flags,
    refund_flags,
    required_fen,
    required_time,
    status_in,
    with_refund_on_only_line,
)
from mall.importing.buyers import named_buyer_key
from mall.importing.cells import amount_of, full_mobile, quantity_of, text_of, time_of
from mall.importing.grouping import Group, group_rows, last_rows
from mall.importing.records import (
    Flag,
    ImportedLine,
    ImportedOrder,
    OrderStatus,
    Receiver,
    RowProblem,
)
from mall.importing.regions import join_address, with_city
from mall.importing.tables import Table, find_places

COLUMNS: dict[str, tuple[str, ...]] = {
    "order_no": ("订单号",),
    "status": ("订单状态",),
    "placed_at": ("订单创建时间",),
    "paid_at": ("买家付款时间",),
    "completed_at": ("交易成功时间",),
    "goods": ("商品金额合计",),
    "freight": ("运费",),
    "total": ("应收订单金额",),
    "paid": ("订单实付金额",),
    "titles": ("全部商品名称",),
    "kinds": ("商品种类数",),
    "province": ("收货人省份",),
    "city": ("收货人城市",),
    "district": ("收货人地区",),
    "street": ("详细收货地址/提货地址",),
    "name": ("收货人/提货人",),
    "phone": ("收货人手机号/提货人手机号",),
    "nickname": ("买家昵称",),
    "buyer_phone": ("买家手机号",),
    "refund": ("订单已退款金额",),
}
REQUIRED = ("order_no", "status", "placed_at", "goods", "paid")

STATUSES = {
    "待付款": OrderStatus.CREATED,
    "待发货": OrderStatus.PAID,
    "已发货": OrderStatus.SHIPPED,
    "交易完成": OrderStatus.COMPLETED,
    "交易成功": OrderStatus.COMPLETED,
    "交易关闭": OrderStatus.CLOSED,
}
_PIECES = re.compile(r"(.+?)[(（]([0-9]{1,6})件[)）](?:；|$)", re.DOTALL)


def read_orders(table: Table) -> Iterator[Item]:
    """Raises `ImportRefused` before the first item is asked for."""
    places = find_places(table.columns, COLUMNS, REQUIRED)
    return _items(group_rows(table, places, last_rows(table, places)))


def _items(groups: Iterator[Group | RowProblem]) -> Iterator[Item]:
    for group in groups:
        if isinstance(group, RowProblem):
            yield group
            continue
        yield build_one(group, _order)
        for row in group.rows[1:]:
            message = "同一订单号出现多次，只采用第一行"
            yield RowProblem(row.number, "order_repeated", message, group.order_no)


def _order(group: Group) -> ImportedOrder:
    cells = group.first
    money = _money(cells)
    line, kinds = _line(cells, money.goods)
    buyer_key, buyer_flags = named_buyer_key(cells.get("nickname"), cells.get("buyer_phone"))
    paid_at = time_of(cells.get("paid_at"))
    return ImportedOrder(
        platform="youzan",
        platform_order_no=group.order_no,
        buyer_key=buyer_key,
        buyer_kind="youzan",
        buyer_phone=full_mobile(text_of(cells.get("buyer_phone"))),
        placed_at=required_time(cells, "placed_at", "订单创建时间"),
        paid_at=paid_at,
        received_at=time_of(cells.get("completed_at")),
        status=status_in(STATUSES, text_of(cells["status"])),
        goods_fen=money.goods,
        freight_fen=money.freight,
        discount_fen=money.discount,
        total_fen=money.total,
        paid_fen=money.paid,
        refund_fen=money.refund,
        refund_known=money.refund_known,
        lines=with_refund_on_only_line((line,), money.refund),
        line_count=kinds,
        receiver=_receiver(cells),
        flags=(
            *buyer_flags,
            *((Flag.LINES_MERGED,) if kinds > 1 else ()),
            *money.flags,
            *paid_flags(paid_at, money.paid),
            *_cell_flags(cells),
        ),
        row_numbers=group.row_numbers,
    )


def _money(cells: dict[str, object]) -> Money:
    goods = required_fen(cells, "goods", "商品金额合计")
    paid = required_fen(cells, "paid", "订单实付金额")
    freight = optional_fen(cells, "freight")
    due = amount_of(cells.get("total")).fen
    total = goods + freight if due is None else due
    discount, flags = discount_of(goods, freight, total)
    refund = optional_fen(cells, "refund") if "refund" in cells else None
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


def _line(cells: dict[str, object], goods_fen: int) -> tuple[ImportedLine, int]:
    """The order's one line and how many kinds of goods it stands for."""
    titles = text_of(cells.get("titles"))
    pieces = [(found[1], int(found[2])) for found in _PIECES.finditer(titles)]
    kinds = quantity_of(cells.get("kinds")) or len(pieces) or 1
    told = len(pieces) == kinds
    line = ImportedLine(
        sku_code="",
        title=(pieces[0][0] if told and kinds == 1 else titles)[:LONGEST_TITLE],
        quantity=sum(count for _, count in pieces) if told else kinds,
        price_fen=None,
        amount_fen=goods_fen,
    )
    return line, kinds


def _receiver(cells: dict[str, object]) -> Receiver:
    address = join_address(*(cells.get(part) for part in ("province", "city", "district")))
    whole = read_receiver(cells.get("name"), cells.get("phone"), cells.get("street"))
    return with_city(whole, address, cells.get("city"))


def _cell_flags(cells: dict[str, object]) -> Iterator[Flag]:
    if has_ciphertext(cells.get("name"), cells.get("phone"), cells.get("street")):
        yield Flag.RECEIVER_ENCRYPTED
    if is_provisional(cells, "total", "paid", "refund"):
        yield Flag.AMOUNT_PROVISIONAL
