"""The generic format: any columns through a mapping, in csv, xlsx and parquet."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mall.importing import (
    ImportRefused,
    Mapping,
    preview,
    read_orders,
    sniff,
    suggest_mapping,
)
from tests.mall.importing.files import only_order, split, write_text
from tests.mall.importing.shops import ROW, SHOP, in_csv, in_parquet


def test_rows_are_numbered_as_a_spreadsheet_numbers_them(tmp_path):
    path = write_text(
        tmp_path / "x.csv",
        'order_no,placed_at,amount\n\n1,2024-03-01,"3\n"\n,,\n2,2024-03-01,x\n',
    )
    mapping = Mapping(columns={name: name for name in ("order_no", "placed_at", "amount")})

    orders, problems = split(read_orders(path, "generic", mapping))

    assert [order.row_numbers for order in orders] == [(3,)]
    assert [problem.row for problem in problems] == [5]


def test_rows_of_a_workbook_that_begins_further_down_keep_their_numbers(tmp_path):
    book = openpyxl.Workbook()
    for column, name in enumerate(("order_no", "placed_at", "amount"), start=2):
        book.active.cell(3, column, name)
        book.active.cell(5, column, {"order_no": "1", "placed_at": "2024-03-01"}.get(name, 3))
    book.save(tmp_path / "x.xlsx")
    mapping = Mapping(columns={name: name for name in ("order_no", "placed_at", "amount")})

    assert only_order(tmp_path / "x.xlsx", "generic", mapping=mapping).row_numbers == (5,)


def test_parquet_types_of_other_writers_are_read(tmp_path):
    table = pa.table(
        {
            "InvoiceNo": pa.array([536365], pa.int64()),
            "InvoiceDate": pa.array([ROW["InvoiceDate"]], pa.timestamp("ns")),
            "CustomerID": pa.array([17850.0], pa.float64()),
            "StockCode": pa.array(["85123A"]).dictionary_encode(),
            "Description": pa.array([None], pa.string()),
            "Quantity": pa.array([1], pa.int16()),
            "UnitPrice": pa.array([0.345], pa.float32()),
        }
    )
    pq.write_table(table, tmp_path / "x.parquet")

    order = only_order(tmp_path / "x.parquet", "generic", mapping=SHOP)

    assert (order.platform_order_no, order.buyer_key, order.total_fen) == ("536365", "17850", 35)
    assert order.lines[0].sku_code == "85123A"


def test_parquet_decimals_and_days_are_read(tmp_path):
    table = pa.table(
        {
            "order_no": ["1"],
            "placed_at": pa.array([date(2024, 3, 1)]),
            "amount": pa.array([Decimal("1299.005")]),
        }
    )
    pq.write_table(table, tmp_path / "x.parquet")
    mapping = Mapping(columns={name: name for name in table.column_names})

    order = only_order(tmp_path / "x.parquet", "generic", mapping=mapping)

    assert order.total_fen == 129901
    assert order.placed_at == datetime(2024, 2, 29, 16, tzinfo=UTC)


def test_an_order_of_too_many_lines_is_a_problem_and_the_rest_is_read(tmp_path):
    rows = [{"order_no": "1", "placed_at": "2024-03-01", "amount": 1}] * 20_001
    rows.append({**rows[0], "order_no": "2"})
    mapping = Mapping(columns={name: name for name in rows[0]})

    orders, problems = split(read_orders(in_parquet(tmp_path, rows), "generic", mapping))

    assert [order.platform_order_no for order in orders] == ["2"]
    assert [(x.row, x.code, x.raw) for x in problems] == [(2, "too_many_lines", "1")]


def test_a_preview_reads_only_the_head_of_the_file(tmp_path):
    rows = [{**ROW, "InvoiceNo": str(number)} for number in range(5000)]

    shown = preview(in_parquet(tmp_path, rows), "generic", SHOP, limit=3)

    assert [order.platform_order_no for order in shown.orders] == ["0", "1", "2"]


def test_a_fault_far_down_spoils_the_import_and_not_the_preview(tmp_path):
    rows = "".join(f"{number},2024-03-01,3\n" for number in range(3000))
    path = write_text(tmp_path / "x.csv", f'order_no,placed_at,amount\n{rows}9,"2024')
    mapping = Mapping(columns={name: name for name in ("order_no", "placed_at", "amount")})

    assert len(preview(path, "generic", mapping).orders) == 20
    with pytest.raises(ImportRefused):
        read_orders(path, "generic", mapping)


def test_a_mapping_survives_json():
    assert Mapping.from_json(SHOP.to_json()) == SHOP
    assert json.loads(SHOP.to_json())["cancellation"] == {"column": "InvoiceNo", "prefix": "C"}


def test_a_mapping_is_suggested_from_usual_headers(tmp_path):
    assert suggest_mapping(sniff(in_csv(tmp_path, [ROW])).columns) == SHOP
    assert suggest_mapping(["甲", "乙"]) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("[]", "字段对应关系有误"),
        ("{", "字段对应关系不是有效的 JSON"),
        ('{"colums": {}}', "不认识的设置：colums"),
        ('{"columns": {"order_no": "a"}}', "缺少字段：placed_at"),
        ('{"columns": {"order_no": "a", "placed_at": "b"}}', "需要 amount，或者 price 和 quantity"),
        ('{"columns": {"order_no": 1}}', "「columns」应为文字到文字的对应"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused_in_words(change, message):
    with pytest.raises(ImportRefused) as refusal:
        Mapping.from_json(change)
    assert (refusal.value.code, refusal.value.text) == ("bad_mapping", message)


@pytest.mark.parametrize(
    "change",
    [
        {"unit": "dollar"},
        {"unit": 1},
        {"timezone": "Mars/Olympus"},
        {"timezone": "../etc/passwd"},
        {"buyer_kind": "天 猫"},
        {"statuses": {"已发货": "sent"}},
        {"cancellation": {"column": "a"}},
        {"columns": {"order_no": "a", "placed_at": "b", "amount": "c", "colour": "d"}},
    ],
)
def test_a_setting_out_of_range_is_refused(change):
    columns = {"order_no": "a", "placed_at": "b", "amount": "c"}

    with pytest.raises(ImportRefused) as refusal:
        Mapping.from_dict({"columns": columns, **change})
    assert refusal.value.code == "bad_mapping"
