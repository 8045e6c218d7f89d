"""The problems that are hidden in the year, to be found (docs/howto/demo-year.md)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Collapse:
    """From `last_days` before the end a store's guides hardly befriend anybody any more."""

    store: int = 3
    last_days: int = 120
    befriended: float = 0.10


@dataclass(frozen=True)
class Carousel:
    """A guide's few customers buy a lot by the guide's own links and give most of it back."""

    guide: int = 27
    buyers: int = 6
    every_days: float = 3.2
    last_days: int = 150
    returned: float = 0.68


@dataclass(frozen=True)
class LostBatch:
    """One batch of cards travelled where none of the stores is, and hardly anybody added."""

    number: int = 4
    conversion: float = 0.012


@dataclass(frozen=True)
class LateShout:
    """A slot late at night, on two days of the week, after which people leave their group."""

    title: str = "深夜清仓"
    minute: int = 22 * 60 + 30
    weekdays: tuple[int, ...] = (2, 5)
    last_days: int = 90
    leaving: float = 0.007


COLLAPSE, CAROUSEL, LOST_BATCH, LATE_SHOUT = Collapse(), Carousel(), LostBatch(), LateShout()
