from hypothesis import given
from hypothesis import strategies as st

from core.money import floor_fen, format_yuan, split_by_largest_remainder


def test_the_left_over_fen_goes_to_the_largest_remainder() -> None:
    assert split_by_largest_remainder(1001, [70, 30]) == [701, 300]


def test_the_earlier_part_wins_a_tie() -> None:
    assert split_by_largest_remainder(1, [1, 1]) == [1, 0]


@given(
    st.integers(0, 10**12),
    st.lists(st.integers(0, 10**6), min_size=1, max_size=8).filter(any),
)
def test_parts_sum_exactly_and_stay_within_a_fen(total: int, weights: list[int]) -> None:
    parts = split_by_largest_remainder(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - total * weight) < sum(weights)


def test_a_rate_is_floored_and_a_negative_base_earns_nothing() -> None:
    assert floor_fen(9999, 125_000) == 1249
    assert floor_fen(-5, 125_000) == 0


def test_yuan_reads_with_separators_and_sign() -> None:
    assert format_yuan(123405) == "¥1,234.05"
    assert format_yuan(-5) == "-¥0.05"
