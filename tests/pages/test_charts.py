"""The figures behind a picture keep their days apart."""

import datetime as dt

from analytics.contracts import get_metric
from analytics.selectors import Figure
from core import clock
from pages.charts import line_chart


def _figure(code: str, day: int, top: int, under: int | None = None) -> Figure:
    date = dt.date(2026, 3, day)
    return Figure(get_metric(code), date, "", top, under, is_matured=True, computed_at=clock.now())


def test_a_day_without_sales_is_drawn_as_nothing_sold():
    figures = [_figure("net_sales", 2, 500), _figure("net_sales", 5, 700)]

    chart = line_chart(figures, "净销售")

    assert chart["days"] == ["03-02", "03-03", "03-04", "03-05"]
    assert chart["series"][0]["values"] == [500, 0, 0, 700]


def test_a_day_without_a_rate_is_a_gap_and_not_a_zero():
    figures = [_figure("refund_rate_amt", 2, 1, 4), _figure("refund_rate_amt", 4, 1, 2)]

    chart = line_chart(figures, "退款率")

    assert chart["series"][0]["values"] == [250_000, None, 500_000]


def test_months_are_not_filled_with_days():
    figures = [_figure("repurchase_rate_m", 1, 1, 2), _figure("repurchase_rate_m", 31, 1, 2)]

    assert len(line_chart(figures, "单月复购率")["days"]) == 2
