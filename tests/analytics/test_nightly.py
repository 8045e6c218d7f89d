"""The nightly run against plain loops over the same trade."""

import datetime as dt

import pytest

from analytics.contracts import METRICS, get_metric
from analytics.models import MetricValue, NightlyRun
from analytics.queries import QUERIES
from analytics.selectors import Figure, compute_live, get_tile, list_figures, list_metrics
from analytics.services import note_stale_days, run_nightly
from core import clock
from mall.models import Order
from tests.analytics.trade import Trade, make_trade
from tests.world import World

pytestmark = pytest.mark.django_db

FIRST = dt.date(2025, 12, 1)
LAST = dt.date(2026, 3, 1)


@pytest.fixture
def trade(world: World) -> Trade:
    return make_trade(20260302, world.brand, FIRST, 80, 400)


def _by_day(code: str, **where: str) -> dict[dt.date, tuple[int, int | None]]:
    return {f.day: (f.numerator, f.denominator) for f in list_figures(code, **where)}


def test_every_registered_metric_has_its_query_and_no_query_is_unregistered() -> None:
    assert {metric.code for metric in METRICS} == set(QUERIES)


def test_net_sales_puts_a_refund_on_its_own_day(trade: Trade) -> None:
    run_nightly()

    traded = trade.net_sales()
    days = [min(traded) + dt.timedelta(days=n) for n in range((LAST - min(traded)).days + 1)]
    expected = {day: traded.get(day, 0) for day in days}
    assert {day: pair[0] for day, pair in _by_day("net_sales").items()} == expected
    assert 0 in expected.values()


def test_a_platforms_net_sales_sum_to_the_whole(trade: Trade) -> None:
    run_nightly()

    parts = list_figures("net_sales", dimension="platform", key=None)
    whole = list_figures("net_sales")
    assert sum(f.numerator for f in parts) == sum(f.numerator for f in whole)


def test_orders_per_buyer_and_repurchase_count_within_the_month(trade: Trade) -> None:
    run_nightly()

    months = trade.months()
    assert _by_day("orders_per_buyer") == {
        month: (sum(people.values()), len(people)) for month, people in months.items()
    }
    assert _by_day("repurchase_rate_m") == {
        month: (sum(n >= 2 for n in people.values()), len(people))
        for month, people in months.items()
    }


def test_rebuy_rate_asks_last_months_buyers(trade: Trade) -> None:
    run_nightly()

    months = trade.months()
    expected = {}
    for month, people in months.items():
        following = (month + dt.timedelta(days=32)).replace(day=1)
        if following <= LAST:
            again = len(people.keys() & months.get(following, {}).keys())
            expected[following] = (again, len(people))
    assert _by_day("rebuy_rate") == expected


def test_refund_rate_and_sales_per_buyer_follow_the_order_date(trade: Trade) -> None:
    run_nightly()

    day = trade.orders[0][0]
    same = [order for order in trade.orders if order[0] == day]
    paid = sum(order[3] for order in same)
    back = sum(amount for order in same for _, amount in order[4])
    assert _by_day("refund_rate_amt")[day] == (back, paid)
    assert _by_day("sales_per_buyer")[day] == (paid - back, len({order[2] for order in same}))


def _cells() -> set[tuple[object, ...]]:
    return set(
        MetricValue.objects.values_list(
            "metric", "day", "dimension", "key", "numerator", "denominator"
        )
    )


def test_day_by_day_equals_one_full_run(trade: Trade) -> None:
    run_nightly()
    full = _cells()
    MetricValue.objects.all().delete()
    NightlyRun.objects.all().delete()

    run_nightly(FIRST + dt.timedelta(days=30))
    for day in range(31, 91, 4):
        run_nightly(FIRST + dt.timedelta(days=day))
    run_nightly()
    assert _cells() == full
    assert len(full) > 500


def test_a_second_run_of_the_same_night_computes_no_day_and_changes_nothing(
    trade: Trade,
) -> None:
    run_nightly()
    before = _cells()
    assert run_nightly().days == 0
    assert _cells() == before


def test_a_late_refund_opens_its_days_again_and_no_others(trade: Trade) -> None:
    run_nightly()
    before = _by_day("refund_rate_amt")
    order = Order.objects.filter(refunded_fen=0).earliest("paid_at")
    Order.objects.filter(pk=order.pk).update(refunded_fen=order.paid_fen, closed_at=order.paid_at)

    day = min(before)
    note_stale_days([day])
    run = run_nightly()
    assert run.days == 1
    after = _by_day("refund_rate_amt")
    assert after[day][0] == before[day][0] + order.paid_fen
    assert {d: v for d, v in after.items() if d != day} == {
        d: v for d, v in before.items() if d != day
    }


def test_a_cell_that_nothing_supports_any_more_is_gone(world: World) -> None:
    make_trade(1, world.brand, FIRST, 1, 3)
    run_nightly()
    assert _by_day("net_sales")
    Order.objects.all().delete()
    note_stale_days([FIRST])
    run_nightly()
    assert _by_day("net_sales", dimension="all")[FIRST] == (0, None)
    assert _by_day("net_sales", dimension="platform", key="tmall").get(FIRST) is None


def test_todays_figures_are_live(world: World) -> None:
    trade = make_trade(7, world.brand, dt.date(2026, 3, 2), 1, 5)
    (figure,) = compute_live("net_sales", dt.date(2026, 3, 2))
    assert figure.numerator == sum(order[3] for order in trade.orders)


def test_a_range_is_not_shown_before_fourteen_days(world: World) -> None:
    make_trade(3, world.brand, dt.date(2026, 2, 20), 9, 60)
    run_nightly()
    assert get_tile("net_sales").usual is None


def _conversion(day: dt.date, numerator: int, *, is_matured: bool) -> None:
    MetricValue.objects.create(
        metric="card_conversion_rate",
        version=1,
        day=day,
        numerator=numerator,
        denominator=100,
        is_matured=is_matured,
        computed_at=clock.now(),
    )


def test_a_tile_shows_the_newest_matured_day_and_no_later_one() -> None:
    for back, is_matured in ((20, True), (15, True), (3, False), (1, False)):
        _conversion(LAST - dt.timedelta(days=back), back, is_matured=is_matured)

    tile = get_tile("card_conversion_rate")

    assert [figure.numerator for figure in tile.series] == [20, 15]
    assert tile.latest == tile.series[-1]


def test_a_tile_shows_an_unmatured_day_only_while_none_is_matured() -> None:
    for back in (3, 1):
        _conversion(LAST - dt.timedelta(days=back), back, is_matured=False)

    latest = get_tile("card_conversion_rate").latest

    assert latest is not None
    assert (latest.numerator, latest.is_matured) == (1, False)


def test_amounts_read_in_yuan_and_people_as_numbers() -> None:
    def read(code: str, top: int, under: int | None) -> tuple[str, str]:
        figure = Figure(
            get_metric(code), LAST, "", top, under, is_matured=True, computed_at=clock.now()
        )
        return figure.top, figure.under

    assert read("net_sales", 1_352_000, None) == ("¥13,520.00", "—")
    assert read("contact_cac", 13_520, 2_400) == ("¥135.20", "2,400")
    assert read("refund_rate_amt", 500, 1_000) == ("¥5.00", "¥10.00")
    assert read("card_conversion_rate", 1_200, 5_400) == ("1,200", "5,400")


def test_the_usual_range_leaves_the_latest_day_out(trade: Trade) -> None:
    run_nightly()
    tile = get_tile("net_sales")
    low, high = tile.usual or (0, 0)
    values = sorted(f.value or 0 for f in tile.series[:-1])
    assert low in values
    assert high in values
    assert tile.standing in ("above", "below", "within")


def test_a_metric_without_cells_reads_as_a_dash_and_never_divides_by_zero() -> None:
    assert all(figure is None for _, figure in list_metrics())
