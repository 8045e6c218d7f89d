"""A real shop's file against plain SQL over the same file, by month and in total."""

from collections import defaultdict

import pytest

from core.clock import day_of
from mall.importing import RecordKind, Totals, read_orders, sniff, suggest_mapping
from tests.mall.importing.files import ONLINE_RETAIL, needs_online_retail, split
from tests.mall.importing.plain_sql import MONTHLY_BUYERS, MONTHLY_NET, open_trade

pytestmark = needs_online_retail


@pytest.fixture(scope="module")
def imported():
    mapping = suggest_mapping(sniff(ONLINE_RETAIL).columns)
    return split(read_orders(ONLINE_RETAIL, "generic", mapping))


@pytest.fixture(scope="module")
def sql():
    link = open_trade()
    yield link
    link.close()


def month_of(order):
    return f"{day_of(order.placed_at):%Y-%m}"


def test_monthly_net_sales_equal_plain_sql(imported, sql):
    net: dict[str | None, int] = defaultdict(int)
    for order in imported[0]:
        net[month_of(order)] += order.net_fen

    told = dict(sql.execute(MONTHLY_NET))
    assert len(told) == 9
    assert dict(net) == told


def test_monthly_buyers_equal_plain_sql(imported, sql):
    buyers = defaultdict(set)
    for order in imported[0]:
        if order.is_paid and order.buyer_key:
            buyers[month_of(order)].add(order.buyer_key)

    told = dict(sql.execute(MONTHLY_BUYERS))
    assert {month: len(keys) for month, keys in buyers.items()} == told


def test_totals_equal_plain_sql(imported, sql):
    totals = Totals()
    for order in imported[0]:
        totals.add(order)

    row = sql.execute(
        "SELECT COUNT(DISTINCT CASE WHEN invoice NOT LIKE 'C%' THEN invoice END), COUNT(*),"
        " COUNT(DISTINCT CASE WHEN invoice NOT LIKE 'C%' THEN customer END),"
        " COUNT(DISTINCT CASE WHEN invoice NOT LIKE 'C%' AND fen > 0 THEN invoice END),"
        " SUM(CASE WHEN invoice NOT LIKE 'C%' THEN fen ELSE 0 END), SUM(fen),"
        " -SUM(CASE WHEN invoice LIKE 'C%' THEN fen ELSE 0 END),"
        " COUNT(DISTINCT CASE WHEN invoice LIKE 'C%' THEN invoice END) FROM trade"
    ).fetchone()
    assert tuple(totals.as_dict().values()) == row
    assert totals.as_dict() == {
        "orders": 13902,
        "lines": 320702,
        "buyers": 3317,
        "paid_orders": 12494,
        "paid_fen": 629376400,
        "net_fen": 577299344,
        "refund_fen": 52077056,
        "refund_orders": 2554,
    }


def test_net_of_each_customer_equals_plain_sql_with_the_nameless_apart(imported, sql):
    net: dict[str | None, int] = defaultdict(int)
    for order in imported[0]:
        net[order.buyer_key] += order.net_fen

    told = dict(sql.execute("SELECT CAST(customer AS TEXT), SUM(fen) FROM trade GROUP BY 1"))
    assert net.keys() == told.keys()
    assert dict(net) == told
    assert None in told


def test_adjustments_are_left_out_and_reported_by_row(imported):
    problems = imported[1]

    assert [problem.raw for problem in problems] == ["A563185", "A563186", "A563187"]
    assert all(problem.is_left_out for problem in problems)


def test_an_invoice_whose_rows_stand_apart_is_one_order(imported):
    found = [order for order in imported[0] if order.platform_order_no == "542806"]

    assert len(found) == 1
    rows = found[0].row_numbers
    assert rows[-1] - rows[0] + 1 > len(rows)


def test_cancellations_are_negative_and_carry_no_payment(imported):
    found = [order for order in imported[0] if order.kind is RecordKind.CANCELLATION]

    assert len(found) == 2554
    assert {order.platform_order_no[0] for order in found} == {"C"}
    assert all(order.total_fen == -order.refund_fen <= 0 for order in found)
    assert {order.paid_fen for order in found} == {0}
