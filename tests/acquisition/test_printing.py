import csv
import io
import re
import zlib

import pytest

from acquisition.printing import PrintedCard, safe_cell, sheet_csv, sheet_pdf

CARDS = [
    PrintedCard(f"k7q01m2x{n:03d}", f"https://m.test/card/K7Q01M2X{n:03d}", "牛肉粒一份", "三月")
    for n in range(17)
]


def _streams(pdf: bytes) -> list[bytes]:
    import base64  # noqa: PLC0415

    found = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    return [zlib.decompress(base64.a85decode(part.strip(), adobe=True)) for part in found]


def test_a_sheet_has_a_page_for_each_fifteen_cards() -> None:
    pdf = sheet_pdf(CARDS, headline="扫码领好礼", hint="微信扫一扫")

    assert pdf.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 2
    assert b"STSong-Light" in pdf
    assert b"/FontFile" not in pdf


def test_each_card_on_a_sheet_has_its_own_code() -> None:
    first, second = (_streams(sheet_pdf([card], headline="扫", hint="微"))[0] for card in CARDS[:2])

    assert first.count(b" re") > 200
    assert first != second


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", " ="])
def test_no_cell_of_the_csv_computes(start: str) -> None:
    assert safe_cell(f"{start}cmd|' /C calc'!A0").startswith("'")
    evil = [PrintedCard("k7q", "https://m.test", f"{start}1+1", "批次")]
    rows = list(csv.reader(io.StringIO(sheet_csv(evil).removeprefix("\ufeff"))))
    assert rows[1][3] == f"'{start}1+1"


def test_the_csv_names_every_card_as_printed_and_as_a_link() -> None:
    rows = list(csv.reader(io.StringIO(sheet_csv(CARDS).removeprefix("\ufeff"))))

    assert len(rows) == 18
    expected = ["k7q01m2x000", "K7Q0-1M2X-000", CARDS[0].url, "牛肉粒一份", "三月"]
    assert rows[1] == expected
