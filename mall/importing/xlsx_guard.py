"""Is this xlsx safe to open? Nothing is believed that the archive says about itself.

calamine holds a sheet as one dense rectangle and copies each shared string into each
cell, so two cells in far corners, or one long string used a million times, would fill
the memory. Every part is therefore read through once here, in pieces.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from mall.importing.refusals import BrokenFile, FileTooLarge, FormulaCell, TooManyColumns

MOST_PARTS = 2_000
MOST_BYTES = 256 << 20
MOST_CELLS = 8_000_000
MOST_SHEET_COLUMNS = 512
MOST_TEXT_BYTES = 256 << 20
LONGEST_ELEMENT = 8 << 20
_PIECE = 1 << 20
# What zipfile raises on an archive that was cut or tampered with.
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ParseError,
    KeyError,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
)

_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*)>")
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*?\br=[\"'](\d{1,9})")
_REF = re.compile(rb"\br=[\"']([A-Z]{1,4})(\d{1,9})")
_SHARED = re.compile(rb"\bt=[\"']s[\"'][^>]*>\s*<(?:\w+:)?v>(\d{1,9})<")
_FORMULA = re.compile(rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>([^<]*)<)")
_LITERAL = re.compile(rb'\s*(?:"|&quot;)[^"&]*(?:"|&quot;)\s*')
_STRING_ITEM = re.compile(rb"<(?:\w+:)?si\b.*?</(?:\w+:)?si>", re.DOTALL)
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRINGS = "xl/sharedStrings.xml"


@dataclass
class SheetFacts:
    rows: int = 0
    columns: int = 0
    cells: int = 0
    has_formula: bool = False


def check(path: Path) -> dict[str, SheetFacts]:
    """What each sheet holds, by its name. Raises `ImportRefused`."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_parts(archive)
            lengths = _string_lengths(archive)
            parts = _sheet_parts(archive)
            return {name: _scan_sheet(archive, part, lengths) for name, part in parts.items()}
    except DefusedXmlException:
        raise BrokenFile("文件含有不允许的 XML 声明") from None
    except _UNREADABLE:
        raise BrokenFile from None


def refuse_formula(facts: SheetFacts | None) -> None:
    if facts is not None and facts.has_formula:
        raise FormulaCell


def _check_parts(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise BrokenFile("文件有密码，请去掉密码后再导入")
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
        raise FileTooLarge
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            for piece in _pieces(archive, part.filename, end=b">"):
                if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece:
                    raise BrokenFile("文件含有不允许的 XML 声明")


def _pieces(archive: zipfile.ZipFile, name: str, *, end: bytes) -> Iterator[bytes]:
    """The part in pieces that end with `end`, so that no element is cut in two.

    Reading to the end checks the CRC: a size that lies in the archive is an error here.
    """
    kept = b""
    with archive.open(name) as handle:
        while piece := handle.read(_PIECE):
            kept += piece
            cut = kept.rfind(end) + len(end)
            if cut >= len(end):
                yield kept[:cut]
                kept = kept[cut:]
            if len(kept) > LONGEST_ELEMENT:
                raise FileTooLarge
    if kept:
        yield kept


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → the part that holds it."""
    targets = {
        relation.get("Id", ""): relation.get("Target", "")
        for relation in _parse(archive, "xl/_rels/workbook.xml.rels")
    }
    sheets: dict[str, str] = {}
    for element in _parse(archive, "xl/workbook.xml").iter():
        if element.tag.endswith("}sheet"):
            target = targets.get(element.get(_RELATION, ""), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            sheets[element.get("name", "")] = part
    return sheets


def _parse(archive: zipfile.ZipFile, name: str) -> Element:
    if archive.getinfo(name).file_size > LONGEST_ELEMENT:
        raise FileTooLarge
    root: Element = ElementTree.fromstring(archive.read(name))
    return root


def _string_lengths(archive: zipfile.ZipFile) -> list[int]:
    """The bytes of each shared string, by its index."""
    if _STRINGS not in archive.namelist():
        return []
    pieces = _pieces(archive, _STRINGS, end=b"si>")
    return [len(item) for piece in pieces for item in _STRING_ITEM.findall(piece)]


def _scan_sheet(archive: zipfile.ZipFile, part: str, lengths: list[int]) -> SheetFacts:
    facts = SheetFacts()
    text_bytes = 0
    for piece in _pieces(archive, part, end=b"row>"):
        _widen(facts, piece)
        text_bytes += _shared_bytes(piece, lengths)
        if facts.columns > MOST_SHEET_COLUMNS:
            raise TooManyColumns(f"最多 {MOST_SHEET_COLUMNS} 列")
        if max(facts.cells, facts.rows * facts.columns) > MOST_CELLS:
            raise FileTooLarge("工作表过大，请另存为 CSV 再导入")
        if text_bytes > MOST_TEXT_BYTES:
            raise FileTooLarge
        facts.has_formula = facts.has_formula or _has_formula(piece)
    return facts


def _widen(facts: SheetFacts, piece: bytes) -> None:
    facts.rows = max([facts.rows, *(int(number) for number in _ROW.findall(piece))])
    for attributes in _CELL.findall(piece):
        facts.cells += 1
        if ref := _REF.search(attributes):
            facts.columns = max(facts.columns, _column_number(ref[1]))
            facts.rows = max(facts.rows, int(ref[2]))


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _shared_bytes(piece: bytes, lengths: list[int]) -> int:
    """The bytes that the shared strings of this piece take once copied into its cells."""
    indexes = (int(index) for index in _SHARED.findall(piece))
    return sum(lengths[index] for index in indexes if index < len(lengths))


def _has_formula(piece: bytes) -> bool:
    """A formula that is only a quoted text is what Excel makes of `="1100…"` in a CSV."""
    return any(not _LITERAL.fullmatch(match[1] or b"") for match in _FORMULA.finditer(piece))
