"""Real orders in, by command, and the figures that a morning makes of them."""

import datetime as dt
from collections import Counter

import pytest
from django.db.models import Count, Sum

from analytics.selectors import list_figures
from core.models import Event, LongTask
from mall.models import Order, OrderLine
from members.models import Identity, Member
from tests.acceptance.merchants import LONGEST_RUN, open_merchant
from tests.mall.importing.files import (
    EXPORTS,
    ONLINE_RETAIL,
    needs_exports,
    needs_online_retail,
    write_csv,
)
from tests.mall.importing.plain_sql import DAILY_NET, MONTHLY_BUYERS, MONTHLY_NET, open_trade
from tests.mall.importing.test_real_exports import expected, expected_totals
from tests.mall.imports.runs import command, told_by

pytestmark = pytest.mark.slow

KILLED = -9
ORDERS = 2_500


@pytest.fixture
def merchant(real_tenant):
    return open_merchant(real_tenant())


@pytest.fixture
def three_chunks(tmp_path):
    """Orders enough for three chunks; every fifth buyer buys again."""
    rows = [
        {
            "订单号": f"N{number}",
            "下单时间": "2024-03-01 11:16:00",
            "客户编号": f"c{number % 2_000}",
            "商品名称": "白瓷杯",
            "数量": "2",
            "单价": "10.00",
        }
        for number in range(ORDERS)
    ]
    return write_csv(tmp_path / "orders.csv", rows)


def counts():
    return {model.__name__: model.objects.count() for model in (Order, OrderLine, Member, Identity)}


@pytest.mark.parametrize(
    ("point", "kept"),
    [
        ("import.chunk_written:2", 1_000),
        ("import.chunk_committed:2", 2_000),
        ("import.chunk_committed:3", 2_500),
    ],
)
def test_a_killed_import_goes_on_and_makes_nothing_twice(merchant, three_chunks, point, kept):
    importing = ("import_orders", "--platform", "generic", three_chunks)
    merchant.manage(*importing, crash_at=point, expect=KILLED)
    with merchant.entered():
        assert Order.objects.count() == kept

    told = merchant.report(*importing)

    assert (told["created"], told["updated"], told["skipped"]) == (ORDERS, 0, 0)
    assert told["totals"]["orders"] == ORDERS
    with merchant.entered():
        assert counts() == {
            "Order": ORDERS,
            "OrderLine": ORDERS,
            "Member": 2_000,
            "Identity": 2_000,
        }
        assert LongTask.objects.get().state == LongTask.State.DONE
        assert Event.objects.filter(name="mall.orders_imported").count() == 1


def test_two_commands_at_once_make_nothing_twice(merchant, three_chunks):
    importing = ("import_orders", "--platform", "generic", three_chunks)
    both = [merchant.begin(*importing) for _ in range(2)]
    for process in both:
        process.communicate(timeout=LONGEST_RUN)

    assert 0 in [process.returncode for process in both]
    with merchant.entered():
        assert counts() == {"Order": 2_500, "OrderLine": 2_500, "Member": 2_000, "Identity": 2_000}


def test_a_night_opens_the_days_of_an_import_that_no_worker_has_told_of(merchant, three_chunks):
    assert merchant.report("nightly")["days"] == 0
    merchant.report("import_orders", "--platform", "generic", three_chunks)

    night = merchant.report("nightly")

    assert (night["days"], night["first_day"]) == (1, "2024-03-01")
    with merchant.entered():
        assert by_day("net_sales")[dt.date(2024, 3, 1)].numerator == ORDERS * 2_000
    assert merchant.report("nightly")["days"] == 0


def by_day(code):
    return {figure.day: figure for figure in list_figures(code)}


@needs_online_retail
def test_online_retail_in_one_command_gives_the_figures_of_plain_sql(merchant):
    told = merchant.report("import_orders", "--platform", "generic", ONLINE_RETAIL)
    night = merchant.report("nightly", "--until", "2011-08-31")

    print(f"import: {told['seconds']} s, {told['peak_mb']} MB")
    print(f"nightly: {night['days']} days, {night['seconds']} s, {night['peak_mb']} MB")
    assert (told["created"], told["skipped"], len(told["left_out"])) == (16_456, 3, 3)
    assert told["totals"]["lines"] == 320_702
    with merchant.entered():
        _compare_with_plain_sql()


def _compare_with_plain_sql():
    link = open_trade()
    net = {dt.date.fromisoformat(day): fen for day, fen in link.execute(DAILY_NET)}
    buyers = {f"{month}-01": people for month, people in link.execute(MONTHLY_BUYERS)}

    assert len(net) == 219
    daily = {day: figure.numerator for day, figure in by_day("net_sales").items()}
    assert {day: fen for day, fen in daily.items() if day in net or fen} == net
    monthly: Counter[str] = Counter()
    for day, fen in daily.items():
        monthly[f"{day:%Y-%m}"] += fen
    assert monthly == dict(link.execute(MONTHLY_NET))
    found = {str(day): figure.denominator for day, figure in by_day("orders_per_buyer").items()}
    assert found == buyers


def _known(*left_out):
    """The figures a layout carries."""
    return tuple(name for name in FIGURES if name not in left_out)


FIGURES = (
    "orders", "lines", "buyers", "paid_orders", "paid_fen", "net_fen", "refund_fen",
    "refund_orders",
)  # fmt: skip
REFUNDS = ("net_fen", "refund_fen", "refund_orders")
LAYOUTS = {
    "tmall": ("tmall_ExportOrderList.csv", _known()),
    "jd": ("jd_orders.csv", _known(*REFUNDS)),
    "youzan": ("youzan_orders.csv", _known()),
    "douyin": ("douyin_orders.csv", _known("buyers", *REFUNDS)),
}
"""JD and Douyin tell no refund, Douyin no buyer; Tmall's details stand beside its orders."""


def stored_of(platform):
    found = Order.objects.filter(platform=platform).aggregate(
        orders=Count("pk"), paid=Sum("paid_fen"), back=Sum("refunded_fen")
    )
    return tuple(found.values())


@pytest.mark.django_db
@needs_exports
@pytest.mark.parametrize("platform", ["tmall", "jd", "youzan", "douyin"])
def test_the_same_orders_in_each_back_ends_layout_give_the_expected_figures(platform):
    path, known = LAYOUTS[platform]
    told, _ = command("--platform", platform, EXPORTS / path)

    wanted = expected_totals()
    assert told["errors"] == []
    assert {name: told["totals"][name] for name in known} == {name: wanted[name] for name in known}
    assert stored_of(platform) == (
        wanted["orders"],
        wanted["paid_fen"],
        told["totals"]["refund_fen"],
    )

    again, _ = command("--platform", platform, EXPORTS / path)
    assert (again["created"], again["updated"], again["skipped"]) == (0, 0, wanted["orders"])


@pytest.mark.django_db
@needs_exports
def test_the_customer_file_makes_each_row_a_member_and_a_second_time_nobody():
    told, again = (told_by("import_members", EXPORTS / "youzan_customers.csv") for _ in range(2))

    people = expected()["youzan_customers"]
    assert (told["created"], told["error_count"]) == (people, 0)
    assert told["full_phones"] == expected()["youzan_customers_full_phone"]
    assert (again["created"], again["unchanged"]) == (0, people)
    assert Member.objects.count() == people
