"""Parquet: only the columns that are needed, in small batches."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from mall.importing.refusals import BrokenFile, FileTooLarge, UnsupportedFile

BATCH_ROWS = 4096
LARGEST_GROUP = 2 << 30


def read_columns(path: Path) -> list[str]:
    """Raises `BrokenFile`, or `FileTooLarge` for a row group that unpacks past 2 GiB."""
    try:
        metadata = pq.read_metadata(path)
        names = list(metadata.schema.to_arrow_schema().names)
    except (pa.ArrowException, OSError):
        raise BrokenFile from None
    groups = range(metadata.num_row_groups)
    if any(metadata.row_group(group).total_byte_size > LARGEST_GROUP for group in groups):
        raise FileTooLarge
    return names


def reader(
    path: Path, columns: Sequence[str]
) -> Callable[[Sequence[int]], Iterator[tuple[int, Sequence[object], str]]]:
    def rows(indexes: Sequence[int]) -> Iterator[tuple[int, Sequence[object], str]]:
        wanted = [columns[index] for index in indexes]
        number = 1
        try:
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(BATCH_ROWS, columns=wanted, use_threads=False):
                    cells = [_cells(batch.column(name)) for name in wanted]
                    for row in zip(*cells, strict=True):
                        number += 1
                        yield number, row, ""
        except (pa.ArrowException, OSError):
            raise BrokenFile from None

    return rows


def _cells(column: "pa.Array[Any]") -> list[Any]:
    """Python values; a float32 through its shortest text, a time in microseconds."""
    kind = column.type
    if pa.types.is_nested(kind):
        raise UnsupportedFile("parquet 文件里有嵌套的列，请先展开")
    if pa.types.is_float32(kind):
        column = column.cast(pa.string())
    elif pa.types.is_timestamp(kind) and kind.unit == "ns":
        column = column.cast(pa.timestamp("us", tz=kind.tz), safe=False)
    return list(column.to_pylist())
