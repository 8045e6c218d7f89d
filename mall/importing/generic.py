"""Any file with one row per line, read through a `Mapping`.

Rules (docs/rules.md, 订单导入口径): a line is price × pieces rounded half up to fen; a
document is what its lines sum to; a cancellation reduces its buyer's net, in the period
of its own date, because it names no order that it takes back.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
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
    paid_flags,
    refund_flags,
    status_in,
    with_refund_on_only_line,
)
from mall.importing.cells import (
    amount_of,
    code_of,
    decimal_of,
    full_mobile,
    quantity_of,
    round_fen,
    short_code_of,
    text_of,
    time_of,
)
from mall.importing.grouping import Group, group_rows, last_rows
from mall.importing.mapping import Mapping, Rule
from mall.importing.records import (
    LEFT_OUT,
    CellProblem,
    Flag,
    ImportedLine,
    ImportedOrder,
    OrderStatus,
    RecordKind,
    RowProblem,
)
from mall.importing.tables import Table, find_places

_CANCELLATION = "rule.cancellation"
_LEFT_OUT = "rule.left_out"


def read_orders(table: Table, mapping: Mapping) -> Iterator[Item]:
    """Raises `ImportRefused` before the first item is asked for."""
    names: dict[str, tuple[str, ...]] = {
        field: (column.strip(),) for field, column in mapping.columns.items()
    }
    for field, rule in ((_CANCELLATION, mapping.cancellation), (_LEFT_OUT, mapping.left_out)):
        if rule:
            names[field] = (rule.column.strip(),)
    places = find_places(table.columns, names, list(names))
    return _items(group_rows(table, places, last_rows(table, places)), mapping)


def _items(groups: Iterator[Group | RowProblem], mapping: Mapping) -> Iterator[Item]:
    for group in groups:
        if isinstance(group, RowProblem):
            yield group
        elif _holds(mapping.left_out, group, _LEFT_OUT):
            for row in group.rows:
                yield RowProblem(row.number, LEFT_OUT, "按规则不导入的单据", group.order_no)
        else:
            yield build_one(group, partial(_order, mapping=mapping))


def _holds(rule: Rule | None, group: Group, field: str) -> bool:
    return rule is not None and code_of(group.first[field]).startswith(rule.prefix)


def _order(group: Group, *, mapping: Mapping) -> ImportedOrder:
    cells = group.first
    lines = build_lines(group.rows, partial(_line, mapping=mapping))
    kind, kind_flags = _kind(group, lines, mapping)
    placed_at = _placed_at(group, mapping)
    money, status, paid_at = _settle(cells, lines, kind, placed_at, mapping)
    buyer_key, buyer_flags = buyer_key_of(cells.get("buyer"))
    return ImportedOrder(
        platform="generic",
        platform_order_no=group.order_no,
        kind=kind,
        buyer_key=buyer_key,
        buyer_kind=mapping.buyer_kind,
        buyer_phone=full_mobile(text_of(cells.get("buyer_phone"))),
        placed_at=placed_at,
        paid_at=paid_at,
        shipped_at=time_of(cells.get("shipped_at"), mapping.zone),
        received_at=time_of(cells.get("received_at"), mapping.zone),
        status=status,
        goods_fen=money.goods,
        freight_fen=money.freight,
        discount_fen=money.discount,
        total_fen=money.total,
        paid_fen=money.paid,
        refund_fen=money.refund,
        refund_known=money.refund_known,
        lines=_with_refunds(lines, money.refund, kind),
        line_count=len(lines),
        receiver=read_receiver(cells.get("name"), cells.get("phone"), cells.get("address")),
        tracking_no=short_code_of(cells.get("tracking_no"), "物流单号"),
        carrier=text_of(cells.get("carrier"))[:LONGEST_CARRIER],
        flags=(*kind_flags, *buyer_flags, *money.flags, *_receiver_flags(cells)),
        row_numbers=group.row_numbers,
    )


def _receiver_flags(cells: dict[str, object]) -> tuple[Flag, ...]:
    is_hidden = has_ciphertext(cells.get("name"), cells.get("phone"), cells.get("address"))
    return (Flag.RECEIVER_ENCRYPTED,) if is_hidden else ()


def _with_refunds(
    lines: tuple[ImportedLine, ...], refund_fen: int, kind: RecordKind
) -> tuple[ImportedLine, ...]:
    """Each line of a cancellation is a refund of its own amount."""
    if kind is RecordKind.CANCELLATION:
        return tuple(replace(line, refund_fen=-line.amount_fen) for line in lines)
    return with_refund_on_only_line(lines, refund_fen)


def _line(cells: dict[str, object], *, mapping: Mapping) -> ImportedLine:
    unit = mapping.fen_per_unit
    quantity = quantity_of(cells["quantity"]) if "quantity" in cells else 1
    price = decimal_of(cells.get("price"))
    amount = amount_of(cells.get("amount"), unit=unit).fen
    if amount is None and price is not None and quantity is not None:
        amount = round_fen(price * quantity * unit, cells["price"])
    if amount is None or quantity is None:
        raise CellProblem("line_incomplete", "缺少数量或金额", cells.get("title"))
    return ImportedLine(
        sku_code=short_code_of(cells.get("sku_code"), "商品编码"),
        title=text_of(cells.get("title"))[:LONGEST_TITLE],
        quantity=quantity,
        price_fen=None if price is None else round_fen(price * unit, cells["price"]),
        amount_fen=amount,
    )


def _kind(
    group: Group, lines: tuple[ImportedLine, ...], mapping: Mapping
) -> tuple[RecordKind, tuple[Flag, ...]]:
    """A document below zero takes money back, marked or not; one that is marked may not add."""
    goods = sum(line.amount_fen for line in lines)
    if _holds(mapping.cancellation, group, _CANCELLATION):
        if goods > 0:
            raise CellProblem("cancellation_positive", "取消单的金额应为负数", group.order_no)
        return RecordKind.CANCELLATION, ()
    if goods < 0:
        return RecordKind.CANCELLATION, (Flag.UNMARKED_NEGATIVE,)
    return RecordKind.ORDER, ()


def _placed_at(group: Group, mapping: Mapping) -> datetime:
    """The earliest time on the document's rows: a long one is keyed in over minutes."""
    times = [time_of(row.cells["placed_at"], mapping.zone) for row in group.rows]
    known = [moment for moment in times if moment is not None]
    if not known:
        raise CellProblem("time_missing", "缺少下单时间", group.order_no)
    return min(known)


def _settle(
    cells: dict[str, object],
    lines: tuple[ImportedLine, ...],
    kind: RecordKind,
    placed_at: datetime,
    mapping: Mapping,
) -> tuple[Money, OrderStatus, datetime | None]:
    goods = sum(line.amount_fen for line in lines)
    if kind is RecordKind.CANCELLATION:
        return _cancelled(goods), OrderStatus.CLOSED, None
    due = _due(cells, goods, mapping)
    status = _status(cells, due, mapping)
    paid_at = _paid_at(cells, status, placed_at, mapping)
    refund = _refund(cells, mapping)
    paid = due.total if paid_at else 0
    flags = (*due.flags, *paid_flags(paid_at, paid), *refund_flags(refund, paid))
    money = replace(
        due, paid=paid, refund=refund or 0, refund_known=refund is not None, flags=flags
    )
    return money, status, paid_at


def _cancelled(goods: int) -> Money:
    return Money(
        goods=goods,
        freight=0,
        discount=0,
        total=goods,
        paid=0,
        refund=-goods,
        refund_known=True,
    )


def _due(cells: dict[str, object], goods: int, mapping: Mapping) -> Money:
    unit = mapping.fen_per_unit
    freight = amount_of(cells.get("freight"), unit=unit).fen or 0
    discount = abs(amount_of(cells.get("discount"), unit=unit).fen or 0)
    total = goods + freight - discount
    if total < 0:
        raise CellProblem("total_negative", "优惠超过了订单金额", total)
    flags = () if total else (Flag.ZERO_TOTAL,)
    return Money(goods=goods, freight=freight, discount=discount, total=total, paid=0, flags=flags)


def _status(cells: dict[str, object], due: Money, mapping: Mapping) -> OrderStatus:
    """Without a status column a document is a finished sale, or nothing when it sums to zero."""
    if "status" in cells:
        words = {word: OrderStatus(ours) for word, ours in mapping.statuses.items()}
        own = {str(status): status for status in OrderStatus}
        return status_in(own | words, text_of(cells["status"]))
    return OrderStatus.COMPLETED if due.total else OrderStatus.CLOSED


def _paid_at(
    cells: dict[str, object],
    status: OrderStatus,
    placed_at: datetime,
    mapping: Mapping,
) -> datetime | None:
    """The file's own time; without that column, the time of a sale that stands."""
    if "paid_at" in cells:
        return time_of(cells["paid_at"], mapping.zone)
    stands = status not in {OrderStatus.CREATED, OrderStatus.CLOSED}
    return placed_at if stands else None


def _refund(cells: dict[str, object], mapping: Mapping) -> int | None:
    """None where the file has no way to tell: no column and no cancellations either."""
    if "refund" in cells:
        return abs(amount_of(cells["refund"], unit=mapping.fen_per_unit).fen or 0)
    return 0 if mapping.cancellation else None
