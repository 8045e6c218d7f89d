"""The texts of a print sheet, read from the PDF's own drawing operations."""

import base64
import re
import zlib

STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
SHOWN = re.compile(rb"\(((?:\\.|[^\\()])*)\) Tj", re.DOTALL)
ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def read_texts(pdf: bytes) -> set[str]:
    """Every text that is shown; the fonts of the sheet take two bytes a character."""
    assert pdf.startswith(b"%PDF-")
    found = set()
    for packed in STREAM.findall(pdf):
        drawing = zlib.decompress(base64.a85decode(packed.strip(), adobe=True))
        found |= {_plain(text) for text in SHOWN.findall(drawing)}
    return found


def _plain(text: bytes) -> str:
    return ESCAPE.sub(_unescaped, text).decode("utf-16-be", "replace")


def _unescaped(match: re.Match[bytes]) -> bytes:
    code = match[1]
    if code[:1].isdigit():
        return bytes([int(code, 8)])
    return NAMED.get(code, code)
