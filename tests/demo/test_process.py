"""The buying process and the season: drawn people behave as the formulas say."""

import datetime as dt
import random
import statistics

import pytest

from core.clock import SHANGHAI
from siyu.demo.year.bgnbd import HABITS, BuyingHabits
from siyu.demo.year.season import Tide, weight_of

PEOPLE = 12_000


def drawn(length, habits=HABITS, seed=7):
    rng = random.Random(seed)
    return [len(list(habits.repeat_times(rng, length))) for _ in range(PEOPLE)]


@pytest.mark.parametrize("days", [30, 120, 365])
def test_repeat_purchases_have_the_mean_of_the_paper(days):
    counts = drawn(days)

    error = statistics.stdev(counts) / PEOPLE**0.5
    assert abs(statistics.mean(counts) - HABITS.expected_repeats(days)) < 3.5 * error


@pytest.mark.parametrize("days", [30, 120, 365])
def test_one_time_buyers_have_the_share_of_the_paper(days):
    share = sum(count == 0 for count in drawn(days)) / PEOPLE

    expected = HABITS.stays_one_time(days)
    assert abs(share - expected) < 3.5 * (expected * (1 - expected) / PEOPLE) ** 0.5


def test_a_process_without_loss_is_told_apart_by_its_mean():
    """The check can fail: who never leaves buys too often for the formula."""
    faithful = BuyingHabits(HABITS.r, HABITS.alpha, a=0.001, b=9.0)
    counts = drawn(365, faithful)

    error = statistics.stdev(counts) / PEOPLE**0.5
    assert statistics.mean(counts) - HABITS.expected_repeats(365) > 10 * error


def test_the_paper_has_its_limits_right():
    assert HABITS.expected_repeats(0.0) == pytest.approx(0, abs=1e-9)
    assert HABITS.stays_one_time(0.0) == 1


def test_festivals_swell_and_the_new_year_dips():
    ordinary = weight_of(dt.date(2026, 4, 22))
    assert ordinary == pytest.approx(1, abs=0.05)
    assert weight_of(dt.date(2025, 11, 11)) > 4 * ordinary
    assert weight_of(dt.date(2026, 6, 18)) > 3 * ordinary
    assert weight_of(dt.date(2026, 2, 17)) < 0.4 * ordinary
    assert weight_of(dt.date(2026, 4, 25)) == pytest.approx(1.28, abs=0.05)


def test_trading_time_covers_the_calendar_and_runs_fast_in_november():
    tide = Tide(dt.date(2025, 3, 1), 365)
    rng = random.Random(1)
    days = [tide.instant(trading, rng).astimezone(SHANGHAI).date() for trading in range(366)]

    assert days == sorted(days)
    assert (days[0], days[-1]) == (dt.date(2025, 3, 1), dt.date(2026, 2, 28))
    november = sum(dt.date(2025, 11, 9) <= day <= dt.date(2025, 11, 13) for day in days)
    assert november > 3 * sum(dt.date(2025, 4, 21) <= day <= dt.date(2025, 4, 25) for day in days)
