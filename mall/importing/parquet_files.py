"""Parquet: only the columns that are needed, in small batches."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from mall.importing.refusals import BrokenFile, FileTooLarge, UnsupportedFile

# A text that is no UTF-8, or a time out of range, comes up only when it is read.
_UNREADABLE = (pa.ArrowException, OSError, ValueError, OverflowError, LookupError)
BATCH_ROWS = 8192
MOST_ROWS = 20_000_000
LARGEST_GROUP = 2 << 30
LONGEST_CELL = 1 << 16


def read_columns(path: Path) -> list[str]:
    """Raises `BrokenFile`, or `FileTooLarge` past 20 million rows or 2 GiB in a row group."""
    try:
        metadata = pq.read_metadata(path)
        names = list(metadata.schema.to_arrow_schema().names)
    except _UNREADABLE:
        raise BrokenFile from None
    groups = range(metadata.num_row_groups)
    largest = max((metadata.row_group(group).total_byte_size for group in groups), default=0)
    if metadata.num_rows > MOST_ROWS or largest > LARGEST_GROUP:
        raise FileTooLarge
    return names


def reader(
    path: Path, columns: Sequence[str]
) -> Callable[[Sequence[int]], Iterator[tuple[int, Sequence[object], str]]]:
    def rows(indexes: Sequence[int]) -> Iterator[tuple[int, Sequence[object], str]]:
        wanted = [columns[index] for index in indexes]
        number = 1
        try:
            # Texts stay in their dictionary: one long text may stand for a million cells.
            with pq.ParquetFile(path, read_dictionary=_texts(path, wanted)) as file:
                for batch in file.iter_batches(BATCH_ROWS, columns=wanted, use_threads=False):
                    cells = [_cells(batch.column(name)) for name in wanted]
                    for row in zip(*cells, strict=True):
                        number += 1
                        yield number, row, ""
        except _UNREADABLE:
            raise BrokenFile from None

    return rows


def _texts(path: Path, wanted: Sequence[str]) -> list[str]:
    schema = pq.read_metadata(path).schema
    leaves = (schema.column(index) for index in range(len(schema)))
    return [
        leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY" and leaf.path in wanted
    ]


def _cells(column: "pa.Array[Any]") -> list[Any]:
    """Python values; a float32 through its shortest text, a time in microseconds."""
    kind = column.type
    if isinstance(column, pa.DictionaryArray):
        values = _cells(column.dictionary)
        return [None if index is None else values[index] for index in column.indices.to_pylist()]
    if pa.types.is_nested(kind):
        raise UnsupportedFile("parquet 文件里有嵌套的列，请先展开")
    if pa.types.is_float32(kind):
        column = column.cast(pa.string())
    elif pa.types.is_timestamp(kind) and kind.unit == "ns":
        column = column.cast(pa.timestamp("us", tz=kind.tz), safe=False)
    cells = list(column.to_pylist())
    if any(isinstance(cell, str | bytes) and len(cell) > LONGEST_CELL for cell in cells):
        raise FileTooLarge("有单元格过长")
    return cells
