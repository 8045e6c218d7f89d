"""The year's tide: how much is sold on a day, relative to an ordinary one.

Festivals are bells around their days; the days are those of Asia/Shanghai. Trading time
runs fast in the bells and slow in the dip, so that a process drawn in trading time comes
out seasonal without its parameters changing.
"""

import bisect
import datetime as dt
import math
import random
from itertools import accumulate

from core.clock import SHANGHAI

# (month, day, extra weight at the peak, days to either side)
_BELLS = (
    (11, 11, 4.2, 2.2),
    (6, 18, 2.6, 2.4),
    (12, 12, 1.1, 1.6),
    (3, 8, 0.8, 1.6),
    (9, 10, 0.7, 3.0),
)
# The first day of the lunar year: parcels stop a week before and start again a week after.
_LUNAR_NEW_YEAR = {
    2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13),
    2030: (2, 3),
}  # fmt: skip
_WEEKEND = 1.28
_DIP = 0.72
_DIP_DAYS = 5.0
# Orders by hour of the day: noon, and above all the evening.
_HOURS = (2, 1, 1, 1, 1, 1, 2, 4, 6, 8, 9, 9, 10, 9, 8, 7, 7, 7, 8, 11, 14, 14, 10, 5)


def weight_of(day: dt.date) -> float:
    """1 on an ordinary weekday."""
    weight = _WEEKEND if day.weekday() >= 5 else 1.0
    for month, number, extra, width in _BELLS:
        away = min(abs((day - dt.date(year, month, number)).days) for year in _years(day))
        weight += extra * math.exp(-((away / width) ** 2))
    return weight * (1 - _DIP * _dip(day))


def _years(day: dt.date) -> tuple[int, int, int]:
    return day.year - 1, day.year, day.year + 1


def _dip(day: dt.date) -> float:
    known = _LUNAR_NEW_YEAR.get(day.year)
    if known is None:
        return 0.0
    away = abs((day - dt.date(day.year, *known)).days)
    return math.exp(-((away / _DIP_DAYS) ** 2))


class Tide:
    """A span of days with trading time laid over it; both run from 0 to its length."""

    def __init__(self, first: dt.date, days: int) -> None:
        self.first = first
        self.days = days
        weights = [weight_of(first + dt.timedelta(days=n)) for n in range(days)]
        scale = days / sum(weights)
        self._ends = list(accumulate(weight * scale for weight in weights))

    def instant(self, trading: float, rng: random.Random) -> dt.datetime:
        """The moment that is `trading` days of trading time from the beginning."""
        number = min(bisect.bisect_left(self._ends, trading), self.days - 1)
        day = self.first + dt.timedelta(days=number)
        hour = rng.choices(range(24), _HOURS)[0]
        second = rng.randrange(3600)
        start = dt.datetime.combine(day, dt.time(hour), SHANGHAI)
        return (start + dt.timedelta(seconds=second)).astimezone(dt.UTC)
