"""The generic format: any columns through a mapping, in csv, xlsx and parquet."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mall.importing import (
    Flag,
    ImportRefused,
    Mapping,
    OrderStatus,
    RecordKind,
    Rule,
    Totals,
    preview,
    read_orders,
    sniff,
    suggest_mapping,
)
from tests.mall.importing.files import only_order, only_problem, split, write_csv, write_text

SHOP = Mapping(
    columns={
        "order_no": "InvoiceNo",
        "placed_at": "InvoiceDate",
        "buyer": "CustomerID",
        "sku_code": "StockCode",
        "title": "Description",
        "quantity": "Quantity",
        "price": "UnitPrice",
    },
    cancellation=Rule("InvoiceNo", "C"),
    left_out=Rule("InvoiceNo", "A"),
)
ROW = {
    "InvoiceNo": "536365",
    "StockCode": "85123A",
    "Description": "白瓷杯",
    "Quantity": 6,
    "InvoiceDate": datetime.fromisoformat("2010-12-01 08:26"),
    "UnitPrice": 2.55,
    "CustomerID": 17850,
}


def in_csv(path, rows):
    return write_csv(path / "shop.csv", rows)


def in_xlsx(path, rows):
    book = openpyxl.Workbook()
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list(row.values()))
    book.save(path / "shop.xlsx")
    return path / "shop.xlsx"


def in_parquet(path, rows):
    pq.write_table(pa.Table.from_pylist(rows), path / "shop.parquet")
    return path / "shop.parquet"


def in_columns(tmp_path, row, **columns):
    """A file of one row whose columns are named by the field they are mapped to."""
    mapping = Mapping(columns={**{name: name for name in row}}, **columns)
    return only_order(write_csv(tmp_path / "one.csv", [row]), "generic", mapping=mapping)


@pytest.mark.parametrize("write", [in_csv, in_xlsx, in_parquet])
def test_the_three_formats_give_the_same_records(tmp_path, write):
    rows = [ROW, {**ROW, "StockCode": "71053", "UnitPrice": 3.39}, {**ROW, "InvoiceNo": "536366"}]

    first, second = read_orders(write(tmp_path, rows), "generic", SHOP)

    assert (first.platform_order_no, second.platform_order_no) == ("536365", "536366")
    assert [line.amount_fen for line in first.lines] == [1530, 2034]
    assert (first.total_fen, first.paid_fen, first.buyer_key) == (3564, 3564, "17850")
    assert first.placed_at == first.paid_at == datetime(2010, 12, 1, 0, 26, tzinfo=UTC)
    assert (first.row_numbers, second.row_numbers) == ((2, 3), (4,))
    assert first.status is OrderStatus.COMPLETED


def test_a_line_is_rounded_once_half_up(tmp_path):
    rows = [{**ROW, "Quantity": 3, "UnitPrice": 0.335}, {**ROW, "Quantity": 1, "UnitPrice": 0.001}]

    order = only_order(in_csv(tmp_path, rows), "generic", mapping=SHOP)

    assert [line.amount_fen for line in order.lines] == [101, 0]
    assert [line.price_fen for line in order.lines] == [34, 0]


def test_rows_of_an_invoice_that_stand_apart_are_one_order(tmp_path):
    rows = [ROW, {**ROW, "InvoiceNo": "536366"}, {**ROW, "StockCode": "71053"}]

    orders, _ = split(read_orders(in_csv(tmp_path, rows), "generic", SHOP))

    assert [order.platform_order_no for order in orders] == ["536366", "536365"]
    assert orders[1].row_numbers == (2, 4)


def test_an_invoice_keyed_in_over_minutes_is_placed_at_its_first(tmp_path):
    rows = [{**ROW, "InvoiceDate": f"2010-12-01 08:2{minute}"} for minute in (7, 6)]

    order = only_order(in_csv(tmp_path, rows), "generic", mapping=SHOP)

    assert order.placed_at == datetime(2010, 12, 1, 0, 26, tzinfo=UTC)


def test_a_cancellation_takes_back_from_its_buyer_without_naming_an_order(tmp_path):
    rows = [ROW, {**ROW, "InvoiceNo": "C536379", "Quantity": -2}]

    sale, back = read_orders(in_csv(tmp_path, rows), "generic", SHOP)

    assert (back.kind, back.buyer_key) == (RecordKind.CANCELLATION, sale.buyer_key)
    assert (back.total_fen, back.paid_fen, back.refund_fen) == (-510, 0, 510)
    assert (back.paid_at, back.status) == (None, OrderStatus.CLOSED)
    assert [line.refund_fen for line in back.lines] == [510]
    assert sale.net_fen + back.net_fen == 1530 - 510


def test_totals_net_the_cancellation_and_do_not_count_it_as_an_order(tmp_path):
    rows = [
        ROW,
        {**ROW, "InvoiceNo": "C1", "Quantity": -2},
        {**ROW, "InvoiceNo": "C2", "CustomerID": 9, "Quantity": -1},
    ]

    totals = Totals()
    for order in read_orders(in_csv(tmp_path, rows), "generic", SHOP):
        totals.add(order)

    assert totals.as_dict() == {
        "orders": 1,
        "lines": 3,
        "buyers": 1,
        "paid_orders": 1,
        "paid_fen": 1530,
        "net_fen": 765,
        "refund_fen": 765,
        "refund_orders": 2,
    }
    assert totals.cancellations == 2


def test_a_marked_cancellation_above_zero_is_a_problem(tmp_path):
    path = in_csv(tmp_path, [{**ROW, "InvoiceNo": "C536379"}])

    assert only_problem(path, "generic", mapping=SHOP).code == "cancellation_positive"


def test_an_unmarked_document_below_zero_takes_back_and_is_flagged(tmp_path):
    order = only_order(in_csv(tmp_path, [{**ROW, "Quantity": -1}]), "generic", mapping=SHOP)

    assert (order.kind, order.net_fen) == (RecordKind.CANCELLATION, -255)
    assert order.flags == (Flag.UNMARKED_NEGATIVE,)


def test_left_out_documents_are_reported_row_by_row_and_not_imported(tmp_path):
    rows = [{**ROW, "InvoiceNo": "A563185"}, {**ROW, "InvoiceNo": "A563185"}, ROW]

    orders, problems = split(read_orders(in_csv(tmp_path, rows), "generic", SHOP))

    assert [order.platform_order_no for order in orders] == ["536365"]
    assert [(x.row, x.code, x.raw) for x in problems] == [
        (2, "left_out", "A563185"),
        (3, "left_out", "A563185"),
    ]
    assert all(problem.is_left_out for problem in problems)


def test_a_sale_without_customer_counts_in_money_and_not_in_buyers(tmp_path):
    totals = Totals()
    totals.add(only_order(in_csv(tmp_path, [{**ROW, "CustomerID": ""}]), "generic", mapping=SHOP))

    assert (totals.orders, totals.paid_fen, totals.buyers) == (1, 1530, 0)
    assert totals.flagged_orders == {Flag.BUYER_MISSING: 1}


def test_a_document_that_sums_to_nothing_is_no_sale(tmp_path):
    order = only_order(in_csv(tmp_path, [{**ROW, "UnitPrice": 0}]), "generic", mapping=SHOP)

    assert (order.is_paid, order.status) == (False, OrderStatus.CLOSED)
    assert order.flags == (Flag.ZERO_TOTAL,)


def test_fen_and_another_zone_are_read_as_the_mapping_says(tmp_path):
    row = {"order_no": "1", "placed_at": "2024-03-01 11:16:00", "amount": "1530"}

    order = in_columns(tmp_path, row, unit="fen", timezone="Europe/London")

    assert order.total_fen == 1530
    assert order.placed_at == datetime(2024, 3, 1, 11, 16, tzinfo=UTC)


def test_freight_discount_and_refund_of_the_order_are_taken_from_its_first_row(tmp_path):
    row = {
        "order_no": "1",
        "placed_at": "2024-03-01 11:16:00",
        "amount": "30",
        "freight": "5",
        "discount": "-3",
        "refund": "12",
    }

    order = in_columns(tmp_path, row)

    assert (order.freight_fen, order.discount_fen, order.total_fen) == (500, 300, 3200)
    assert (order.paid_fen, order.refund_fen, order.refund_known) == (3200, 1200, True)


@pytest.mark.parametrize(("word", "paid_fen"), [("待付款", 0), ("已发货", 3000), ("已关闭", 0)])
def test_words_of_the_file_become_our_statuses(tmp_path, word, paid_fen):
    statuses = {"待付款": "created", "已发货": "shipped", "已关闭": "closed"}
    row = {"order_no": "1", "placed_at": "2024-03-01", "amount": "30", "status": word}

    order = in_columns(tmp_path, row, statuses=statuses)

    assert (order.status, order.paid_fen) == (OrderStatus(statuses[word]), paid_fen)


def test_text_before_ids_dashes_thousands_and_ciphertext_are_read(tmp_path):
    row = {
        "order_no": "\t6920000000000000001",
        "placed_at": "2024-03-01 11:16:00",
        "paid_at": "-",
        "quantity": "1",
        "price": "1,299.00",
        "name": "##密文",
        "phone": "$$密文",
    }

    order = in_columns(tmp_path, row)

    assert order.platform_order_no == "6920000000000000001"
    assert (order.total_fen, order.paid_at, order.paid_fen) == (129900, None, 0)
    assert order.receiver.name == order.receiver.phone == ""
    assert Flag.RECEIVER_ENCRYPTED in order.flags


def test_sub_orders_joined_in_one_row_stay_one_line(tmp_path):
    row = {
        "order_no": "1",
        "placed_at": "2024-03-01",
        "title": "白瓷杯;茶盘",
        "sku_code": "CUP;TRAY",
        "quantity": "3",
        "amount": "30.00",
    }

    order = in_columns(tmp_path, row)

    assert [(x.title, x.quantity, x.amount_fen) for x in order.lines] == [("白瓷杯;茶盘", 3, 3000)]


def test_joined_amounts_are_a_problem_and_not_a_guess(tmp_path):
    row = {"order_no": "1", "placed_at": "2024-03-01", "quantity": "3", "price": "10;20"}
    path = write_csv(tmp_path / "one.csv", [row])
    mapping = Mapping(columns={name: name for name in row})

    assert only_problem(path, "generic", mapping=mapping).code == "amount_invalid"


def test_a_phone_shared_by_two_customers_makes_two_buyers(tmp_path):
    row = {"order_no": "1", "placed_at": "2024-03-01", "amount": "1", "buyer": "甲"}
    rows = [
        {**row, "buyer_phone": "13800014606"},
        {**row, "order_no": "2", "buyer": "乙", "buyer_phone": "13800014606"},
        {**row, "order_no": "3", "buyer_phone": "186******05"},
    ]
    mapping = Mapping(columns={name: name for name in rows[0]})

    orders, _ = split(read_orders(write_csv(tmp_path / "o.csv", rows), "generic", mapping))

    assert [order.buyer_key for order in orders] == ["甲", "乙", "甲"]
    assert [order.buyer_phone for order in orders] == ["13800014606", "13800014606", None]


def test_an_empty_trailing_header_and_an_unused_duplicate_do_no_harm(tmp_path):
    path = write_text(
        tmp_path / "youzan.csv",
        "order_no,分销员,placed_at,分销员,amount,\n1,甲,2024-03-01,乙,3.00,\n",
    )
    mapping = Mapping(columns={name: name for name in ("order_no", "placed_at", "amount")})

    assert only_order(path, "generic", mapping=mapping).total_fen == 300


def test_a_duplicate_header_that_is_needed_is_refused(tmp_path):
    path = write_text(tmp_path / "x.csv", "order_no,placed_at,amount,amount\n1,2024-03-01,3,4\n")
    mapping = Mapping(columns={name: name for name in ("order_no", "placed_at", "amount")})

    with pytest.raises(ImportRefused) as refusal:
        read_orders(path, "generic", mapping)
    assert refusal.value.code == "duplicate_column"
    assert refusal.value.text == "表头「amount」出现了 2 次，请先改名"


def test_columns_are_matched_by_name_whatever_their_place(tmp_path):
    row = {"amount": "3.00", "placed_at": "2024-03-01", "order_no": "1"}

    assert in_columns(tmp_path, row).total_fen == 300


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_tabs_and_semicolons_separate_too(tmp_path, delimiter):
    row = {"order_no": "1", "placed_at": "2024-03-01", "amount": "3.00"}
    path = write_csv(tmp_path / "x.csv", [row], delimiter=delimiter)
    mapping = Mapping(columns={name: name for name in row})

    assert only_order(path, "generic", mapping=mapping).total_fen == 300


def test_a_row_with_more_cells_than_columns_is_a_problem_of_its_own(tmp_path):
    path = write_text(
        tmp_path / "x.csv",
        "order_no,placed_at,amount\n1,2024-03-01,1,299.00\n2,2024-03-01,3\n3,2024-03-01,4,\n",
    )
    mapping = Mapping(columns={name: name for name in ("order_no", "placed_at", "amount")})

    orders, problems = split(read_orders(path, "generic", mapping))

    assert [order.platform_order_no for order in orders] == ["2", "3"]
    assert [(x.row, x.code, x.message) for x in problems] == [
        (2, "row_broken", "这一行有 4 列，表头只有 3 列")
    ]


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
