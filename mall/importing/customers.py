"""Youzan's customer list: one row per customer, without an account number.

A customer is known by the second they joined and their names, which no later file
changes; the phone is not part of it, as it may be empty, masked or shared. Rows that
even so cannot be told apart are reported, never put together.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from mall.importing.building import required_time
from mall.importing.buyers import named_buyer_key
from mall.importing.cells import full_mobile, is_masked, text_of
from mall.importing.layouts import CUSTOMERS, layout_of
from mall.importing.records import CellProblem, RowProblem
from mall.importing.refusals import EmptyFile, MissingColumn
from mall.importing.tables import Row, Table, find_places, open_table

COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("客户姓名",),
    "nickname": ("客户昵称",),
    "phone": ("客户手机号",),
    "joined_at": ("成为客户时间",),
    "tags": ("标签",),
}
REQUIRED = ("nickname", "phone", "joined_at")
LONGEST_NAME = 80
_COMMAS = str.maketrans("，；;", ",,,")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedCustomer:
    """`key` is the row's own; `buyer_key` is what an order of theirs names, if one can.

    `phone` is "" unless it is shown in full.
    """

    row: int
    key: str
    buyer_key: str | None
    name: str
    phone: str
    joined_at: datetime
    tags: tuple[str, ...] = ()
    is_masked: bool = False


def read_customers(path: Path) -> Iterator[ImportedCustomer | RowProblem]:
    """The file's customers in its order. Raises `ImportRefused` before the first."""
    table = open_table(path)
    if layout_of(table).name != CUSTOMERS:
        raise MissingColumn("这不是有赞的客户文件：需要「客户手机号」和「成为客户时间」")
    places = find_places(table.columns, COLUMNS, REQUIRED)
    return _items(table, places, _count_keys(table, places))


def _count_keys(table: Table, places: dict[str, int]) -> Counter[str]:
    """How often each key stands in the file: the first of two passes."""
    counted: Counter[str] = Counter()
    number = 0
    for number, cells, broken in table.rows(places):
        if not broken:
            try:
                customer = _customer(Row(number, cells))
            except CellProblem:
                continue
            counted.update(filter(None, (customer.key, customer.buyer_key)))
    if not number:
        raise EmptyFile
    return counted


def _items(
    table: Table, places: dict[str, int], counted: Counter[str]
) -> Iterator[ImportedCustomer | RowProblem]:
    for row in table.rows(places):
        try:
            if row.broken:
                raise CellProblem("row_broken", row.broken)
            yield _told_apart(_customer(row), counted)
        except CellProblem as problem:
            yield problem.at(row.number)


def _customer(row: Row) -> ImportedCustomer:
    cells = row.cells
    nickname, name = text_of(cells["nickname"]), text_of(cells.get("name"))
    joined_at = required_time(cells, "joined_at", "成为客户时间")
    if not (nickname or name):
        raise CellProblem("customer_nameless", "既没有姓名也没有昵称，无法识别")
    buyer_key, _ = named_buyer_key(nickname, cells["phone"])
    return ImportedCustomer(
        row=row.number,
        key=_digest(joined_at.isoformat(), nickname, name),
        buyer_key=buyer_key,
        name=(name or nickname)[:LONGEST_NAME],
        phone=full_mobile(text_of(cells["phone"])) or "",
        joined_at=joined_at,
        tags=_tags(cells.get("tags")),
        is_masked=is_masked(text_of(cells["phone"])),
    )


def _told_apart(customer: ImportedCustomer, counted: Counter[str]) -> ImportedCustomer:
    """Two with the same key are nobody; two with the same name and phone share no orders."""
    if counted[customer.key] > 1:
        raise CellProblem(
            "customer_indistinct", "与文件里另一行的姓名、昵称和成为客户时间都相同，无法分清是谁"
        )
    if customer.buyer_key is None or counted[customer.buyer_key] == 1:
        return customer
    return replace(customer, buyer_key=None)


def _tags(cell: object) -> tuple[str, ...]:
    parts = (part.strip() for part in text_of(cell).translate(_COMMAS).split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
