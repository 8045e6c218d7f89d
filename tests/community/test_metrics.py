"""The three figures of community, computed again against plain counting."""

import datetime as dt

import pytest

from analytics.contracts import get_metric
from analytics.selectors import list_figures
from analytics.services import note_stale_days, run_nightly
from community.models import CustomerGroup, GroupMember, SlotRun, SopCalendar
from community.services import (
    add_slot,
    create_calendar_from_template,
    import_group_speech,
    publish_calendar,
)
from community.starters import SlotDraft
from core import clock
from core.jobs import run_due
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db

HEAD = "日期,群ID,发言人,消息数\n"
WEEK = dt.date(2026, 2, 23)
"""The Monday before the world's own: its week is over."""


def say(*rows: str) -> None:
    import_group_speech((HEAD + "\n".join(rows)).encode())


def rates(**where: str | None) -> dict[str, tuple[int, int | None]]:
    figures = list_figures("group_active_rate_w", **where)
    return {f"{f.day} {f.key}".strip(): (f.numerator, f.denominator) for f in figures}


def test_the_weekly_rate_counts_customers_who_spoke_once(groups: list[CustomerGroup]) -> None:
    say(
        "2026-02-23,wr1,wm0001,4",
        "2026-03-01,wr1,wm0001,1",
        "2026-02-24,wr1,wm0002,1",
        "2026-02-24,wr1,wx_cai,9",
        "2026-02-22,wr1,wm0003,1",
    )
    run_nightly()
    assert rates() == {"2026-02-16": (1, 3), "2026-02-23": (2, 3)}


def test_a_group_nobody_told_of_is_out_and_a_silent_one_is_in(
    world: World, groups: list[CustomerGroup]
) -> None:
    say("2026-02-23,wr1,wm0001,4", "2026-02-24,wr3,,0")
    run_nightly()
    assert rates() == {"2026-02-23": (1, 6)}
    keys = {f"2026-02-23 {groups[0].pk}": (1, 3), f"2026-02-23 {groups[2].pk}": (0, 3)}
    assert rates(dimension="group", key=None) == keys
    stores = {f"2026-02-23 {world.first_store.pk}": (1, 3)}
    assert stores.items() <= rates(dimension="store", key=None).items()


def test_the_denominator_is_who_was_there_when_the_week_ended(
    groups: list[CustomerGroup],
) -> None:
    end = clock.day_start(WEEK + dt.timedelta(days=7))
    rows = GroupMember.objects.filter(group=groups[0], kind="contact").order_by("pk")
    first, second, third = rows
    GroupMember.objects.filter(pk=first.pk).update(left_at=end - dt.timedelta(seconds=1))
    GroupMember.objects.filter(pk=second.pk).update(left_at=end)
    GroupMember.objects.filter(pk=third.pk).update(joined_at=end)
    say("2026-02-24,wr1,wm0002,1")
    run_nightly()
    assert rates() == {"2026-02-23": (1, 1)}


def test_without_any_table_there_is_no_rate(groups: list[CustomerGroup]) -> None:
    note_stale_days([WEEK])
    run_nightly()
    assert rates() == {}


def test_a_late_table_opens_its_weeks_again(groups: list[CustomerGroup]) -> None:
    say("2026-02-24,wr1,wm0001,1")
    run_nightly()
    say("2026-02-25,wr1,wm0002,1")
    run_due("nightly")
    run_nightly()
    run_nightly()
    assert rates() == {"2026-02-23": (2, 3)}


@pytest.fixture
def calendar(world: World) -> SopCalendar:
    made = create_calendar_from_template(
        name="福利", brand=world.brand, group_type="welfare", template=""
    )
    for minute, scene in ((600, "interact"), (720, "sales"), (900, "sales"), (960, "enable")):
        add_slot(calendar=made, slot=SlotDraft(minute, "时段", scene, "value", "字"))
    publish_calendar(calendar=made)
    return made


def ran(calendar: SopCalendar, minute: int, state: str, groups: int, on_time: int) -> None:
    slot = next(
        slot
        for version in calendar.sopversion_set.all()
        for slot in version.slots.all()
        if slot.minute == minute
    )
    day = dt.date(2026, 3, 1)
    due_at = clock.day_start(day) + dt.timedelta(minutes=minute)
    SlotRun.objects.create(
        calendar=calendar, slot=slot, slot_key=slot.key, day=day, due_at=due_at,
        deadline_at=due_at, state=state, groups=groups, sent=on_time, on_time=on_time,
        opened_at=MONDAY,
    )  # fmt: skip


def test_execution_is_what_was_on_time_of_what_was_due(world: World, calendar: SopCalendar) -> None:
    ran(calendar, 600, "closed", 4, 3)
    ran(calendar, 720, "closed", 4, 4)
    ran(calendar, 900, "skipped", 4, 0)
    ran(calendar, 960, "cancelled", 4, 0)
    run_nightly()
    found = {
        (name, f.key): (f.numerator, f.denominator)
        for name in ("all", "brand", "group_type")
        for f in list_figures("slot_exec_rate", dimension=name, key=None)
    }
    assert found == {
        ("all", ""): (7, 12),
        ("brand", str(world.brand.pk)): (7, 12),
        ("group_type", "welfare"): (7, 12),
    }


def test_the_mix_of_scenes_sums_to_all_slots(calendar: SopCalendar) -> None:
    ran(calendar, 600, "closed", 4, 3)
    ran(calendar, 720, "closed", 4, 4)
    ran(calendar, 900, "skipped", 4, 0)
    run_nightly()
    mix = {
        f.key: (f.numerator, f.denominator)
        for f in list_figures("scene_mix", dimension="scene", key=None)
    }
    assert mix == {"interact": (1, 3), "sales": (2, 3), "enable": (0, 3)}


def test_the_bands_turn_where_the_trade_says() -> None:
    words = [word for _, word in get_metric("group_active_rate_w").bands]
    bounds = [bound for bound, _ in get_metric("group_active_rate_w").bands]
    assert bounds[:3] == [30_000, 50_000, 100_000]
    assert words == ["近乎沉默", "只有广告的水平", "有互动", "活跃"]
