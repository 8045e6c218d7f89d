"""Traps of the JD back-end that the real file does not all hold, five lines each."""

from datetime import UTC, datetime

import pytest

from mall.importing import Flag, OrderStatus, Totals, read_orders
from tests.mall.importing.files import jd, only_order, only_problem


def test_amounts_repeated_on_each_row_count_once(tmp_path):
    path = jd(tmp_path, {}, {"商品名称": "茶盘", "订购数量": "1", "货号": "TRAY"})

    order = only_order(path, "jd")

    assert (order.total_fen, order.paid_fen, order.goods_fen) == (3000, 3000, 3000)
    assert [(line.sku_code, line.amount_fen) for line in order.lines] == [
        ("CUP-W", 2000),
        ("TRAY", 1000),
    ]
    assert order.row_numbers == (2, 3)


def test_rows_of_one_order_need_not_stand_together(tmp_path):
    path = jd(tmp_path, {"订单号": "1"}, {"订单号": "2"}, {"订单号": "1"})

    totals = Totals()
    for order in read_orders(path, "jd"):
        totals.add(order)

    assert (totals.orders, totals.lines, totals.paid_fen) == (2, 3, 6000)


def test_rows_that_disagree_on_the_order_are_flagged(tmp_path):
    order = only_order(jd(tmp_path, {}, {"结算金额": "31.00"}), "jd")

    assert Flag.AMOUNTS_DIFFER in order.flags
    assert order.total_fen == 3000


@pytest.mark.parametrize("text", ["(删除)等待出库", "（删除）等待出库", "(删除) 完成"])
def test_a_deleted_order_is_closed_and_flagged(tmp_path, text):
    order = only_order(jd(tmp_path, {"订单状态": text}), "jd")

    assert order.status is OrderStatus.CLOSED
    assert Flag.DELETED_ON_PLATFORM in order.flags


def test_a_locked_order_stands_where_it_stood_and_is_flagged(tmp_path):
    order = only_order(jd(tmp_path, {"订单状态": "(锁定)等待出库"}), "jd")

    assert order.status is OrderStatus.PAID
    assert Flag.LOCKED_ON_PLATFORM in order.flags


def test_an_unknown_status_is_reported_in_words(tmp_path):
    problem = only_problem(jd(tmp_path, {"订单状态": "(暂停)等待出库"}), "jd")

    assert (problem.row, problem.code) == (2, "status_unknown")
    assert problem.message == "不认识的订单状态「(暂停)等待出库」"


def test_a_masked_phone_is_shown_but_is_no_key(tmp_path):
    order = only_order(jd(tmp_path, {"联系电话": "1******6198"}), "jd")

    assert (order.buyer_phone, order.receiver.phone) == (None, "1******6198")
    assert order.buyer_key == "jd_14606"


def test_an_amount_still_being_reckoned_is_read_and_flagged(tmp_path):
    order = only_order(jd(tmp_path, {"结算金额": "499.00（系统计算中，该值仅供参考）"}), "jd")

    assert order.total_fen == 49900
    assert Flag.AMOUNT_PROVISIONAL in order.flags


def test_the_reckoned_column_that_is_not_used_flags_nothing(tmp_path):
    assert only_order(jd(tmp_path), "jd").flags == (Flag.TOTAL_DIFFERS, Flag.REFUND_UNKNOWN)


def test_what_is_due_and_what_the_balance_paid_stand_in_for_a_missing_total(tmp_path):
    path = jd(tmp_path, {"结算金额": "-", "应付金额": "25.00", "余额支付": "5.00"})

    assert only_order(path, "jd").total_fen == 3000


def test_no_total_at_all_is_a_problem(tmp_path):
    problem = only_problem(jd(tmp_path, {"结算金额": "", "应付金额": ""}), "jd")

    assert (problem.code, problem.message) == ("amount_missing", "缺少结算金额")


def test_what_was_taken_off_is_the_discount(tmp_path):
    path = jd(tmp_path, {"结算金额": "15.00", "运费金额": "6.00"})

    order = only_order(path, "jd")

    assert (order.goods_fen, order.freight_fen, order.discount_fen) == (2000, 600, 1100)
    assert order.total_fen == order.goods_fen + order.freight_fen - order.discount_fen


def test_an_unpaid_order_has_paid_nothing(tmp_path):
    order = only_order(jd(tmp_path, {"付款确认时间": "", "订单状态": "等待付款"}), "jd")

    assert (order.status, order.is_paid, order.paid_fen) == (OrderStatus.CREATED, False, 0)


@pytest.mark.parametrize(("status", "paid_fen"), [("完成", 3000), ("等待出库", 0)])
def test_cash_on_delivery_is_paid_when_the_order_completes(tmp_path, status, paid_fen):
    path = jd(tmp_path, {"支付方式": "货到付款", "付款确认时间": "", "订单状态": status})

    order = only_order(path, "jd")

    assert order.paid_fen == paid_fen
    assert order.paid_at == (datetime(2024, 3, 4, 1, tzinfo=UTC) if paid_fen else None)
