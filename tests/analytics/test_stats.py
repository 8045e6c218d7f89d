"""Wilson's interval covers; the naive one does not; thin data is refused."""

import math
import random

import pytest

from analytics.stats import Z_95, Interval, TooThin, wilson_interval


def _coverage(p: float, n: int, rounds: int, rng: random.Random, *, naive: bool) -> float:
    hits = 0
    for _ in range(rounds):
        k = sum(rng.random() < p for _ in range(n))
        if naive:
            share = k / n
            half = Z_95 * math.sqrt(share * (1 - share) / n)
            hits += share - half <= p <= share + half
        else:
            found = wilson_interval(k, n)
            assert isinstance(found, Interval)
            hits += found.low <= p <= found.high
    return hits / rounds


@pytest.mark.parametrize("p", [0.02, 0.1, 0.5])
def test_the_interval_covers_at_least_93_in_100(p: float) -> None:
    assert _coverage(p, 60, 3000, random.Random(11), naive=False) >= 0.93


def test_the_naive_interval_fails_the_same_test() -> None:
    assert _coverage(0.02, 60, 3000, random.Random(11), naive=True) < 0.93


def test_under_thirty_trials_there_is_a_sentence_and_no_number() -> None:
    found = wilson_interval(3, 29)
    assert isinstance(found, TooThin)
    assert found.sentence == "样本不足：现有 29，至少 30 才给出区间"


def test_the_ends_stay_within_nothing_and_all() -> None:
    none, everyone = wilson_interval(0, 40), wilson_interval(40, 40)
    assert isinstance(none, Interval)
    assert isinstance(everyone, Interval)
    assert none.low == 0.0
    assert everyone.high == 1.0


def test_impossible_counts_are_an_error() -> None:
    with pytest.raises(ValueError, match="between"):
        wilson_interval(5, 4)
