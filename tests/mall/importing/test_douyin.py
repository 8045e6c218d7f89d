"""Traps of Douyin's order list, a row or two each."""

import pytest

from mall.importing import Flag, ImportRefused, OrderStatus
from tests.mall.importing.files import only_order, only_problem, write_csv

DOUYIN = {
    "主订单编号": "\t110000000542800000",
    "子订单编号": "\t110000000542800001",
    "选购商品": "\t白瓷杯",
    "货号": "\tCUP",
    "商品ID": "\t3600000000382736548",
    "商家编码": "\tCUP-W",
    "商品数量": "2",
    "商品金额": "1,299.00",
    "订单提交时间": "2024-03-01 11:16:00",
    "支付完成时间": "2024-03-01 11:17:00",
    "订单完成时间": "-",
    "订单状态": "待发货",
    "售后状态": "-",
    "发货时间": "-",
    "订单应付金额": "2,558.00",
    "运费": "0.00",
    "优惠总金额": "40.00",
    "收件人": "##密文",
    "收件人手机号": "$$密文",
    "省": "河南省",
    "市": "南阳市",
    "区": "南召县",
    "街道": "-",
    "详细地址": "##密文",
}


def douyin(tmp_path, *rows, encoding="utf-8-sig", columns=tuple(DOUYIN)):
    usual = [{**DOUYIN, **row} for row in rows or ({},)]
    return write_csv(tmp_path / "douyin.csv", usual, encoding=encoding, columns=columns)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_tabs_dashes_and_thousands_are_read_for_what_they_mean(tmp_path, encoding):
    order = only_order(douyin(tmp_path, encoding=encoding), "douyin")

    assert order.platform_order_no == "110000000542800000"
    assert (order.goods_fen, order.discount_fen, order.total_fen) == (259_800, 4_000, 255_800)
    assert (order.shipped_at, order.received_at) == (None, None)
    [line] = order.lines
    assert (line.sku_code, line.title, line.price_fen) == ("CUP-W", "白瓷杯", 129_900)


def test_ciphertext_is_nobodys_name_and_the_region_stays(tmp_path):
    order = only_order(douyin(tmp_path), "douyin")

    told = order.receiver
    assert (told.name, told.phone, told.city) == ("", "", "南阳市")
    assert told.address == "河南省南阳市南召县"
    assert order.buyer_phone is None
    assert order.flags == (Flag.BUYER_MISSING, Flag.RECEIVER_ENCRYPTED)


def test_sub_orders_of_one_order_are_its_lines_and_their_amounts_add_up(tmp_path):
    second = {
        "子订单编号": "\t2",
        "商家编码": "\tTRAY",
        "商品数量": "1",
        "订单应付金额": "1,299.00",
    }
    order = only_order(douyin(tmp_path, {}, second), "douyin")

    assert [(line.sku_code, line.amount_fen) for line in order.lines] == [
        ("CUP-W", 259_800),
        ("TRAY", 129_900),
    ]
    assert (order.total_fen, order.paid_fen, order.line_count) == (385_700, 385_700, 2)


def test_sub_orders_joined_in_one_row_are_one_line_that_guesses_no_split(tmp_path):
    joined = {
        "子订单编号": "\t1;2;3",
        "选购商品": "\t白瓷杯;茶盘;茶匙",
        "商家编码": "\tCUP-W;TRAY;SPOON",
        "商品ID": "\t36;37;38",
        "商品数量": "5",
    }
    order = only_order(douyin(tmp_path, joined), "douyin")

    [line] = order.lines
    assert (line.title, line.quantity) == ("白瓷杯;茶盘;茶匙", 5)
    assert (line.sku_code, line.price_fen, line.amount_fen) == ("", None, 259_800)
    assert (order.line_count, order.total_fen) == (3, 255_800)
    assert Flag.LINES_MERGED in order.flags


def test_columns_are_found_by_name_wherever_the_seller_put_them(tmp_path):
    columns = sorted({*DOUYIN} - {"运费", "优惠总金额", "货号", "街道"}, reverse=True)
    order = only_order(douyin(tmp_path, columns=columns), "douyin")

    assert (order.goods_fen, order.total_fen) == (259_800, 255_800)


def test_the_older_header_for_the_price_is_known(tmp_path):
    row = {**DOUYIN, "商品单价": "10.00"}
    del row["商品金额"]
    order = only_order(write_csv(tmp_path / "old.csv", [row]), "douyin")

    assert order.lines[0].price_fen == 1_000


def test_a_file_without_any_amount_is_refused(tmp_path):
    columns = [name for name in DOUYIN if name not in {"商品金额", "订单应付金额"}]
    with pytest.raises(ImportRefused, match="商品金额"):
        only_order(douyin(tmp_path, columns=columns), "douyin")


@pytest.mark.parametrize(
    ("word", "known"), [("-", True), ("退款成功", False), ("售后处理中", False)]
)
def test_a_word_of_after_sale_tells_no_amount_of_refund(tmp_path, word, known):
    order = only_order(douyin(tmp_path, {"售后状态": word}), "douyin")

    assert (order.refund_known, order.refund_fen) == (known, 0)
    assert (Flag.REFUND_UNKNOWN in order.flags) is not known


def test_a_file_without_the_column_of_after_sale_knows_no_refund(tmp_path):
    order = only_order(douyin(tmp_path, columns=[x for x in DOUYIN if x != "售后状态"]), "douyin")

    assert Flag.REFUND_UNKNOWN in order.flags


def test_an_order_stands_at_the_earliest_step_of_its_sub_orders(tmp_path):
    rows = ({"订单状态": "已关闭", "支付完成时间": "-"}, {"订单状态": "已发货"})
    order = only_order(douyin(tmp_path, *rows), "douyin")

    assert order.status is OrderStatus.SHIPPED
    assert (order.total_fen, order.paid_fen) == (511_600, 255_800)


def test_an_id_that_excel_broke_is_said_to_be_broken(tmp_path):
    problem = only_problem(douyin(tmp_path, {"主订单编号": "1.1E+17"}), "douyin")

    assert problem.code == "order_no_damaged"
