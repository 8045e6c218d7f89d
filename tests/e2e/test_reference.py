"""The reference against the examples of docs/rules.md, worked out by hand."""

import ast
import datetime as dt
from pathlib import Path

import pytest

from tests.e2e import reference
from tests.e2e.reference import (
    Freight,
    Rate,
    Rules,
    Sale,
    divide,
    earnings,
    net_sales,
    payable,
    percent_words,
)

RULES = Rules(Rate("percent", 125_000), {}, {}, 300_000, (70, 30), (60, 40))


def sale(price_fen: int, quantity: int = 1, **fields: object) -> Sale:
    return Sale("A", "坚果", price_fen, 0, quantity, bound="蔡", **fields)


def test_it_imports_nothing_of_the_product() -> None:
    tree = ast.parse(Path(reference.__file__).read_text(encoding="utf-8"))
    named = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    plain = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]

    assert {node.module for node in named} == {"collections", "collections.abc", "dataclasses"}
    assert [alias.name for node in plain for alias in node.names] == ["datetime"]


def test_a_pool_is_floored_and_divided_by_largest_remainder() -> None:
    [alone] = earnings(RULES, sale(9_999))

    assert (alone.base_fen, alone.pool_fen, alone.standing_fen) == (9_999, 1_249, 1_249)
    assert divide(1_001, [70, 30]) == [701, 300]
    assert divide(1, [50, 50]) == [1, 0]


@pytest.mark.parametrize(
    ("rate", "pool"),
    [
        (Rate("percent", 200_000), 4_000),
        (Rate("fixed_per_item", fen=150), 300),
        (Rate("fixed_per_item", fen=9_000), 6_000),
        (Rate("profit_percent", 500_000), 2_000),
    ],
)
def test_each_way_of_a_rate_stays_below_the_cap(rate: Rate, pool: int) -> None:
    rules = Rules(rate, {}, {}, 300_000, (70, 30), (60, 40))
    two = Sale("A", "坚果", 10_000, 8_000, 2, bound="蔡")

    assert earnings(rules, two)[0].pool_fen == pool


def test_a_refund_takes_what_f_of_the_rest_leaves() -> None:
    shared = sale(10_000, sharer="狄", refunds=[3_333])

    sharer, bound = earnings(RULES, shared)

    assert (sharer.guide, sharer.percent, bound.guide, bound.percent) == ("狄", 60, "蔡", 40)
    assert (sharer.amount_fen, bound.amount_fen) == (750, 500)
    assert (sharer.standing_fen, bound.standing_fen) == (500, 333)


def test_a_day_may_end_below_nothing() -> None:
    monday, tuesday = dt.date(2026, 3, 2), dt.date(2026, 3, 3)

    assert net_sales([(monday, 500)], [(tuesday, 200)]) == {monday: 500, tuesday: -200}
    assert (percent_words(3, 8), percent_words(4, 8)) == ("37.5%", "50%")


def test_freight_counts_begun_steps_and_never_enters_commission() -> None:
    terms = Freight(first=2, first_fen=500, then=3, then_fen=200)

    assert [terms.fee(pieces) for pieces in (1, 2, 3, 5, 6)] == [500, 500, 700, 700, 900]
    assert earnings(RULES, sale(9_999, freight_fen=700)) == earnings(RULES, sale(9_999))
    assert earnings(RULES, sale(9_999, freight_fen=700, refunds=[10_699]))[0].standing_fen == 0


def test_a_debt_is_never_payable() -> None:
    assert (payable(1_000, 400), payable(300, 400)) == (600, 0)
