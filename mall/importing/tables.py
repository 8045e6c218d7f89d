"""A file as a table: a header and rows, read as a stream and re-read from the start."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from mall.importing import csv_files, parquet_files, xlsx_files
from mall.importing.cells import text_of
from mall.importing.refusals import (
    DuplicateColumn,
    EmptyFile,
    FileMissing,
    MissingColumn,
    TooManyColumns,
    UnsupportedFile,
)

MOST_COLUMNS = 512


class Row(NamedTuple):
    """Cells by field. `broken` says why the row cannot be split into columns."""

    number: int
    cells: dict[str, object]
    broken: str = ""


RawRows = Callable[[Sequence[int]], Iterator[tuple[int, Sequence[object], str]]]


@dataclass(frozen=True)
class Table:
    """`columns` are the headers without the blanks around them, in the file's order."""

    path: Path
    kind: str
    columns: tuple[str, ...]
    read: RawRows
    encoding: str = ""
    sheet: str = ""
    last_row: int | None = None

    def rows(self, places: dict[str, int]) -> Iterator[Row]:
        """The rows, as the cells of `places` (field → column index); blank rows left out."""
        fields = list(places)
        for number, cells, broken in self._raw_rows(list(places.values())):
            if broken:
                yield Row(number, {}, broken)
            elif any(text_of(cell) for cell in cells):
                yield Row(number, dict(zip(fields, cells, strict=True)))

    def head(self, rows: int) -> "Table":
        """The same table cut after `rows` rows of data, for a preview."""
        return replace(self, last_row=rows + 1)

    def _raw_rows(self, indexes: list[int]) -> Iterator[tuple[int, Sequence[object], str]]:
        rows = self.read(indexes)
        if self.last_row is None:
            return rows
        last = self.last_row
        return takewhile(lambda row: row[0] <= last, rows)


def open_table(path: Path) -> Table:
    """Look at the file's first bytes, not at its name. Raises `ImportRefused`."""
    if not path.is_file():
        raise FileMissing(f"找不到文件：{path.name}")
    with path.open("rb") as handle:
        magic = handle.read(8)
    if path.stat().st_size < 64 and not path.read_bytes().strip(b"\xef\xbb\xbf \t\r\n"):
        raise EmptyFile
    table = _open_by_magic(path, magic)
    if not any(table.columns):
        raise EmptyFile
    if len(table.columns) > MOST_COLUMNS:
        raise TooManyColumns(f"共 {len(table.columns)} 列，最多 {MOST_COLUMNS} 列")
    return table


def _open_by_magic(path: Path, magic: bytes) -> Table:
    if magic.startswith(b"PAR1"):
        columns = parquet_files.read_columns(path)
        return Table(path, "parquet", _trimmed(columns), parquet_files.reader(path, columns))
    if magic.startswith(b"PK"):
        sheet, header = xlsx_files.find_sheet(path)
        return Table(path, "xlsx", _trimmed(header), xlsx_files.reader(path, sheet), sheet=sheet)
    if magic.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")):
        raise UnsupportedFile
    dialect = csv_files.find_dialect(path)
    columns = csv_files.read_columns(path, dialect, most=MOST_COLUMNS)
    reader = csv_files.reader(path, dialect, len(columns))
    return Table(path, "csv", _trimmed(columns), reader, encoding=dialect.encoding)


def _trimmed(columns: Sequence[object]) -> tuple[str, ...]:
    return tuple(text_of(column) for column in columns)


def find_places(
    columns: Sequence[str], names: dict[str, tuple[str, ...]], required: Sequence[str] = ()
) -> dict[str, int]:
    """Where each field stands, by the first of its names that the header has.

    Raises `MissingColumn` for a required field, `DuplicateColumn` where a name that is
    needed occurs twice; other duplicates and empty headers do no harm.
    """
    places: dict[str, int] = {}
    for name, choices in names.items():
        found = next((choice for choice in choices if choice in columns), None)
        if found is None:
            continue
        if columns.count(found) > 1:
            raise DuplicateColumn(f"表头「{found}」出现了 {columns.count(found)} 次，请先改名")
        places[name] = columns.index(found)
    missing = [names[name][0] for name in required if name not in places]
    if missing:
        raise MissingColumn("缺少必需的列：" + "、".join(missing), columns=missing)
    return places
