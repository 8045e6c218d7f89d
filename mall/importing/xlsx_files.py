"""xlsx through calamine, after `xlsx_guard` has found it safe to unpack."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from mall.importing import xlsx_guard
from mall.importing.cells import text_of
from mall.importing.refusals import BrokenFile, EmptyFile


def find_sheet(path: Path) -> tuple[str, list[object]]:
    """The first visible sheet with data, and its header. Raises `ImportRefused`."""
    facts = xlsx_guard.check(path)
    book = _open(path)
    for meta in book.sheets_metadata:
        if meta.visible != SheetVisibleEnum.Visible:
            continue
        sheet = _sheet(book, meta.name)
        header = next((row for _, row in _filled_rows(sheet)), None)
        if header is not None:
            xlsx_guard.refuse_formula(facts.get(meta.name))
            return meta.name, header
    raise EmptyFile


def reader(
    path: Path, sheet: str
) -> Callable[[Sequence[int]], Iterator[tuple[int, Sequence[object], str]]]:
    def rows(indexes: Sequence[int]) -> Iterator[tuple[int, Sequence[object], str]]:
        filled = _filled_rows(_sheet(_open(path), sheet))
        next(filled, None)
        for number, cells in filled:
            yield number, [cells[index] if index < len(cells) else None for index in indexes], ""

    return rows


def _open(path: Path) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError):
        raise BrokenFile from None


def _sheet(book: CalamineWorkbook, name: str) -> CalamineSheet:
    try:
        return book.get_sheet_by_name(name)
    except CalamineError:
        raise BrokenFile from None


def _filled_rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[object]]]:
    """Rows that have any text, numbered as Excel numbers them."""
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells: list[object] = list(row)
        if any(text_of(cell) for cell in cells):
            yield number, cells
