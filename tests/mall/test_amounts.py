"""Arithmetic: shares that sum exactly, and no share beyond its line."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mall.amounts import freight_of, share_paid, spread_refund

AMOUNTS = st.lists(st.integers(0, 10_000_000), min_size=1, max_size=12)


@given(AMOUNTS, st.data())
def test_a_refund_spreads_exactly_and_within_each_line(left: list[int], data: Any) -> None:
    amount = data.draw(st.integers(0, sum(left)))

    parts = spread_refund(amount, left)

    assert sum(parts) == amount
    assert all(0 <= part <= limit for part, limit in zip(parts, left, strict=True))


@given(AMOUNTS)
def test_spreading_all_that_is_left_empties_every_line(left: list[int]) -> None:
    assert spread_refund(sum(left), left) == left


def test_more_than_is_left_is_not_spread() -> None:
    with pytest.raises(ValueError, match="more than is left"):
        spread_refund(101, [60, 40])


@given(AMOUNTS, st.integers(0, 10_000_000))
def test_what_was_paid_is_shared_to_the_fen(amounts: list[int], discount: int) -> None:
    paid = max(0, sum(amounts) - discount)

    shares = share_paid(paid, amounts)

    assert sum(shares) == (paid if any(amounts) else 0)
    assert all(share <= amount for share, amount in zip(shares, amounts, strict=True))


def test_a_gift_shares_nothing() -> None:
    assert share_paid(1_001, [700, 300, 0]) == [701, 300, 0]
    assert share_paid(0, [0]) == [0]


@pytest.mark.parametrize(
    ("goods", "fee", "free_from", "freight"),
    [(9_900, 800, 9_900, 0), (9_899, 800, 9_900, 800), (1, 800, 0, 800), (1, 0, 0, 0)],
)
def test_freight(goods: int, fee: int, free_from: int, freight: int) -> None:
    assert freight_of(goods, fee_fen=fee, free_from_fen=free_from) == freight
