"""A batch's way from print to promise, and what may be said of its conversion."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from acquisition.selectors import BatchResult
from analytics.contracts import get_metric
from analytics.stats import TooThin, wilson_interval
from core.money import PPM, format_ppm


@dataclass(frozen=True)
class Step:
    """`width` is the percent of the longest bar; `rate` is of the step before, ppm."""

    name: str
    count: int
    width: int
    rate: int | None
    of: int


def steps_of(batch: Any) -> list[Step]:
    """The six steps of a batch that carries its counts."""
    counts = (
        ("印刷", batch.size),
        ("签收", batch.delivered),
        ("扫码", batch.scanned),
        ("添加", batch.added + batch.again),
        ("领取", batch.claimed),
        ("兑现", batch.redeemed),
    )
    return list(_with_rates(counts))


def _with_rates(counts: tuple[tuple[str, int], ...]) -> Iterator[Step]:
    top = max(1, *(count for _, count in counts))
    before = 0
    for name, count in counts:
        rate = count * PPM // before if before else None
        yield Step(name, count, -(-count * 100 // top), rate, before)
        before = count


@dataclass(frozen=True)
class Conversion:
    """引流率 in words: the rate with its interval and band, or why there is none yet."""

    rate: str = ""
    low: str = ""
    high: str = ""
    band: str = ""
    refusal: str = ""


def conversion_of(result: BatchResult) -> Conversion:
    found = wilson_interval(result.converted, result.matured)
    if isinstance(found, TooThin):
        return Conversion(refusal=found.sentence)
    ppm = result.converted * PPM // result.matured
    bands = get_metric("card_conversion_rate").bands
    band = next((word for bound, word in bands if ppm < bound), "")
    return Conversion(_shown(ppm), _shown_share(found.low), _shown_share(found.high), band)


def _shown(ppm: int) -> str:
    return format_ppm(round(ppm, -3))


def _shown_share(share: float) -> str:
    return _shown(round(share * PPM))
