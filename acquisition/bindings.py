"""Reading which card went into which parcel, from a warehouse's CSV. Pure functions."""

import csv
import datetime as dt
import io
from dataclasses import dataclass, field

from acquisition.serials import is_well_formed, normal_serial
from core.clock import SHANGHAI
from core.errors import InvalidInput

MAX_BYTES = 20_000_000
NAMES = {
    "serial": ("序列号", "卡号", "serial"),
    "order_no": ("订单号", "订单编号", "order_no", "platform_order_no"),
    "tracking_no": ("快递单号", "运单号", "物流单号", "tracking_no"),
    "shipped_at": ("发货时间", "shipped_at"),
    "delivered_at": ("签收时间", "delivered_at"),
}
FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d")


class BindingFileUnreadable(InvalidInput):
    code = "binding_file_unreadable"
    message = "无法读取文件，请使用带“序列号”和“订单号”列的 CSV"


@dataclass(frozen=True)
class BindingRow:
    """A card and its parcel; times are aware, None where the file has none."""

    line: int
    serial: str
    order_no: str = ""
    tracking_no: str = ""
    shipped_at: dt.datetime | None = None
    delivered_at: dt.datetime | None = None


@dataclass
class BindingFile:
    rows: list[BindingRow] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


def read_bindings(content: bytes) -> BindingFile:
    """Rows and the lines that make no sense; refuses `BindingFileUnreadable`.

    Line numbers are those a spreadsheet shows. Times are in Asia/Shanghai.
    """
    lines = csv.reader(io.StringIO(decoded(content)))
    header = next(lines, None)
    columns = _columns([cell.strip() for cell in header or ()])
    file, seen = BindingFile(), set[str]()
    for cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        number = lines.line_num
        try:
            row = _row(number, named(columns, cells))
            if row.serial in seen:
                raise InvalidInput("同一序列号在文件中出现多次")
        except InvalidInput as refusal:
            file.errors.append((number, refusal.text))
            continue
        seen.add(row.serial)
        file.rows.append(row)
    return file


def decoded(content: bytes) -> str:
    """UTF-8 with or without a mark, else the encoding of Chinese spreadsheets."""
    if len(content) > MAX_BYTES:
        raise BindingFileUnreadable("文件超过 20 MB，请分批导入")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BindingFileUnreadable


def _columns(header: list[str]) -> dict[str, int]:
    found = {
        name: header.index(alias)
        for name, aliases in NAMES.items()
        for alias in aliases
        if alias in header
    }
    if "serial" not in found or not {"order_no", "tracking_no", "delivered_at"} & set(found):
        raise BindingFileUnreadable
    return found


def named(columns: dict[str, int], cells: list[str]) -> dict[str, str]:
    """Cells by name, without the apostrophe or `="…"` that keeps a number a text."""
    return {
        name: cells[place].strip().removeprefix("'").removeprefix('="').removesuffix('"').strip()
        for name, place in columns.items()
        if place < len(cells)
    }


def _row(line: int, cells: dict[str, str]) -> BindingRow:
    serial = normal_serial(cells.get("serial", ""))
    if not is_well_formed(serial):
        raise InvalidInput("序列号有误")
    order_no, tracking_no = cells.get("order_no", ""), cells.get("tracking_no", "")
    if max(len(order_no), len(tracking_no)) > 64:
        raise InvalidInput("单号过长")
    return BindingRow(
        line,
        serial,
        order_no,
        tracking_no,
        moment_of(cells.get("shipped_at", "")),
        moment_of(cells.get("delivered_at", "")),
    )


def moment_of(text: str) -> dt.datetime | None:
    if not text:
        return None
    for form in FORMATS:
        try:
            return dt.datetime.strptime(text, form).replace(tzinfo=SHANGHAI)
        except ValueError:
            continue
    raise InvalidInput(f"时间“{text[:30]}”无法识别")
