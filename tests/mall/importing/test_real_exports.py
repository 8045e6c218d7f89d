"""The four back-ends' files hold the same 300 orders: every reader must find the same."""

import json
from collections import Counter, defaultdict
from datetime import UTC, datetime

from mall.importing import (
    Flag,
    OrderStatus,
    RecordKind,
    Totals,
    find_detail_beside,
    read_orders,
    sniff,
)
from mall.importing.customers import ImportedCustomer, read_customers
from tests.mall.importing.files import EXPORTS, needs_exports, split

pytestmark = needs_exports

TMALL = EXPORTS / "tmall_ExportOrderList.csv"
DETAIL = EXPORTS / "tmall_ExportOrderDetailList.csv"
JD = EXPORTS / "jd_orders.csv"
CUSTOMERS = EXPORTS / "youzan_customers.csv"
YOUZAN = EXPORTS / "youzan_orders.csv"
DOUYIN = EXPORTS / "douyin_orders.csv"


def expected():
    return json.loads((EXPORTS / "expected.json").read_text())


def expected_totals():
    told = expected()
    return {
        "orders": told["orders"],
        "lines": told["lines"],
        "buyers": told["buyers"],
        "paid_orders": told["paid_orders"],
        "paid_fen": round(100 * told["paid_amount_all_orders"]),
        "net_fen": round(100 * told["net_paid"]),
        "refund_fen": round(100 * told["refund_total"]),
        "refund_orders": told["orders_refund_full"] + told["orders_refund_partial"],
    }


def read(path, platform, **options):
    orders, problems = split(read_orders(path, platform, **options))
    assert problems == []
    totals = Totals()
    for order in orders:
        totals.add(order)
    return orders, totals


def split_customers(items):
    items = list(items)
    return (
        [item for item in items if isinstance(item, ImportedCustomer)],
        [item for item in items if not isinstance(item, ImportedCustomer)],
    )


def test_tmall_order_list_alone_gives_every_total():
    orders, totals = read(TMALL, "tmall")

    assert totals.as_dict() == expected_totals()
    assert sum(order.total_fen for order in orders) == round(
        100 * expected()["total_amount_all_orders"]
    )
    assert totals.flagged_orders == {Flag.LINES_MERGED: expected()["multi_line_orders"]}


def test_tmall_order_list_with_its_details_gives_every_total_and_every_line():
    orders, totals = read(TMALL, "tmall", detail_path=find_detail_beside(TMALL))

    assert totals.as_dict() == expected_totals()
    assert totals.flagged_orders == {}
    assert sum(len(order.lines) for order in orders) == expected()["lines"]
    assert all(sum(x.amount_fen for x in order.lines) == order.goods_fen for order in orders)
    assert sum(x.quantity for order in orders for x in order.lines) == expected()["qty_total"]
    assert sum(len(order.lines) > 1 for order in orders) == expected()["multi_line_orders"]


def test_tmall_best_selling_codes_are_found_from_the_details():
    orders, _ = read(TMALL, "tmall", detail_path=DETAIL)

    sold: Counter[str] = Counter()
    for order in orders:
        for line in order.lines:
            sold[line.sku_code] += line.amount_fen
    assert sold.most_common(3) == [
        (code, round(100 * amount)) for code, amount in expected()["top3_sku_by_amount"]
    ]


def test_tmall_details_alone_give_orders_and_lines_but_no_buyer_and_no_money():
    orders, totals = read(DETAIL, "tmall")

    assert totals.as_dict() == {
        **dict.fromkeys(expected_totals(), 0),
        "orders": expected()["orders"],
        "lines": expected()["lines"],
    }
    assert {order.kind for order in orders} == {RecordKind.LINES_ONLY}
    assert {order.placed_at for order in orders} == {None}


def test_tmall_statuses_refunds_and_buyers_are_as_expected():
    orders, _ = read(TMALL, "tmall")

    statuses = Counter(order.status for order in orders)
    told = expected()["by_status_tmall"]
    assert statuses == {
        OrderStatus.COMPLETED: told["交易成功"],
        OrderStatus.CREATED: told["等待买家付款"],
        OrderStatus.PAID: told["买家已付款，等待卖家发货"],
        OrderStatus.CLOSED: told["交易关闭"],
        OrderStatus.SHIPPED: told["卖家已发货，等待买家确认"],
    }
    full = sum(order.refund_fen == order.paid_fen > 0 for order in orders)
    assert full == expected()["orders_refund_full"]
    by_buyer = Counter(order.buyer_key for order in orders)
    assert sum(count > 1 for count in by_buyer.values()) == expected()["buyers_ge2_orders"]


def test_tmall_buyers_with_two_live_paid_orders_are_as_expected():
    orders, _ = read(TMALL, "tmall")

    live = Counter(
        order.buyer_key
        for order in orders
        if order.is_paid and order.status is not OrderStatus.CLOSED
    )
    assert (
        sum(count > 1 for count in live.values())
        == (expected()["buyers_ge2_paid_not_closed_orders"])
    )


def test_tmall_times_are_read_in_shanghai():
    orders, _ = read(TMALL, "tmall")

    times = sorted(order.placed_at for order in orders)
    assert times[0] == datetime(2011, 2, 1, 3, 16, tzinfo=UTC)
    assert times[-1] == datetime(2011, 3, 7, 9, 19, tzinfo=UTC)
    assert expected()["first_order"] == "2011-02-01 11:16:00"
    assert expected()["last_order"] == "2011-03-07 17:19:00"


def test_every_tmall_phone_is_a_full_number():
    orders, _ = read(TMALL, "tmall")

    assert len({order.buyer_phone for order in orders}) == expected()["buyers"]
    assert all(len(order.buyer_phone or "") == 11 for order in orders)


def test_jd_counts_repeated_amounts_once():
    orders, totals = read(JD, "jd")

    told = expected_totals()
    known = ("orders", "lines", "buyers", "paid_orders", "paid_fen")
    assert {name: totals.as_dict()[name] for name in known} == {name: told[name] for name in known}
    assert sum(order.total_fen for order in orders) == round(
        100 * expected()["total_amount_all_orders"]
    )


def test_jd_flags_its_twelve_deleted_orders_and_owns_to_knowing_no_refund():
    orders, totals = read(JD, "jd")

    assert totals.flagged_orders == {Flag.DELETED_ON_PLATFORM: 12, Flag.REFUND_UNKNOWN: 300}
    deleted = [order for order in orders if Flag.DELETED_ON_PLATFORM in order.flags]
    assert {order.status for order in deleted} == {OrderStatus.CLOSED}
    assert (totals.refund_fen, totals.refund_unknown_orders) == (0, 300)


def test_jd_masked_phones_are_no_key():
    orders, _ = read(JD, "jd")

    assert {order.buyer_phone for order in orders} == {None}
    assert all("*" in order.receiver.phone for order in orders)


def test_jd_and_tmall_tell_the_same_lines_of_the_same_orders():
    tmall, _ = read(TMALL, "tmall", detail_path=DETAIL)
    jd, _ = read(JD, "jd")

    def by_number(orders):
        return {order.platform_order_no[-9:]: order for order in orders}

    ours, theirs = by_number(tmall), by_number(jd)
    assert ours.keys() == theirs.keys()
    assert all(ours[number].lines != () for number in ours)
    assert all(
        [line.amount_fen for line in ours[number].lines]
        == [line.amount_fen for line in theirs[number].lines]
        for number in ours
    )


def test_youzan_gives_every_total_with_one_line_an_order():
    orders, totals = read(YOUZAN, "youzan")

    assert totals.as_dict() == expected_totals()
    assert totals.flagged_orders == {Flag.LINES_MERGED: expected()["multi_line_orders"]}
    assert {len(order.lines) for order in orders} == {1}
    assert sum(x.quantity for order in orders for x in order.lines) == expected()["qty_total"]
    assert sum(order.total_fen for order in orders) == round(
        100 * expected()["total_amount_all_orders"]
    )


def test_douyin_gives_orders_lines_and_payments_and_owns_to_knowing_no_buyer_and_no_refund():
    orders, totals = read(DOUYIN, "douyin")

    told = expected_totals()
    known = ("orders", "lines", "paid_orders", "paid_fen")
    assert {name: totals.as_dict()[name] for name in known} == {name: told[name] for name in known}
    assert totals.flagged_orders == {
        Flag.BUYER_MISSING: told["orders"],
        Flag.RECEIVER_ENCRYPTED: told["orders"],
        Flag.REFUND_UNKNOWN: told["refund_orders"],
    }
    assert sum(len(order.lines) for order in orders) == told["lines"]
    assert {order.receiver.name + order.receiver.phone for order in orders} == {""}


def test_douyin_best_selling_codes_are_those_of_tmall():
    orders, _ = read(DOUYIN, "douyin")

    sold: Counter[str] = Counter()
    for order in orders:
        for line in order.lines:
            sold[line.sku_code] += line.amount_fen
    assert sold.most_common(3) == [
        (code, round(100 * amount)) for code, amount in expected()["top3_sku_by_amount"]
    ]


def test_youzan_has_every_customer_and_a_phone_for_those_who_show_one():
    customers, problems = split_customers(read_customers(CUSTOMERS))

    assert problems == []
    assert len(customers) == expected()["youzan_customers"]
    full = [customer for customer in customers if customer.phone]
    assert len(full) == expected()["youzan_customers_full_phone"]
    assert len({customer.key for customer in customers}) == len(customers)


def test_the_customers_of_the_order_file_are_found_by_name_and_phone_together():
    orders, _ = read(YOUZAN, "youzan")
    customers, _ = split_customers(read_customers(CUSTOMERS))

    buyers = {order.buyer_key for order in orders}
    assert (
        sum(customer.buyer_key in buyers for customer in customers)
        == (expected()["youzan_customers_full_phone"])
    )


def test_layouts_and_encodings_are_told_by_content():
    told = {path.name: sniff(path) for path in sorted(EXPORTS.glob("*.csv"))}

    assert {name: (x.name, x.encoding) for name, x in told.items()} == {
        "douyin_orders.csv": ("douyin", "utf-8-sig"),
        "jd_orders.csv": ("jd", "gb18030"),
        "tmall_ExportOrderDetailList.csv": ("tmall_details", "gb18030"),
        "tmall_ExportOrderList.csv": ("tmall_orders", "gb18030"),
        "youzan_customers.csv": ("youzan_customers", "utf-8-sig"),
        "youzan_orders.csv": ("youzan_orders", "utf-8-sig"),
    }


def test_every_layout_of_the_back_ends_is_known_by_its_header(tmp_path):
    layouts = json.loads((EXPORTS / "layouts.json").read_text())

    found = defaultdict(set)
    for name, layout in layouts.items():
        if name.endswith("_order_2026") or name.startswith(("tmall", "jd", "youzan_customer")):
            path = tmp_path / f"{name}.csv"
            path.write_text(",".join(layout["columns"]) + "\n", encoding="gb18030")
            found[sniff(path).name].add(name)
    assert found == {
        "tmall_orders": {"tmall_order_2016", "tmall_order_2018", "tmall_order_2020"},
        "tmall_details": {"tmall_detail_old", "tmall_detail_new"},
        "jd": {"jd_order_2015"},
        "youzan_orders": {"youzan_order_2026"},
        "youzan_customers": {"youzan_customer_2026"},
        "douyin": {"douyin_order_2026"},
    }


def test_a_second_reading_gives_the_very_same_records():
    first = list(read_orders(TMALL, "tmall", detail_path=DETAIL))
    second = list(read_orders(TMALL, "tmall", detail_path=DETAIL))

    assert len(first) == 300
    assert first == second
