"""Statistics we show: each refuses thin data and has a simulator in its tests."""

import math
from dataclasses import dataclass

Z_95 = 1.959963984540054


@dataclass(frozen=True)
class Interval:
    """A share with its 95 % interval, all as fractions of 1."""

    share: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class TooThin:
    """Fewer trials than `needed`: the page says so instead of showing a number."""

    n: int
    needed: int

    @property
    def sentence(self) -> str:
        return f"样本不足：现有 {self.n}，至少 {self.needed} 才给出区间"


MIN_TRIALS = 30


def wilson_interval(successes: int, trials: int) -> Interval | TooThin:
    """Wilson's score interval at 95 %; refuses under thirty trials.

    Source: E. B. Wilson, JASA 22 (1927) 209–212. Unlike p ± z·se it covers near 0 and 1.
    """
    if not 0 <= successes <= trials:
        raise ValueError("successes must lie between 0 and trials")
    if trials < MIN_TRIALS:
        return TooThin(trials, MIN_TRIALS)
    p, z2 = successes / trials, Z_95**2
    middle = (p + z2 / (2 * trials)) / (1 + z2 / trials)
    half = Z_95 * math.sqrt(p * (1 - p) / trials + z2 / (4 * trials**2)) / (1 + z2 / trials)
    return Interval(p, max(0.0, middle - half), min(1.0, middle + half), trials)
