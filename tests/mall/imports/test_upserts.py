"""A file against what is known: changed orders change, the others stay, none goes back."""

import datetime as dt

import pytest

from core import clock
from core.models import Event
from mall.importing import Mapping, Rule
from mall.models import Order, OrderLine
from mall.selectors import read_receiver
from tests.mall.importing.files import jd, tmall, tmall_details, write_csv
from tests.mall.imports.runs import done, run, stored

pytestmark = pytest.mark.django_db

WAITING = {
    "订单状态": "等待买家付款",
    "买家实际支付金额": "0.00",
    "订单付款时间 ": "",
    "物流单号 ": "",
    "物流公司": "",
}
DONE = {"订单状态": "交易成功", "确认收货时间": "2024-03-08 10:00:00"}
OTHER = {"订单编号": "OTHER"}
TWO_LINES = ({"价格": "10.00", "购买数量": "2"}, {"标题": "茶盘", "价格": "10.00", "购买数量": "1"})
GENERIC = {
    "订单号": "N1",
    "下单时间": "2024-03-01 11:16:00",
    "客户编号": "c1",
    "数量": "1",
    "单价": "10.00",
}


def generic(tmp_path, *rows):
    return write_csv(tmp_path / "any.csv", [{**GENERIC, **row} for row in rows])


def mapping(**more):
    columns = {
        "order_no": "订单号",
        "placed_at": "下单时间",
        "buyer": "客户编号",
        "quantity": "数量",
        "price": "单价",
    }
    columns |= more.pop("columns", {})
    return Mapping(columns=columns, **more)


def lines():
    rows = OrderLine.objects.order_by("pk")
    return [(row.title, row.quantity, row.amount_fen, row.paid_fen) for row in rows]


def test_an_order_that_moved_on_is_updated_and_its_neighbour_is_left_alone(tmp_path):
    run(tmall(tmp_path, WAITING, OTHER))
    other = Order.objects.filter(platform_order_no="OTHER").values().get()

    told = run(tmall(tmp_path, DONE, OTHER))

    assert done(told) == (0, 1, 1)
    order = Order.objects.get(platform_order_no="110000000542800000")
    assert (order.state, order.paid_fen) == ("received", 3200)
    assert order.received_at == dt.datetime(2024, 3, 8, 2, tzinfo=dt.UTC)
    assert Order.objects.filter(platform_order_no="OTHER").values().get() == other


def test_an_update_keeps_the_orders_own_ids_and_shares_the_payment_anew(tmp_path):
    run(tmall(tmp_path, WAITING))
    before = Order.objects.get()
    assert [row[3] for row in lines()] == [0]

    run(tmall(tmp_path, DONE))

    after = Order.objects.get()
    assert (after.pk, after.public_id, after.number) == (
        before.pk,
        before.public_id,
        before.number,
    )
    assert [row[3] for row in lines()] == [2700]


def test_an_older_file_takes_nothing_back(tmp_path):
    run(tmall(tmp_path, DONE))
    before = stored()

    told = run(tmall(tmp_path, {}))

    assert (done(told), told["outdated"]) == ((0, 0, 1), 1)
    assert stored() == before


def test_a_list_alone_gives_one_merged_line_and_the_details_replace_it(tmp_path):
    run(tmall(tmp_path))
    assert lines() == [("白瓷杯，茶盘", 3, 3000, 2700)]
    assert Order.objects.get().flags == ["lines_merged"]

    told = run(tmall(tmp_path), detail_path=tmall_details(tmp_path, *TWO_LINES))

    assert done(told) == (0, 1, 0)
    assert lines() == [("白瓷杯", 2, 2000, 1800), ("茶盘", 1, 1000, 900)]
    assert Order.objects.get().flags == []


def test_a_list_alone_never_merges_lines_that_are_known(tmp_path):
    run(tmall(tmp_path, WAITING), detail_path=tmall_details(tmp_path, *TWO_LINES))
    told = run(tmall(tmp_path, WAITING))
    assert done(told) == (0, 0, 1)

    told = run(tmall(tmp_path, DONE))

    assert done(told) == (0, 1, 0)
    assert lines() == [("白瓷杯", 2, 2000, 1800), ("茶盘", 1, 1000, 900)]
    assert Order.objects.get().flags == []
    assert done(run(tmall(tmp_path, DONE))) == (0, 0, 1)


def test_details_alone_fill_the_lines_of_a_known_order_and_nothing_else(tmp_path):
    run(tmall(tmp_path))
    head = Order.objects.values("state", "paid_fen", "member_id", "receiver", "freight_fen").get()

    told = run(tmall_details(tmp_path, *TWO_LINES))

    assert done(told) == (0, 1, 0)
    assert lines() == [("白瓷杯", 2, 2000, 1800), ("茶盘", 1, 1000, 900)]
    after = Order.objects.values("state", "paid_fen", "member_id", "receiver", "freight_fen").get()
    assert after == head
    assert Order.objects.get().flags == []
    assert done(run(tmall_details(tmp_path, *TWO_LINES))) == (0, 0, 1)
    assert done(run(tmall(tmp_path))) == (0, 0, 1)


def test_details_of_an_unknown_order_are_an_error_by_row(tmp_path):
    told = run(tmall_details(tmp_path, *TWO_LINES))

    assert done(told) == (0, 0, 0)
    assert told["errors"] == [
        {
            "row": 2,
            "code": "order_unknown",
            "message": "系统里没有这个订单，请先导入订单报表，再导入宝贝明细",
            "raw": "110000000542800000",
        }
    ]
    assert not Order.objects.exists()


def test_no_more_goes_back_than_was_paid_and_the_excess_is_flagged(tmp_path):
    told = run(tmall(tmp_path, {"退款金额": "40.00"}))

    order = Order.objects.get()
    assert (order.paid_fen, order.refunded_fen) == (3200, 3200)
    assert "refund_over_paid" in order.flags
    assert told["flags"]["refund_over_paid"] == 1
    assert (told["totals"]["refund_fen"], told["totals"]["net_fen"]) == (3200, 0)


def test_a_file_that_knows_no_refunds_does_not_undo_one(tmp_path):
    has_refund = mapping(columns={"refund": "退款"})
    run(generic(tmp_path, {"退款": "4.00"}), "generic", mapping=has_refund)
    told = run(generic(tmp_path, {"单价": "11.00"}), "generic", mapping=mapping())

    order = Order.objects.get()
    assert done(told) == (0, 1, 0)
    assert (order.paid_fen, order.refunded_fen) == (1100, 400)


def test_a_payment_without_a_time_counts_on_the_day_of_the_order(tmp_path):
    run(tmall(tmp_path, {"订单付款时间 ": ""}))

    order = Order.objects.get()
    assert order.paid_at == order.placed_at
    assert "paid_without_time" in order.flags


def test_a_cancellation_is_a_negative_document_of_its_own(tmp_path):
    rows: tuple[dict[str, str], ...] = (
        {},
        {"订单号": "C2", "数量": "-1", "下单时间": "2024-04-02 09:00:00"},
    )
    told = run(
        generic(tmp_path, *rows), "generic", mapping=mapping(cancellation=Rule("订单号", "C"))
    )

    order = Order.objects.get(platform_order_no="C2")
    assert (order.kind, order.state) == ("cancellation", "closed")
    assert (order.total_fen, order.paid_fen, order.refunded_fen) == (-1000, 0, 1000)
    assert order.paid_at is None
    assert order.member_id == Order.objects.get(platform_order_no="N1").member_id
    assert told["totals"]["net_fen"] == 0
    assert (told["totals"]["orders"], told["cancellations"]) == (1, 1)


def test_left_out_documents_are_reported_by_row_and_skipped_as_documents(tmp_path):
    rows: tuple[dict[str, str], ...] = ({}, {"订单号": "A1"}, {"订单号": "A1"}, {"订单号": "A2"})
    told = run(generic(tmp_path, *rows), "generic", mapping=mapping(left_out=Rule("订单号", "A")))

    assert done(told) == (1, 0, 2)
    assert [(row["row"], row["raw"]) for row in told["left_out"]] == [
        (3, "A1"),
        (4, "A1"),
        (5, "A2"),
    ]
    assert told["errors"] == []
    assert Order.objects.get().platform_order_no == "N1"


def test_a_bad_row_costs_its_order_and_is_told(tmp_path):
    told = run(tmall(tmp_path, {"总金额": "很多"}, {"订单编号": "1.2E+17"}, OTHER))

    assert done(told) == (1, 0, 0)
    assert [(row["row"], row["code"]) for row in told["errors"]] == [
        (2, "amount_invalid"),
        (3, "order_no_damaged"),
    ]
    assert told["error_count"] == 2
    assert Order.objects.get().platform_order_no == "OTHER"


def test_negative_lines_within_a_document_are_paid_their_own_amounts(tmp_path):
    rows = ({"数量": "3"}, {"数量": "-1"})
    run(generic(tmp_path, *rows), "generic", mapping=mapping())

    assert [row[2:] for row in lines()] == [(3000, 3000), (-1000, -1000)]
    assert Order.objects.get().paid_fen == 2000


def test_the_receiver_is_kept_encrypted_and_reads_back(tmp_path):
    run(tmall(tmp_path))

    order = Order.objects.get()
    assert read_receiver(order).name == "伊芙"
    assert read_receiver(order).phone == "13800014606"
    raw = Order.objects.extra(select={"raw": "receiver"}).values_list("raw", flat=True).get()
    assert "13800014606" not in raw


def test_a_jd_order_deleted_there_is_closed_here_and_keeps_its_payment(tmp_path):
    run(jd(tmp_path), "jd")
    told = run(jd(tmp_path, {"订单状态": "(删除)完成"}), "jd")

    order = Order.objects.get()
    assert done(told) == (0, 1, 0)
    assert (order.state, order.paid_fen) == ("closed", 3000)
    assert "deleted_on_platform" in order.flags


def test_two_shops_with_the_same_numbers_keep_their_own_orders(tmp_path):
    run(generic(tmp_path, {}), "generic", mapping=mapping(buyer_kind="youzan"))
    run(generic(tmp_path, {"单价": "7.00"}), "generic", mapping=mapping(buyer_kind="douyin"))

    told = dict(Order.objects.values_list("platform", "paid_fen"))
    assert told == {"youzan": 1000, "douyin": 700}
    assert Order.objects.values("number").distinct().count() == 2


def test_an_order_number_of_64_characters_has_a_number_of_ours(tmp_path):
    long = "N" * 64
    run(
        generic(tmp_path, {"订单号": long}, {"订单号": long[:-1] + "X"}),
        "generic",
        mapping=mapping(),
    )

    numbers = list(Order.objects.values_list("number", flat=True))
    assert len(set(numbers)) == 2
    assert max(map(len, numbers)) <= 32


def test_figures_are_told_which_days_moved_both_as_they_were_and_as_they_are(tmp_path):
    run(generic(tmp_path, {"下单时间": "2024-05-09 00:30:00"}), "generic", mapping=mapping())
    run(generic(tmp_path, {"下单时间": "2024-05-02 00:30:00"}), "generic", mapping=mapping())

    told = list(Event.objects.order_by("pk").values_list("name", "payload"))
    assert told == [
        ("mall.orders_imported", {"first_day": "2024-05-09", "last_day": "2024-05-09"}),
        ("mall.orders_imported", {"first_day": "2024-05-02", "last_day": "2024-05-09"}),
    ]
    assert clock.day_of(Order.objects.get().placed_at) == dt.date(2024, 5, 2)


def test_an_import_that_changes_nothing_announces_nothing(tmp_path):
    run(tmall(tmp_path))
    run(tmall(tmp_path))

    assert Event.objects.count() == 1
