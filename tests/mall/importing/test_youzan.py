"""Traps of Youzan's order list, one row each."""

import csv
from datetime import UTC, datetime

import pytest

from mall.importing import Flag, ImportRefused, OrderStatus, read_orders
from tests.mall.importing.files import only_order, only_problem

YOUZAN = {
    "订单号": "E20240301111600001",
    "订单状态": "交易完成",
    "订单创建时间": "2024-03-01 11:16:00",
    "买家付款时间": "2024-03-01 11:17:00",
    "交易成功时间": "2024-03-04 09:00:00",
    "商品金额合计": "1,299.00",
    "运费": "10.00",
    "店铺优惠合计": "9.00",
    "应收订单金额": "1,300.00",
    "订单实付金额": "1,300.00",
    "订单实收金额": "1,200.00",
    "全部商品名称": "白瓷杯(2件)；茶盘,带把(1件)",
    "商品种类数": "2",
    "收货人省份": "上海市",
    "收货人城市": "市辖区",
    "收货人地区": "静安区",
    "详细收货地址/提货地址": "示例路207号",
    "收货人/提货人": "伊芙",
    "收货人手机号/提货人手机号": "13800014606",
    "订单星级": " ",
    "买家昵称": "伊芙",
    "买家手机号": "13800014606",
    "分销员": "导购甲",
    "订单已退款金额": "100.00",
    "订单风险标签": "——",
}
TAIL = ["分销员", "分销员手机号", ""]


def youzan(tmp_path, *rows, encoding="utf-8", columns=tuple(YOUZAN), tail=tuple(TAIL)):
    """Orders as the back-end writes them: 分销员 a second time, an empty header at the end."""
    path = tmp_path / "youzan.csv"
    with path.open("w", encoding=encoding, newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow([*columns, *tail])
        for row in rows or ({},):
            whole = {**YOUZAN, **row}
            writer.writerow([*(whole[name] for name in columns), *("" for _ in tail)])
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_an_order_is_read_beside_a_column_that_stands_twice_and_one_without_a_name(
    tmp_path, encoding
):
    order = only_order(youzan(tmp_path, encoding=encoding), "youzan")

    assert (order.platform, order.platform_order_no) == ("youzan", "E20240301111600001")
    assert (order.goods_fen, order.freight_fen, order.discount_fen) == (129_900, 1_000, 900)
    assert (order.total_fen, order.paid_fen, order.refund_fen) == (130_000, 130_000, 10_000)
    assert order.refund_known
    assert order.status is OrderStatus.COMPLETED
    assert order.received_at == datetime(2024, 3, 4, 1, 0, tzinfo=UTC)


def test_the_goods_of_an_order_are_one_line_that_guesses_no_split(tmp_path):
    order = only_order(youzan(tmp_path), "youzan")

    [line] = order.lines
    assert (line.quantity, line.amount_fen, line.price_fen) == (3, 129_900, None)
    assert order.line_count == 2
    assert Flag.LINES_MERGED in order.flags


def test_the_only_kind_of_goods_is_named_without_its_count(tmp_path):
    order = only_order(
        youzan(tmp_path, {"全部商品名称": "茶盘(大)(12件)", "商品种类数": "1"}), "youzan"
    )

    assert [(line.title, line.quantity, line.refund_fen) for line in order.lines] == [
        ("茶盘(大)", 12, 10_000)
    ]
    assert Flag.LINES_MERGED not in order.flags


def test_goods_that_do_not_add_up_to_their_kinds_are_counted_by_the_kinds(tmp_path):
    order = only_order(youzan(tmp_path, {"全部商品名称": "白瓷杯；茶盘(9件)"}), "youzan")

    assert (order.lines[0].quantity, order.line_count) == (2, 2)


@pytest.mark.parametrize(
    ("phone", "flag"),
    [("", Flag.BUYER_MISSING), (" ", Flag.BUYER_MISSING), ("138******06", Flag.BUYER_MASKED)],
)
def test_without_a_full_phone_the_nickname_makes_nobody_a_buyer(tmp_path, phone, flag):
    order = only_order(youzan(tmp_path, {"买家手机号": phone}), "youzan")

    assert (order.buyer_key, order.buyer_phone) == (None, None)
    assert flag in order.flags


def test_a_shared_phone_makes_no_two_nicknames_one_buyer(tmp_path):
    rows = ({"订单号": "E1"}, {"订单号": "E2", "买家昵称": "亚当"}, {"订单号": "E3"})

    first, second, third = read_orders(youzan(tmp_path, *rows), "youzan")

    assert first.buyer_key == third.buyer_key != second.buyer_key
    assert "13800014606" not in first.buyer_key


def test_the_city_of_a_municipality_is_the_municipality(tmp_path):
    order = only_order(youzan(tmp_path), "youzan")

    assert (order.receiver.city, order.receiver.address) == ("上海市", "上海市静安区示例路207号")


def test_an_order_that_stands_twice_is_taken_once(tmp_path):
    order, problem = read_orders(youzan(tmp_path, {}, {}), "youzan")

    assert (order.row_numbers, problem.row, problem.code) == ((2, 3), 3, "order_repeated")


def test_a_file_without_the_refund_column_owns_to_knowing_none(tmp_path):
    columns = [name for name in YOUZAN if name != "订单已退款金额"]
    order = only_order(youzan(tmp_path, columns=columns), "youzan")

    assert not order.refund_known
    assert Flag.REFUND_UNKNOWN in order.flags


def test_an_unknown_status_costs_one_order(tmp_path):
    problem = only_problem(youzan(tmp_path, {"订单状态": "待接单"}), "youzan")

    assert (problem.row, problem.message) == (2, "不认识的订单状态「待接单」")


def test_a_customer_file_is_sent_to_where_customers_are_imported(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_text("客户昵称,客户手机号,成为客户时间,\n伊芙,,2024-03-01 11:16:00,\n")

    with pytest.raises(ImportRefused, match="导入会员"):
        read_orders(path, "youzan")
