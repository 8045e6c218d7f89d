"""The generic format: any columns through a mapping, in csv, xlsx and parquet."""

from datetime import UTC, datetime

import pytest

from mall.importing import (
    Flag,
    ImportRefused,
    Mapping,
    OrderStatus,
    RecordKind,
    Totals,
    read_orders,
)
from tests.mall.importing.files import only_order, only_problem, split, write_csv, write_text
from tests.mall.importing.shops import ROW, SHOP, in_columns, in_csv, in_parquet, in_xlsx


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
