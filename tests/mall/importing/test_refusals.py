"""Files that must not be read: hostile, broken, empty, or not what they are said to be."""

import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mall.importing import ImportRefused, Mapping, read_orders, sniff, xlsx_guard
from tests.mall.importing.files import (
    JD,
    TMALL,
    jd,
    only_order,
    tmall,
    tmall_details,
    write_csv,
    write_text,
)

MAPPING = Mapping(columns={name: name for name in ("order_no", "placed_at", "amount")})
HEADER = ["order_no", "placed_at", "amount"]
SHEET = "xl/worksheets/sheet1.xml"


def refused(path, platform="generic", mapping=MAPPING, **options):
    """The code and sentence of the refusal, which comes before any record does."""
    with pytest.raises(ImportRefused) as refusal:
        read_orders(path, platform, mapping, **options)
    return refusal.value.code


def workbook(path, *rows, header=HEADER):
    book = openpyxl.Workbook()
    book.active.append(header)
    for row in rows:
        book.active.append(row)
    book.save(path / "x.xlsx")
    return path / "x.xlsx"


def with_part(path, name, content):
    """The workbook with one part put in or replaced."""
    with zipfile.ZipFile(path) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    parts[name] = content
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, data in parts.items():
            archive.writestr(part, data)
    return path


def sheet_of(cells, rows="1"):
    return (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<sheetData><row r="{rows}">{cells}</row></sheetData></worksheet>'
    ).encode()


def test_a_good_workbook_is_not_refused(tmp_path):
    path = workbook(tmp_path, ["1", "2024-03-01", 3])

    assert only_order(path, "generic", mapping=MAPPING).total_fen == 300


def test_a_missing_file_is_refused(tmp_path):
    assert refused(tmp_path / "none.csv") == "file_missing"
    assert refused(tmp_path) == "file_missing"


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\r\n \r\n", b",,,\n1,2,3,4\n"])
def test_an_empty_file_is_refused(tmp_path, content):
    path = tmp_path / "x.csv"
    path.write_bytes(content)

    assert refused(path) == "empty_file"


def test_a_header_without_rows_is_refused(tmp_path):
    assert refused(write_text(tmp_path / "x.csv", "order_no,placed_at,amount\n")) == "empty_file"
    assert refused(workbook(tmp_path)) == "empty_file"
    pq.write_table(pa.table({name: pa.array([], pa.string()) for name in HEADER}), tmp_path / "p")
    assert refused(tmp_path / "p") == "empty_file"


def test_an_empty_workbook_is_refused(tmp_path):
    openpyxl.Workbook().save(tmp_path / "x.xlsx")

    assert refused(tmp_path / "x.xlsx") == "empty_file"


@pytest.mark.parametrize(
    "content",
    [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, b"%PDF-1.7\n", b"\x1f\x8b\x08\0abc"],
)
def test_formats_we_do_not_read_are_refused(tmp_path, content):
    path = tmp_path / "x.xls"
    path.write_bytes(content)

    assert refused(path) == "unsupported_file"


def test_utf16_and_binary_are_refused_as_encodings(tmp_path):
    assert refused(write_text(tmp_path / "a.csv", "订单号\n1\n", "utf-16")) == "wrong_encoding"
    (tmp_path / "b.csv").write_bytes(b"order_no,amount\n1,\x00\x01\x02\n")
    assert refused(tmp_path / "b.csv") == "wrong_encoding"
    (tmp_path / "c.csv").write_bytes(b"order_no,amount\n\xff\xff\xff,1\n")
    assert refused(tmp_path / "c.csv") == "wrong_encoding"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_utf8_file_with_a_broken_character_is_not_taken_for_gbk(tmp_path, encoding):
    text = "order_no,placed_at,amount,备注\n" + "1,2024-03-01,3,这里有很多的汉字\n" * 20
    broken = text.encode(encoding) + b"2,2024-03-01,3,\xe4\xbd\n"
    path = tmp_path / "x.csv"
    path.write_bytes(broken)

    assert broken.removeprefix(b"\xef\xbb\xbf").decode("gb18030")
    assert refused(path) == "wrong_encoding"


def test_a_missing_column_is_named(tmp_path):
    row = {name: cell for name, cell in JD.items() if name not in {"结算金额", "下单帐号"}}
    path = write_csv(tmp_path / "jd.csv", [row])

    with pytest.raises(ImportRefused) as refusal:
        read_orders(path, "jd")
    assert refusal.value.code == "missing_column"
    assert refusal.value.text == "缺少必需的列：结算金额、下单帐号"


def test_another_platforms_file_is_recognised(tmp_path):
    with pytest.raises(ImportRefused) as refusal:
        read_orders(jd(tmp_path), "tmall")
    assert refusal.value.text == "这像是京东的文件，请选对平台"


def test_order_list_and_detail_list_are_not_mixed_up(tmp_path):
    orders, details = tmall(tmp_path), tmall_details(tmp_path)

    assert refused(orders, "tmall", None, detail_path=orders) == "missing_column"
    assert refused(details, "tmall", None, detail_path=details) == "missing_column"


def test_an_unknown_platform_and_a_missing_mapping_are_refused(tmp_path):
    assert refused(tmall(tmp_path), "amazon") == "unknown_platform"
    assert refused(tmall(tmp_path), "generic", None) == "mapping_needed"


@pytest.mark.parametrize("columns", [513, 20_000])
def test_too_many_columns_are_refused(tmp_path, columns):
    path = write_text(tmp_path / "x.csv", ",".join(["a"] * columns) + "\n")

    assert refused(path) == "too_many_columns"


def test_ten_million_columns_are_refused_without_being_split(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"," * 10_000_000)

    assert refused(path) == "too_many_columns"


def test_a_line_without_end_is_refused(tmp_path):
    path = write_text(
        tmp_path / "x.csv", "order_no,placed_at,amount\n1,2024-03-01," + "3" * 2_000_000
    )

    assert refused(path) == "too_many_columns"


def test_an_open_quote_is_refused_with_its_line_before_anything_is_imported(tmp_path):
    text = 'order_no,placed_at,amount\n1,2024-03-01,3\n2,"2024-03-01,3\n3,2024-03-01,3\n'

    with pytest.raises(ImportRefused) as refusal:
        read_orders(write_text(tmp_path / "x.csv", text), "generic", MAPPING)
    assert refusal.value.code == "broken_quotes"


def test_a_formula_in_the_sheet_is_refused(tmp_path):
    assert refused(workbook(tmp_path, ["1", "2024-03-01", "=1+1"])) == "formula_cell"


def test_the_text_guard_that_excel_saves_as_a_formula_is_no_formula(tmp_path):
    path = with_part(
        workbook(tmp_path),
        SHEET,
        sheet_of(
            '<c r="A1" t="str"><v>order_no</v></c><c r="B1" t="str"><v>placed_at</v></c>'
            '<c r="C1" t="str"><v>amount</v></c></row><row r="2">'
            '<c r="A2" t="str"><f>"1100"</f><v>1100</v></c>'
            '<c r="B2" t="str"><v>2024-03-01</v></c><c r="C2"><v>3</v></c>'
        ),
    )

    assert only_order(path, "generic", mapping=MAPPING).platform_order_no == "1100"


def test_a_formula_in_another_sheet_does_no_harm(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    book.active.append(["1", "2024-03-01", 3])
    book.create_sheet("汇总").append(["=SUM(A1:A2)"])
    book.save(tmp_path / "x.xlsx")

    assert only_order(tmp_path / "x.xlsx", "generic", mapping=MAPPING).total_fen == 300


def test_an_id_that_excel_made_a_number_is_flagged_in_a_workbook_too(tmp_path):
    path = workbook(tmp_path, [110000000542800000, "2024-03-01", 3], [12345, "2024-03-01", 3])

    problem, order = read_orders(path, "generic", MAPPING)

    assert (problem.row, problem.code) == (2, "order_no_damaged")
    assert order.platform_order_no == "12345"


def test_a_zip_bomb_is_refused_by_its_unpacked_size(tmp_path):
    bomb = with_part(workbook(tmp_path), "xl/media/a.bin", b"\0" * (xlsx_guard.MOST_BYTES + 1))

    assert bomb.stat().st_size < 1 << 20
    assert refused(bomb) == "file_too_large"


def test_a_size_that_lies_is_a_broken_file(tmp_path):
    path = with_part(workbook(tmp_path), SHEET, sheet_of(" " * 100_000))
    content = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo(SHEET).file_size.to_bytes(4, "little")
    path.write_bytes(content.replace(size, (10).to_bytes(4, "little")))

    assert refused(path) == "broken_file"


@pytest.mark.parametrize("corner", ["SR1048576", "Z1048576"])
def test_two_cells_in_far_corners_are_refused(tmp_path, corner):
    cells = f'<c r="A1"><v>1</v></c></row><row r="2"><c r="{corner}"><v>1</v></c>'

    assert refused(with_part(workbook(tmp_path), SHEET, sheet_of(cells))) == "file_too_large"


def test_a_row_number_in_the_millions_is_refused(tmp_path):
    cells = '<c r="I1"><v>1</v></c></row><row r="1048576"><c><v>1</v></c>'

    assert refused(with_part(workbook(tmp_path), SHEET, sheet_of(cells))) == "file_too_large"


def test_a_sheet_of_too_many_columns_is_refused(tmp_path):
    path = with_part(workbook(tmp_path), SHEET, sheet_of('<c r="XFD1"><v>1</v></c>'))

    assert refused(path) == "too_many_columns"


def test_one_long_string_used_in_many_cells_is_refused(tmp_path):
    strings = b"<sst><si><t>" + b"x" * 32_000 + b"</t></si></sst>"
    cells = "".join(f'<c r="A{row}" t="s"><v>0</v></c>' for row in range(1, 9_001))
    path = with_part(workbook(tmp_path), SHEET, sheet_of(cells))

    assert refused(with_part(path, "xl/sharedStrings.xml", strings)) == "file_too_large"


@pytest.mark.parametrize("declared", [b"<!DOCTYPE x>", b'<!DOCTYPE x [<!ENTITY a "b">]>'])
def test_declared_types_and_entities_are_refused(tmp_path, declared):
    evil = declared + sheet_of('<c r="A1"><v>1</v></c>')

    assert refused(with_part(workbook(tmp_path), SHEET, evil)) == "broken_file"


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 not a zip", b"PAR1 not a table", b"PK\x05\x06" + b"\0" * 18]
)
def test_a_file_that_is_only_named_so_is_broken(tmp_path, content):
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)

    assert refused(path) == "broken_file"


def test_a_cut_file_is_broken(tmp_path):
    path = workbook(tmp_path, ["1", "2024-03-01", 3])
    content = path.read_bytes()

    for cut in (content[:-200], content[:300] + content[-900:]):
        path.write_bytes(cut)
        assert refused(path) == "broken_file"


def test_a_parquet_text_that_is_no_utf8_breaks_the_file(tmp_path):
    table = pa.table({name: ["2024-03-01"] for name in HEADER})
    pq.write_table(table, tmp_path / "x.parquet", compression="none", use_dictionary=False)
    content = (tmp_path / "x.parquet").read_bytes()
    (tmp_path / "x.parquet").write_bytes(content.replace(b"2024-03-01", b"\xff024-03-01"))

    assert refused(tmp_path / "x.parquet") == "broken_file"


def test_one_long_text_used_in_many_parquet_rows_is_refused(tmp_path):
    long = pa.DictionaryArray.from_arrays(pa.array([0] * 50_000), ["x" * 200_000])
    table = pa.table({"order_no": long, "placed_at": long, "amount": long})
    pq.write_table(table, tmp_path / "x.parquet")

    assert refused(tmp_path / "x.parquet") == "file_too_large"


def test_a_nested_parquet_column_is_refused(tmp_path):
    table = pa.table({"order_no": [["1"]], "placed_at": ["2024-03-01"], "amount": [3]})
    pq.write_table(table, tmp_path / "x.parquet")

    assert refused(tmp_path / "x.parquet") == "unsupported_file"


def test_a_refusal_speaks_chinese_and_has_a_stable_code(tmp_path):
    with pytest.raises(ImportRefused) as refusal:
        sniff(tmp_path / "订单.csv")
    assert refusal.value.as_dict() == {
        "code": "file_missing",
        "message": "找不到文件：订单.csv",
        "detail": {},
    }


def test_hidden_sheets_are_passed_over(tmp_path):
    book = openpyxl.Workbook()
    book.active.sheet_state = "hidden"
    book.active.append(["说明"])
    sheet = book.create_sheet("订单")
    sheet.append(list(TMALL))
    sheet.append(list(TMALL.values()))
    book.save(tmp_path / "x.xlsx")

    assert sniff(tmp_path / "x.xlsx").sheet == "订单"
    assert sniff(tmp_path / "x.xlsx").name == "tmall_orders"
