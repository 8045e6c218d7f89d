"""Reading which parcels have arrived, from a carrier's CSV. Pure functions."""

import csv
import datetime as dt
import io
from dataclasses import dataclass, field

from acquisition.bindings import NAMES, decoded, moment_of, named
from core.errors import InvalidInput


class DeliveryFileUnreadable(InvalidInput):
    code = "delivery_file_unreadable"
    message = "无法读取文件，请使用带“快递单号”和“签收时间”列的 CSV"


@dataclass
class DeliveryFile:
    """(tracking number, moment) of each parcel, and the lines that make no sense."""

    rows: list[tuple[str, dt.datetime]] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


def read_deliveries(content: bytes) -> DeliveryFile:
    """Refuses `DeliveryFileUnreadable`; line numbers are those a spreadsheet shows."""
    lines = csv.reader(io.StringIO(decoded(content)))
    columns = _columns([cell.strip() for cell in next(lines, None) or ()])
    file, seen = DeliveryFile(), set[str]()
    for cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        try:
            number, at = _row(named(columns, cells))
            if number in seen:
                raise InvalidInput("同一快递单号在文件中出现多次")
        except InvalidInput as refusal:
            file.errors.append((lines.line_num, refusal.text))
            continue
        seen.add(number)
        file.rows.append((number, at))
    return file


def _columns(header: list[str]) -> dict[str, int]:
    found = {
        name: header.index(alias)
        for name in ("tracking_no", "delivered_at")
        for alias in NAMES[name]
        if alias in header
    }
    if len(found) < 2:
        raise DeliveryFileUnreadable
    return found


def _row(cells: dict[str, str]) -> tuple[str, dt.datetime]:
    number, at = cells.get("tracking_no", ""), moment_of(cells.get("delivered_at", ""))
    if not 1 <= len(number) <= 64 or at is None:
        raise InvalidInput("缺少快递单号或签收时间")
    return number, at
