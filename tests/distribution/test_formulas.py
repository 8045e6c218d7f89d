"""The arithmetic: the test vectors, exact sums, and refunds that only take back."""

from hypothesis import given, settings
from hypothesis import strategies as st

from distribution.formulas import PoolTerms, commissionable_base, parts_of
from distribution.rules import Rate, RateMode


def terms(base: int, ppm: int, **changes: int) -> PoolTerms:
    fields = {"quantity": 1, "cost_fen": 0, "cap_ppm": 300_000, "level2_ppm": 0, **changes}
    return PoolTerms(rate=Rate(RateMode.PERCENT, ppm), base_fen=base, **fields)


def test_20_percent_and_a_second_level_of_10_percent_of_200_yuan() -> None:
    vector = terms(20_000, 200_000, level2_ppm=100_000)

    assert (vector.pool(20_000), vector.level2(20_000)) == (4_000, 2_000)


def test_freight_is_not_commissionable_and_a_part_of_a_fen_is_dropped() -> None:
    base = commissionable_base(10_999, freight_fen=1_000)

    assert base == 9_999
    assert terms(base, 125_000).pool(base) == 1_249


def test_the_odd_fen_goes_to_the_largest_remainder() -> None:
    assert parts_of(1_001, [70, 30]) == [701, 300]


def test_a_partial_refund_takes_back_the_difference() -> None:
    vector = terms(6_667, 100_000)

    assert vector.pool(6_667) - vector.pool(6_667 - 1_667) == 666 - 500


def test_gifts_and_negative_bases_have_no_commission() -> None:
    assert commissionable_base(1_000, is_gift=True) == 0
    assert commissionable_base(500, freight_fen=800) == 0
    assert terms(0, 100_000).pool(0) == 0


def test_tax_surcharge_points_and_gift_cards_leave_the_base() -> None:
    base = commissionable_base(10_000, tax_fen=300, surcharge_fen=200, other_tender_fen=1_500)

    assert base == 8_000


def test_a_fixed_amount_counts_pieces_and_stays_under_the_cap() -> None:
    generous = PoolTerms(Rate(RateMode.FIXED_PER_ITEM, fen=900), 10_000, 2, 0, 300_000)
    greedy = PoolTerms(Rate(RateMode.FIXED_PER_ITEM, fen=9_000), 10_000, 2, 0, 300_000)

    assert (generous.pool(10_000), generous.pool(5_000)) == (1_800, 900)
    assert greedy.pool(10_000) == 3_000


def test_a_share_of_the_profit_needs_a_profit() -> None:
    rate = Rate(RateMode.PROFIT_PERCENT, 200_000)

    assert PoolTerms(rate, 10_000, 1, 6_000, 300_000).pool(10_000) == 800
    assert PoolTerms(rate, 10_000, 1, 12_000, 300_000).pool(10_000) == 0


ANY_TERMS = st.builds(
    lambda mode, ppm, fen, base, quantity, cost, cap, level2: PoolTerms(
        Rate(mode, 0, fen) if mode is RateMode.FIXED_PER_ITEM else Rate(mode, ppm),
        base,
        quantity,
        cost,
        cap,
        min(level2, cap),
    ),
    st.sampled_from(list(RateMode)),
    st.integers(0, 1_000_000),
    st.integers(0, 200_000),
    st.integers(1, 5_000_000),
    st.integers(1, 20),
    st.integers(0, 5_000_000),
    st.integers(0, 900_000),
    st.integers(0, 300_000),
)


@settings(max_examples=2_000, deadline=None)
@given(ANY_TERMS, st.data())
def test_both_levels_together_stay_under_the_cap_on_any_remaining_base(
    given_terms: PoolTerms, data: st.DataObject
) -> None:
    base = data.draw(st.integers(0, given_terms.base_fen))

    paid = given_terms.pool(base) + given_terms.level2(base)

    assert 0 <= paid <= base * given_terms.cap_ppm // 1_000_000


@settings(max_examples=2_000, deadline=None)
@given(ANY_TERMS, st.integers(0, 100), st.data())
def test_less_base_never_raises_anybody(
    given_terms: PoolTerms, sharer: int, data: st.DataObject
) -> None:
    high = data.draw(st.integers(0, given_terms.base_fen))
    low = data.draw(st.integers(0, high))
    weights = [sharer, 100 - sharer]

    before = parts_of(given_terms.pool(high), weights)
    after = parts_of(given_terms.pool(low), weights)

    assert all(left <= right for left, right in zip(after, before, strict=True))
    assert sum(before) == given_terms.pool(high)
    assert given_terms.level2(low) <= given_terms.level2(high)
