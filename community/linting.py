"""What is wrong with a calendar, said before anything goes out (docs/rules.md, 社群日历)."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from community.contracts import Scene

MAX_SALES_PERCENT = 50
MAX_SALES_IN_A_ROW = 2
MAX_TEXT_BYTES = 4_000
MIN_GAP_MINUTES = 30
WEEKDAYS = "一二三四五六日"


class SlotLike(Protocol):
    key: str
    minute: int
    weekdays: int
    scene: str
    title: str
    text: str
    link_url: str


@dataclass(frozen=True)
class Finding:
    """`severity` error forbids publication; `slot_key` is "" for the day as a whole."""

    severity: Literal["error", "warning"]
    text: str
    slot_key: str = ""


@dataclass(frozen=True)
class Limits:
    """What the merchant and the platform allow: quiet hours, messages a group may get."""

    quiet_from: dt.time = dt.time(22)
    quiet_until: dt.time = dt.time(7)
    per_month: int = 30
    """Messages that a group may get in a month of 30 days."""


def lint(slots: Sequence[SlotLike], limits: Limits) -> list[Finding]:
    """Every finding, the forbidding ones first; [] for a calendar that may go out as it is."""
    ordered = sorted(slots, key=lambda slot: (slot.minute, slot.key))
    found = [
        *_of_whole(ordered, limits),
        *(finding for slot in ordered for finding in _of_slot(slot, limits)),
        *_of_days(ordered),
    ]
    return sorted(found, key=lambda finding: finding.severity)


def clock_text(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def is_quiet(minute: int, limits: Limits) -> bool:
    """Whether a moment of the day lies in the quiet hours, which may pass midnight."""
    at = dt.time(minute // 60, minute % 60)
    if limits.quiet_from <= limits.quiet_until:
        return limits.quiet_from <= at < limits.quiet_until
    return at >= limits.quiet_from or at < limits.quiet_until


def sends_a_month(slots: Sequence[SlotLike]) -> int:
    """How often a group hears from the calendar in 30 days, rounded up."""
    return -(-sum(slot.weekdays.bit_count() for slot in slots) * 30 // 7)


def _of_whole(slots: Sequence[SlotLike], limits: Limits) -> Iterator[Finding]:
    if not slots:
        yield Finding("error", "还没有时段，至少要有一个")
        return
    sales = sum(slot.weekdays.bit_count() for slot in slots if slot.scene == Scene.SALES)
    total = sum(slot.weekdays.bit_count() for slot in slots)
    if sales * 100 > total * MAX_SALES_PERCENT:
        yield Finding(
            "warning",
            f"销售时段占 {sales * 100 // total}%，超过 {MAX_SALES_PERCENT}%，群容易变成只有买卖",
        )
    wanted = sends_a_month(slots)
    if wanted > limits.per_month:
        day = limits.per_month * 30 // wanted + 1
        yield Finding(
            "warning",
            f"每群每月约 {wanted} 次，企业微信只允许 {limits.per_month} 次，"
            f"大约从第 {day} 天起会被拦下",
        )


def _of_slot(slot: SlotLike, limits: Limits) -> Iterator[Finding]:
    name = f"{clock_text(slot.minute)} {slot.title}"
    size = len(slot.text.encode())
    if not slot.text.strip() and not slot.link_url:
        yield Finding("error", f"{name}：没有内容", slot.key)
    if size > MAX_TEXT_BYTES:
        yield Finding("error", f"{name}：内容 {size} 字节，最多 {MAX_TEXT_BYTES}", slot.key)
    if is_quiet(slot.minute, limits):
        hours = f"{limits.quiet_from:%H:%M}–{limits.quiet_until:%H:%M}"
        until = f"{limits.quiet_until:%H:%M}"
        yield Finding("warning", f"{name}：在免打扰时段 {hours} 内，会推迟到 {until}", slot.key)


def _of_days(slots: Sequence[SlotLike]) -> Iterator[Finding]:
    """What only shows within one weekday; the same finding is told once with its days."""
    told: dict[tuple[str, str], list[int]] = {}
    for weekday in range(7):
        for text, key in _of_day([slot for slot in slots if slot.weekdays >> weekday & 1]):
            told.setdefault((text, key), []).append(weekday)
    for (text, key), days in told.items():
        which = "" if len(days) == 7 else f"（周{'、'.join(WEEKDAYS[day] for day in days)}）"
        yield Finding("warning", f"{text}{which}", key)


def _of_day(slots: Sequence[SlotLike]) -> Iterator[tuple[str, str]]:
    if not slots:
        return
    if all(slot.scene != Scene.INTERACT for slot in slots):
        yield "一天里没有互动时段，至少安排一个", ""
    in_a_row = 0
    for before, slot in zip([None, *slots], slots, strict=False):
        in_a_row = in_a_row + 1 if slot.scene == Scene.SALES else 0
        if in_a_row == MAX_SALES_IN_A_ROW + 1:
            yield f"{clock_text(slot.minute)} 起连续第 {in_a_row} 个销售时段", slot.key
        if before is not None and slot.minute - before.minute < MIN_GAP_MINUTES:
            yield (
                f"{clock_text(slot.minute)} 与上一个时段相隔不到 {MIN_GAP_MINUTES} 分钟",
                slot.key,
            )
