"""Traps of the Tmall back-end that the real files do not all hold, five lines each."""

from datetime import UTC, datetime

import pytest

from mall.importing import (
    Flag,
    ImportedLine,
    OrderStatus,
    RecordKind,
    Totals,
    preview,
    read_orders,
    sniff,
)
from tests.mall.importing.files import (
    TMALL,
    TMALL_DETAIL,
    only_order,
    only_problem,
    split,
    tmall,
    tmall_details,
    write_csv,
)


def test_an_order_is_read_whole(tmp_path):
    order = only_order(tmall(tmp_path), "tmall")

    assert order.platform_order_no == "110000000542800000"
    assert (order.buyer_kind, order.buyer_key) == ("tmall", "tb14606")
    assert order.buyer_phone == order.receiver.phone == "13800014606"
    assert order.placed_at == datetime(2024, 3, 1, 3, 16, tzinfo=UTC)
    assert order.paid_at == datetime(2024, 3, 1, 3, 17, tzinfo=UTC)
    assert (order.goods_fen, order.freight_fen, order.discount_fen) == (3000, 500, 300)
    assert (order.total_fen, order.paid_fen, order.refund_fen) == (3200, 3200, 0)
    assert (order.tracking_no, order.carrier) == ("SF1234567890123", "顺丰速运")
    assert order.receiver.city == "南阳市"
    assert order.row_numbers == (2,)


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8", "utf-8-sig"])
def test_every_encoding_of_the_back_end_gives_the_same_order(tmp_path, encoding):
    order = only_order(tmall(tmp_path, encoding=encoding), "tmall")

    assert order.receiver.name == "伊芙"
    assert order.status is OrderStatus.PAID


def test_a_character_beyond_gbk_is_read_as_gb18030(tmp_path):
    path = tmall(tmp_path, {"收货人姓名": "王𠮷"}, encoding="gb18030")

    assert only_order(path, "tmall").receiver.name == "王𠮷"
    assert sniff(path).encoding == "gb18030"


def test_headers_match_with_and_without_trailing_blanks(tmp_path):
    row = {name.strip(): cell for name, cell in TMALL.items()}
    path = write_csv(tmp_path / "new.csv", [row], encoding="gb18030")

    assert only_order(path, "tmall") == only_order(tmall(tmp_path), "tmall")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("买家已付款，等待卖家发货", OrderStatus.PAID),
        ("买家已付款,等待卖家发货", OrderStatus.PAID),
        ("卖家已发货, 等待买家确认", OrderStatus.SHIPPED),
        ("等待买家付款", OrderStatus.CREATED),
        ("交易成功", OrderStatus.COMPLETED),
        ("交易关闭", OrderStatus.CLOSED),
    ],
)
def test_the_comma_of_a_status_may_be_full_or_half_width(tmp_path, text, status):
    assert only_order(tmall(tmp_path, {"订单状态": text}), "tmall").status is status


def test_an_unknown_status_costs_its_order_only(tmp_path):
    path = tmall(tmp_path, {"订单编号": "1", "订单状态": "定金已付"}, {"订单编号": "2"})

    orders, problems = split(read_orders(path, "tmall"))

    assert [order.platform_order_no for order in orders] == ["2"]
    assert [(problem.row, problem.code) for problem in problems] == [(2, "status_unknown")]
    assert problems[0].message == "不认识的订单状态「定金已付」"


def test_a_partly_shipped_order_is_still_to_ship_and_flagged(tmp_path):
    order = only_order(tmall(tmp_path, {"订单状态": "卖家部分发货"}), "tmall")

    assert order.status is OrderStatus.PAID
    assert Flag.PARTLY_SHIPPED in order.flags


def test_a_broken_id_is_reported_with_its_row_and_not_guessed(tmp_path):
    path = tmall(tmp_path, {"订单编号": "1.2E+17"}, {"订单编号": '="120000000000000001"'})

    orders, problems = split(read_orders(path, "tmall"))

    assert [order.platform_order_no for order in orders] == ["120000000000000001"]
    assert [(x.row, x.code, x.raw) for x in problems] == [(2, "order_no_damaged", "1.2E+17")]


def test_joined_titles_stay_one_line_because_the_split_is_not_told(tmp_path):
    order = only_order(tmall(tmp_path), "tmall")

    assert order.lines == (
        ImportedLine(
            sku_code="", title="白瓷杯，茶盘", quantity=3, price_fen=None, amount_fen=3000
        ),
    )
    assert order.line_count == 2
    assert order.flags == (Flag.LINES_MERGED,)
    totals = Totals()
    totals.add(order)
    assert totals.lines == 2


def test_a_single_title_with_a_comma_of_its_own_is_one_line(tmp_path):
    path = tmall(tmp_path, {"宝贝标题 ": "白瓷杯，送茶盘", "宝贝种类 ": "1"})

    order = only_order(path, "tmall")

    assert (order.line_count, order.flags) == (1, ())
    assert order.lines[0].title == "白瓷杯，送茶盘"


def test_details_give_the_lines_whatever_order_they_come_in(tmp_path):
    second = {"标题": "茶盘", "价格": "10.00", "购买数量": "1", "外部系统编号": "TRAY"}
    path = tmall(tmp_path, {"订单编号": "1"}, {"订单编号": "2"})
    details = tmall_details(
        tmp_path, {"订单编号": "2"}, {"订单编号": "1"}, {"订单编号": "2", **second}
    )

    orders, problems = split(read_orders(path, "tmall", detail_path=details))

    assert problems == []
    assert [order.platform_order_no for order in orders] == ["1", "2"]
    assert [line.sku_code for line in orders[0].lines] == ["CUP-W"]
    assert [line.sku_code for line in orders[1].lines] == ["CUP-W", "TRAY"]
    assert [line.amount_fen for line in orders[1].lines] == [2000, 1000]


def test_an_order_without_details_is_flagged_and_keeps_its_titles(tmp_path):
    path = tmall(tmp_path, {"订单编号": "1"}, {"订单编号": "2"})
    details = tmall_details(tmp_path, {"订单编号": "2"})

    first, second = read_orders(path, "tmall", detail_path=details)

    assert first.flags == (Flag.LINES_MERGED, Flag.DETAIL_MISSING)
    assert first.lines[0].title == "白瓷杯，茶盘"
    assert second.flags == ()


def test_details_of_an_unknown_order_are_reported(tmp_path):
    details = tmall_details(tmp_path, {"订单编号": "8"}, {}, {"订单编号": "9"})

    orders, problems = split(read_orders(tmall(tmp_path), "tmall", detail_path=details))

    assert len(orders) == 1
    assert [(x.row, x.code, x.raw) for x in problems] == [
        (2, "detail_without_order", "8"),
        (4, "detail_without_order", "9"),
    ]


def test_a_bad_detail_row_costs_its_order_and_names_its_row(tmp_path):
    details = tmall_details(tmp_path, {}, {"购买数量": "两件"})

    problem = only_problem(tmall(tmp_path), "tmall", detail_path=details)

    assert (problem.row, problem.code, problem.raw) == (3, "amount_invalid", "两件")


def test_an_order_number_twice_is_read_once_and_reported(tmp_path):
    orders, problems = split(read_orders(tmall(tmp_path, {}, {"总金额": "99.00"}), "tmall"))

    assert [order.total_fen for order in orders] == [3200]
    assert [(problem.row, problem.code) for problem in problems] == [(3, "order_repeated")]


def test_no_refund_asked_for_is_a_refund_of_zero(tmp_path):
    order = only_order(tmall(tmp_path, {"退款金额": "无退款申请"}), "tmall")

    assert (order.refund_fen, order.refund_known) == (0, True)


def test_the_orders_own_refund_stands_over_that_of_its_details(tmp_path):
    details = write_csv(tmp_path / "d.csv", [{**TMALL_DETAIL, "退款金额": "8.00"}])
    told = only_order(tmall(tmp_path), "tmall", detail_path=details)
    row = {name: cell for name, cell in TMALL.items() if name != "退款金额"}
    path = write_csv(tmp_path / "2016.csv", [row])
    untold = only_order(path, "tmall", detail_path=details)

    assert (told.refund_fen, told.refund_known) == (0, True)
    assert (untold.refund_fen, untold.refund_known) == (800, True)


def test_a_layout_without_refunds_does_not_claim_there_were_none(tmp_path):
    row = {name: cell for name, cell in TMALL.items() if name != "退款金额"}
    path = write_csv(tmp_path / "2016.csv", [row], encoding="gb18030")

    order = only_order(path, "tmall")

    assert (order.refund_fen, order.refund_known) == (0, False)
    assert Flag.REFUND_UNKNOWN in order.flags


def test_a_refund_belongs_to_the_only_line(tmp_path):
    path = tmall(tmp_path, {"退款金额": "12.00", "宝贝种类 ": "1", "宝贝标题 ": "白瓷杯"})

    order = only_order(path, "tmall")

    assert (order.refund_fen, order.net_fen) == (1200, 2000)
    assert order.lines[0].refund_fen == 1200


def test_a_refund_above_the_payment_is_flagged_and_not_cut(tmp_path):
    order = only_order(tmall(tmp_path, {"退款金额": "99.00"}), "tmall")

    assert order.refund_fen == 9900
    assert Flag.REFUND_OVER_PAID in order.flags


def test_the_new_address_cell_gives_receiver_and_phone(tmp_path):
    path = tmall(
        tmp_path,
        {
            "收货人姓名": "",
            "联系手机": "",
            "收货地址 ": "伊芙，86-13800014606，河南省 南阳市 南召县 示例路207号 ",
        },
    )

    order = only_order(path, "tmall")

    assert order.receiver.name == "伊芙"
    assert order.buyer_phone == "13800014606"
    assert order.receiver.address == "河南省 南阳市 南召县 示例路207号"


def test_an_address_changed_later_is_the_one_to_ship_to(tmp_path):
    row = {**TMALL, "修改后的收货地址": "浙江省 宁波市 宁海县 示例路1号"}
    path = write_csv(tmp_path / "changed.csv", [row])

    assert only_order(path, "tmall").receiver.city == "宁波市"


@pytest.mark.parametrize("phone", ["1******4606", "13800014606-8888", "$$密文", ""])
def test_a_masked_or_virtual_phone_is_no_key(tmp_path, phone):
    assert only_order(tmall(tmp_path, {"联系手机": phone}), "tmall").buyer_phone is None


def test_a_masked_buyer_is_nobody_in_particular(tmp_path):
    order = only_order(tmall(tmp_path, {"买家会员名": "t**6"}), "tmall")

    assert order.buyer_key is None
    assert Flag.BUYER_MASKED in order.flags


def test_an_unpaid_order_is_not_paid(tmp_path):
    path = tmall(
        tmp_path,
        {"订单状态": "等待买家付款", "买家实际支付金额": "0.00", "订单付款时间 ": ""},
    )

    order = only_order(path, "tmall")

    assert (order.is_paid, order.paid_fen, order.total_fen) == (False, 0, 3200)


def test_the_new_detail_layout_alone_gives_orders_without_buyers(tmp_path):
    row = {
        "子订单编号": '="1101"',
        **{("主订单编号" if k == "订单编号" else k): v for k, v in TMALL_DETAIL.items()},
        "买家应付货款": "18.00",
        "买家实际支付金额": "18.00",
        "退款金额": "无退款申请",
        "订单创建时间": "2024-03-01 11:16:00",
        "订单付款时间": "2024-03-01 11:17:00",
    }
    other = {**row, "标题": "茶盘", "退款金额": "8.00"}
    path = write_csv(tmp_path / "ExportOrderDetailList9.csv", [row, other])

    order = only_order(path, "tmall")

    assert (order.kind, order.buyer_key) == (RecordKind.ORDER, None)
    assert (order.total_fen, order.paid_fen, order.refund_fen) == (3600, 3600, 800)
    assert [line.amount_fen for line in order.lines] == [1800, 1800]
    assert [line.refund_fen for line in order.lines] == [0, 800]


def test_a_preview_shows_the_first_orders_and_what_was_recognised(tmp_path):
    rows = [{"订单编号": str(number)} for number in range(1, 31)]

    shown = preview(tmall(tmp_path, *rows), "tmall", limit=20)

    assert shown.layout.name == "tmall_orders"
    assert [order.platform_order_no for order in shown.orders] == [str(n) for n in range(1, 21)]
    assert shown.problems == ()
