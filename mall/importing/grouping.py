"""Rows of one order brought together, though they need not stand together in the file."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from mall.importing.cells import order_no_of
from mall.importing.records import CellProblem, RowProblem
from mall.importing.refusals import EmptyFile
from mall.importing.tables import Row, Table

MOST_LINES = 20_000


@dataclass(slots=True)
class Group:
    """The rows of one order number, in the file's order; never empty."""

    order_no: str
    rows: list[Row] = field(default_factory=list)

    @property
    def first(self) -> dict[str, object]:
        return self.rows[0].cells

    @property
    def row_numbers(self) -> tuple[int, ...]:
        return tuple(row.number for row in self.rows)


def last_rows(table: Table, places: dict[str, int]) -> dict[str, int]:
    """The last row number of each order number: the first of two passes over the file.

    It also meets every fault that refuses the whole file before anything is imported.
    Raises `EmptyFile` when there is no row of data.
    """
    last: dict[str, int] = {}
    number = 0
    for number, cells, broken in table.rows({"order_no": places["order_no"]}):
        if not broken:
            try:
                last[order_no_of(cells["order_no"])] = number
            except CellProblem:
                continue
    if not number:
        raise EmptyFile
    return last


def group_rows(
    table: Table, places: dict[str, int], last: dict[str, int]
) -> Iterator[Group | RowProblem]:
    """Each order once its last row has come. Holds only the orders that are still open."""
    open_groups: dict[str, Group] = {}
    for row in table.rows(places):
        try:
            order_no = _order_no(row)
        except CellProblem as problem:
            yield problem.at(row.number)
            continue
        group = open_groups.setdefault(order_no, Group(order_no))
        if len(group.rows) <= MOST_LINES:
            group.rows.append(row)
        if last[order_no] == row.number:
            yield _closed(open_groups.pop(order_no))


def _order_no(row: Row) -> str:
    if row.broken:
        raise CellProblem("row_broken", row.broken)
    return order_no_of(row.cells["order_no"])


def _closed(group: Group) -> Group | RowProblem:
    if len(group.rows) <= MOST_LINES:
        return group
    message = f"一个订单超过 {MOST_LINES} 行"
    return RowProblem(group.rows[0].number, "too_many_lines", message, group.order_no)
