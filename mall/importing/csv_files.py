"""CSV: find the encoding and the separator, then stream rows with bounded lines."""

import codecs
import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from mall.importing.refusals import BrokenQuotes, EmptyFile, TooManyColumns, WrongEncoding

LONGEST_LINE = 1 << 20
_CHUNK = 1 << 20
# So many multi-byte characters never decode as UTF-8 by accident in a GBK file.
_SURELY_UTF8 = 8


@dataclass(frozen=True)
class Dialect:
    encoding: str
    delimiter: str


def find_dialect(path: Path) -> Dialect:
    """Raises `WrongEncoding` when the whole file decodes in none of the encodings we take."""
    encoding = find_encoding(path)
    with path.open(encoding=encoding, newline="") as handle:
        header = next(_bounded_lines(handle), "")
    delimiter = max((",", "\t", ";"), key=header.count)
    return Dialect(encoding, delimiter)


def find_encoding(path: Path) -> str:
    """`utf-8-sig`, `utf-8` or `gb18030` (which reads GBK too), by decoding every byte."""
    with path.open("rb") as handle:
        start = handle.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise WrongEncoding("文件是 UTF-16 编码，请另存为 UTF-8 编码的 CSV")
    if start.startswith(codecs.BOM_UTF8):
        _decode_all(path, "utf-8-sig")
        return "utf-8-sig"
    try:
        _decode_all(path, "utf-8")
    except WrongEncoding as problem:
        if problem.detail["characters"] >= _SURELY_UTF8:
            raise
        _decode_all(path, "gb18030")
        return "gb18030"
    return "utf-8"


def _decode_all(path: Path, encoding: str) -> None:
    """Raises `WrongEncoding` with the count of multi-byte characters read before the error."""
    decoder = codecs.getincrementaldecoder(encoding)()
    characters = offset = 0
    with path.open("rb") as handle:
        for chunk in iter(lambda: handle.read(_CHUNK), b""):
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError as problem:
                good = problem.object[: problem.start].decode(encoding, errors="ignore")
                characters += sum(character > "\x7f" for character in good)
                raise WrongEncoding(characters=characters, offset=offset) from None
            if "\0" in text:
                raise WrongEncoding("这不是文本文件，请导出为 CSV", characters=_SURELY_UTF8)
            characters += sum(character > "\x7f" for character in text) if offset == 0 else 0
            offset += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise WrongEncoding(characters=characters, offset=offset) from None


def read_columns(path: Path, dialect: Dialect, *, most: int) -> list[str]:
    with path.open(encoding=dialect.encoding, newline="") as handle:
        columns = next(_records(handle, dialect), [])
    if not columns:
        raise EmptyFile
    if len(columns) > most:
        raise TooManyColumns(f"共 {len(columns)} 列，最多 {most} 列")
    return columns


def reader(
    path: Path, dialect: Dialect, width: int
) -> Callable[[Sequence[int]], Iterator[tuple[int, Sequence[object], str]]]:
    """Rows from row 2 on. A short row is filled up; a long one has lost its columns."""

    def rows(indexes: Sequence[int]) -> Iterator[tuple[int, Sequence[object], str]]:
        with path.open(encoding=dialect.encoding, newline="") as handle:
            records = _records(handle, dialect)
            next(records, None)
            for number, record in enumerate(records, start=2):
                if len(record) > width and any(cell.strip() for cell in record[width:]):
                    yield number, (), f"这一行有 {len(record)} 列，表头只有 {width} 列"
                    continue
                record += [""] * (width - len(record))
                yield number, [record[index] for index in indexes], ""

    return rows


def _records(handle: TextIO, dialect: Dialect) -> Iterator[list[str]]:
    records = csv.reader(_bounded_lines(handle), delimiter=dialect.delimiter, strict=True)
    while True:
        try:
            yield next(records)
        except StopIteration:
            return
        except csv.Error:
            line = records.line_num
            raise BrokenQuotes(f"第 {line} 行附近的引号没有成对，或单元格过长", line=line) from None


def _bounded_lines(handle: TextIO) -> Iterator[str]:
    while line := handle.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE and not line.endswith("\n"):
            raise TooManyColumns("有一行过长，请检查文件是否为 CSV")
        yield line
