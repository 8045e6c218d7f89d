"""A calendar's day as the page draws it: hours across, quarters down, and the quota below."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from community.contracts import SCENE_NAMES
from community.models import SopSlot
from community.selectors import WEEKDAYS, Limits, is_quiet, sends_a_month

FIRST_HOUR, LAST_HOUR = 6, 23
QUARTERS = (0, 15, 30, 45)


@dataclass
class Cell:
    """A quarter of an hour: `minute` of the day, and what is said then."""

    minute: int
    is_quiet: bool
    slots: list[SopSlot] = field(default_factory=list)


@dataclass
class Hour:
    """`count` messages a group gets in the hour, `total` since morning; `heat` is 0 to 3."""

    hour: int
    count: int = 0
    total: int = 0
    heat: int = 0


@dataclass
class Share:
    scene: str
    name: str
    count: int
    ppm: int


@dataclass
class DayView:
    hours: list[Hour]
    rows: list[tuple[str, list[Cell]]]
    shares: list[Share]
    sends: int
    month: int


def view_day(slots: Sequence[SopSlot], limits: Limits) -> DayView:
    """Lay slots out from 06:00 to 24:00, or from earlier where one is earlier."""
    first = min([FIRST_HOUR, *(slot.minute // 60 for slot in slots)])
    hours = [Hour(hour) for hour in range(first, LAST_HOUR + 1)]
    cells = {
        (hour.hour, quarter): Cell(at, is_quiet(at, limits))
        for hour in hours
        for quarter in QUARTERS
        for at in [hour.hour * 60 + quarter]
    }
    for slot in slots:
        cells[slot.minute // 60, slot.minute % 60].slots.append(slot)
    _warm(hours, slots, limits)
    rows = [(f":{q:02d}", [cells[hour.hour, q] for hour in hours]) for q in QUARTERS]
    return DayView(hours, rows, shares_of(slots), len(slots), sends_a_month(slots))


def _warm(hours: list[Hour], slots: Sequence[SopSlot], limits: Limits) -> None:
    """How far the day's messages stand above what the quota allows on an average day."""
    a_day = max(1, limits.per_month // 30)
    total = 0
    for hour in hours:
        hour.count = sum(slot.minute // 60 == hour.hour for slot in slots)
        total += hour.count
        hour.total = total
        hour.heat = 0 if not hour.count else min(3, 1 + (total > a_day) + (total > 4 * a_day))


def shares_of(slots: Sequence[SopSlot]) -> list[Share]:
    """How the slots of a week divide among the three scenes."""
    weights = {scene.value: 0 for scene in SCENE_NAMES}
    for slot in slots:
        weights[slot.scene] += slot.weekdays.bit_count()
    total = sum(weights.values()) or 1
    return [
        Share(scene.value, name, weights[scene], weights[scene] * 1_000_000 // total)
        for scene, name in SCENE_NAMES.items()
    ]


def weekday_text(weekdays: int) -> str:
    """`周一、三`; "" for every day."""
    if weekdays == 127:
        return ""
    return "周" + "、".join(WEEKDAYS[day] for day in range(7) if weekdays >> day & 1)
