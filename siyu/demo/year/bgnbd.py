"""Who buys again, and when: a BG/NBD process (Fader, Hardie & Lee 2005, «“Counting Your
Customers” the Easy Way», Marketing Science 24(2)).

A buyer buys at a rate λ ~ Gamma(r, α) and after each repeat purchase is lost with
probability p ~ Beta(a, b). Time here is trading time: the season bends it to the calendar.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class BuyingHabits:
    """`alpha` is in days of trading time."""

    r: float
    alpha: float
    a: float
    b: float

    def repeat_times(self, rng: random.Random, length: float) -> Iterator[float]:
        """Days after the first purchase at which one buyer buys again, up to `length`."""
        rate = rng.gammavariate(self.r, 1 / self.alpha)
        lost = rng.betavariate(self.a, self.b)
        at = 0.0
        while rate > 0:
            at += rng.expovariate(rate)
            if at > length:
                return
            yield at
            if rng.random() < lost:
                return

    def expected_repeats(self, length: float) -> float:
        """E[X(t)], equation (9) of the paper; needs a > 1 or a < 1, not a = 1."""
        z = length / (self.alpha + length)
        shrink = self.stays_one_time(length)
        series = _hypergeometric(self.r, self.b, self.a + self.b - 1, z)
        return (self.a + self.b - 1) / (self.a - 1) * (1 - shrink * series)

    def stays_one_time(self, length: float) -> float:
        """The share of buyers without any repeat purchase in `length` days."""
        return math.pow(self.alpha / (self.alpha + length), self.r)


HABITS = BuyingHabits(r=0.85, alpha=64.0, a=0.75, b=2.6)
"""Of the demo year: two of three buy again within half a year of trading time."""


def _hypergeometric(a: float, b: float, c: float, z: float, terms: int = 2_000) -> float:
    """2F1 by its series, for |z| < 1."""
    total = term = 1.0
    for n in range(terms):
        term *= (a + n) * (b + n) / ((c + n) * (n + 1)) * z
        total += term
        if abs(term) < 1e-12:
            break
    return total
