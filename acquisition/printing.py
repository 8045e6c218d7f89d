"""Print sheets: a PDF of cards with their codes, and the same as CSV for a printer.

Pure functions: what they print is handed in, nothing is read or written.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import segno
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from acquisition.serials import shown

FONT = "STSong-Light"
"""One of the CID fonts every PDF reader supplies: nothing is embedded."""

COLUMNS, ROWS = 3, 5
MARGIN = 12 * mm
CODE = 30 * mm
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
HEADER = ("序列号", "印刷序列号", "二维码网址", "福利", "批次")


@dataclass(frozen=True)
class PrintedCard:
    """What stands on one card."""

    serial: str
    url: str
    benefit: str
    batch: str


def sheet_pdf(cards: Sequence[PrintedCard], *, headline: str, hint: str) -> bytes:
    """An A4 sheet of fifteen cards a page, each with its code, serial and promise."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, pageCompression=1)
    canvas.setTitle(headline)
    for index, card in enumerate(cards):
        place = index % (COLUMNS * ROWS)
        if index and place == 0:
            canvas.showPage()
        _draw_card(canvas, card, place, headline, hint)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def sheet_csv(cards: Sequence[PrintedCard]) -> str:
    """One row for each card, with a header; opened in a spreadsheet no cell computes."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(HEADER)
    for card in cards:
        row = (card.serial, shown(card.serial), card.url, card.benefit, card.batch)
        writer.writerow([safe_cell(cell) for cell in row])
    return "\ufeff" + buffer.getvalue()


def safe_cell(text: str) -> str:
    """A cell that a spreadsheet reads as text, whatever it begins with."""
    return f"'{text}" if text.lstrip().startswith(FORMULA_STARTS) or text[:1] in "\t\r" else text


def _draw_card(canvas: Canvas, card: PrintedCard, place: int, headline: str, hint: str) -> None:
    width, height = (A4[0] - 2 * MARGIN) / COLUMNS, (A4[1] - 2 * MARGIN) / ROWS
    left = MARGIN + (place % COLUMNS) * width
    top = A4[1] - MARGIN - (place // COLUMNS) * height
    middle = left + width / 2
    canvas.setDash(1, 2)
    canvas.rect(left, top - height, width, height)
    canvas.setDash()
    _write(canvas, middle, top - 7 * mm, headline, 10)
    _draw_code(canvas, card.url, middle - CODE / 2, top - 9 * mm - CODE)
    _write(canvas, middle, top - CODE - 13 * mm, card.benefit, 9)
    _write(canvas, middle, top - CODE - 17 * mm, shown(card.serial), 8)
    _write(canvas, middle, top - CODE - 20.5 * mm, hint, 6)


def _write(canvas: Canvas, middle: float, y: float, text: str, size: float) -> None:
    """Centred, in a smaller size where it would leave its card."""
    room = (A4[0] - 2 * MARGIN) / COLUMNS - 4 * mm
    width = pdfmetrics.stringWidth(text, FONT, size)
    canvas.setFont(FONT, size if width <= room else size * room / width)
    canvas.drawCentredString(middle, y, text)


def _draw_code(canvas: Canvas, url: str, left: float, bottom: float) -> None:
    """The code as one path: dark runs of each line become rectangles."""
    matrix = [bytes(line) for line in segno.make_qr(url, error="m").matrix]
    unit = CODE / len(matrix)
    path = canvas.beginPath()
    for row, line in enumerate(matrix):
        for start, length in _dark_runs(line):
            y = bottom + CODE - (row + 1) * unit
            path.rect(left + start * unit, y, length * unit, unit)
    canvas.drawPath(path, stroke=0, fill=1)


def _dark_runs(line: bytes) -> Iterator[tuple[int, int]]:
    """(first module, how many) of each unbroken dark run of a line."""
    start = None
    for place, module in enumerate((*line, 0)):
        if module and start is None:
            start = place
        elif not module and start is not None:
            yield start, place - start
            start = None
