"""What every platform's reader does alike: rows to an order, or to one problem."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from mall.importing.cells import amount_of, is_masked, short_code_of, time_of
from mall.importing.grouping import Group
from mall.importing.records import (
    CellProblem,
    Flag,
    ImportedLine,
    ImportedOrder,
    OrderStatus,
    RowProblem,
)
from mall.importing.tables import Row

Item = ImportedOrder | RowProblem
LONGEST_TITLE = 200
LONGEST_CARRIER = 40


def build_each(
    groups: Iterable[Group | RowProblem], build: Callable[[Group], ImportedOrder]
) -> Iterator[Item]:
    """One item per order: a cell that cannot be read costs that order, never the file."""
    for group in groups:
        yield group if isinstance(group, RowProblem) else build_one(group, build)


def build_one(group: Group, build: Callable[[Group], ImportedOrder]) -> Item:
    try:
        return build(group)
    except CellProblem as problem:
        return problem.at(group.rows[0].number)


def build_lines(
    rows: Iterable[Row], build: Callable[[dict[str, object]], ImportedLine]
) -> tuple[ImportedLine, ...]:
    """Raises `CellProblem` with the row of the line at fault."""
    lines = []
    for row in rows:
        try:
            lines.append(build(row.cells))
        except CellProblem as problem:
            problem.row = row.number
            raise
    return tuple(lines)


def required_fen(cells: dict[str, object], field: str, label: str) -> int:
    fen = amount_of(cells.get(field)).fen
    if fen is None:
        raise CellProblem("amount_missing", f"缺少{label}")
    return fen


def optional_fen(cells: dict[str, object], field: str) -> int:
    return amount_of(cells.get(field)).fen or 0


def required_time(cells: dict[str, object], field: str, label: str) -> datetime:
    moment = time_of(cells.get(field))
    if moment is None:
        raise CellProblem("time_missing", f"缺少{label}")
    return moment


def status_in(table: dict[str, OrderStatus], text: str) -> OrderStatus:
    """Raises `CellProblem` for a status nobody has told us about: it is never guessed."""
    if not text:
        raise CellProblem("status_missing", "缺少订单状态")
    if text not in table:
        raise CellProblem("status_unknown", f"不认识的订单状态「{text}」", text)
    return table[text]


def is_provisional(cells: dict[str, object], *fields: str) -> bool:
    return any(amount_of(cells.get(field)).provisional for field in fields)


def buyer_key_of(cell: object) -> tuple[str | None, tuple[Flag, ...]]:
    """A masked account (`t***6`) is shared by many people, so it is no key."""
    text = short_code_of(cell, "买家账号", most=128)
    if not text:
        return None, (Flag.BUYER_MISSING,)
    return (None, (Flag.BUYER_MASKED,)) if is_masked(text) else (text, ())


def discount_of(goods: int, freight: int, total: int) -> tuple[int, tuple[Flag, ...]]:
    """What was taken off; a total above its parts is flagged, not turned round."""
    discount = goods + freight - total
    return (discount, ()) if discount >= 0 else (0, (Flag.TOTAL_DIFFERS,))


def with_refund_on_only_line(
    lines: tuple[ImportedLine, ...], refund_fen: int
) -> tuple[ImportedLine, ...]:
    """An order's refund belongs to its line where there is just one to belong to."""
    if len(lines) != 1 or lines[0].refund_fen:
        return lines
    return (replace(lines[0], refund_fen=refund_fen),)


def paid_flags(paid_at: datetime | None, paid_fen: int) -> tuple[Flag, ...]:
    return (Flag.PAID_WITHOUT_TIME,) if paid_fen > 0 and paid_at is None else ()


def refund_flags(refund_fen: int | None, paid_fen: int) -> tuple[Flag, ...]:
    if refund_fen is None:
        return (Flag.REFUND_UNKNOWN,)
    return (Flag.REFUND_OVER_PAID,) if refund_fen > paid_fen else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """The amounts of one order in fen, with what was odd about them."""

    goods: int
    freight: int
    discount: int
    total: int
    paid: int
    refund: int = 0
    refund_known: bool = False
    flags: tuple[Flag, ...] = ()
