"""Calendars are drafts until they are published, and published ones never change."""

import datetime as dt

import pytest

from community.contracts import CalendarInvalid, CalendarNotPublishable
from community.linting import Limits, lint
from community.models import CustomerGroup, SopCalendar, SopSlot, SopVersion
from community.selectors import list_slots, newest_version, reach_of, shown_version
from community.selectors.calendars import find_draft, list_slots_in_force
from community.services import (
    add_slot,
    change_slot,
    create_calendar_from_template,
    discard_draft,
    move_slot,
    publish_calendar,
    remove_slot,
    stop_calendar,
)
from community.starters import STARTERS, SlotDraft
from core import clock
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 3, 2)


def make(world: World, template: str = "community_day", **fields: str) -> SopCalendar:
    given = {"name": "福利群的一天", "group_type": "welfare", **fields}
    return create_calendar_from_template(brand=world.brand, template=template, **given)


def draft_of(minute: int, scene: str = "interact", **fields: object) -> SlotDraft:
    given = {"title": "话题", "content_type": "interaction", "text": "聊聊", **fields}
    return SlotDraft(minute=minute, scene=scene, **given)


def times(calendar: SopCalendar, day: dt.date = TODAY) -> list[str]:
    found = list_slots_in_force(calendar, day)
    return [f"{due_at.astimezone(clock.SHANGHAI):%H:%M}" for _, due_at in found]


def slot_at(calendar: SopCalendar, minute: int) -> SopSlot:
    return next(slot for slot in list_slots(shown_version(calendar)) if slot.minute == minute)


PLENTY = Limits(per_month=1000)


def findings(*slots: SlotDraft, limits: Limits = PLENTY) -> list[str]:
    rows = [SopSlot(key=str(number), **vars(slot)) for number, slot in enumerate(slots)]
    return [found.text for found in lint(rows, limits)]


def test_the_day_of_a_community_begins_at_seven_and_ends_at_half_past_nine(world: World) -> None:
    calendar = make(world)
    slots = list_slots(shown_version(calendar))
    assert [slot.minute for slot in slots] == [420, 480, 600, 720, 900, 1200, 1290]
    assert [slot.scene for slot in slots] == [
        "enable",
        "interact",
        "interact",
        "sales",
        "interact",
        "sales",
        "enable",
    ]
    assert calendar.state == "draft"


def test_every_starter_can_be_published_as_it_is(world: World) -> None:
    for kind, starter in zip(("welfare", "vip"), STARTERS, strict=True):
        calendar = make(world, starter.code, group_type=kind)
        assert publish_calendar(calendar=calendar).number == 1


def test_an_unknown_starter_or_type_makes_nothing(world: World) -> None:
    with pytest.raises(CalendarInvalid):
        make(world, "nonsense")
    with pytest.raises(CalendarInvalid):
        make(world, group_type="nonsense")
    assert not SopCalendar.objects.exists()


def test_a_publication_leaves_alone_what_is_due_within_half_an_hour(world: World) -> None:
    calendar = make(world, "")
    for minute in (600, 615, 630, 720):
        add_slot(calendar=calendar, slot=draft_of(minute))
    assert times(calendar) == []

    publish_calendar(calendar=calendar)

    assert times(calendar) == ["10:30", "12:00"]


def test_a_published_slot_moves_only_from_its_freeze_on(world: World) -> None:
    calendar = make(world, "")
    add_slot(calendar=calendar, slot=draft_of(720))
    add_slot(calendar=calendar, slot=draft_of(900))
    with clock.frozen(MONDAY - dt.timedelta(days=1)):
        publish_calendar(calendar=calendar)
    move_slot(calendar=calendar, key=slot_at(calendar, 720).key, minute=780)
    move_slot(calendar=calendar, key=slot_at(calendar, 900).key, minute=960)

    with clock.frozen(MONDAY + dt.timedelta(minutes=105)):
        publish_calendar(calendar=calendar)

    assert times(calendar) == ["12:00", "13:00", "16:00"]
    assert times(calendar, TODAY + dt.timedelta(days=1)) == ["13:00", "16:00"]


def test_a_published_version_is_never_changed(world: World) -> None:
    calendar = make(world)
    first = publish_calendar(calendar=calendar)
    before = list(first.slots.order_by("pk").values())

    change_slot(calendar=calendar, key=slot_at(calendar, 720).key, title="换了")
    remove_slot(calendar=calendar, key=slot_at(calendar, 900).key)

    assert list(first.slots.order_by("pk").values()) == before
    draft = find_draft(calendar)
    assert draft is not None
    assert draft.number == 2
    assert draft.slots.count() == 6
    assert {slot.key for slot in draft.slots.all()} < {row["key"] for row in before}


def test_a_discarded_draft_leaves_the_published_version(world: World) -> None:
    calendar = make(world)
    publish_calendar(calendar=calendar)
    remove_slot(calendar=calendar, key=slot_at(calendar, 900).key)

    discard_draft(calendar=calendar)

    assert find_draft(calendar) is None
    newest = newest_version(calendar)
    assert newest is not None
    assert newest.slots.count() == 7


def test_a_moment_between_quarters_is_moved_down_and_nonsense_is_refused(world: World) -> None:
    calendar = make(world)
    key = slot_at(calendar, 720).key
    assert move_slot(calendar=calendar, key=key, minute=737).minute == 735
    refused = (
        {"minute": 1440},
        {"minute": 721},
        {"weekdays": 0},
        {"weekdays": 128},
        {"scene": "x"},
        {"content_type": "x"},
        {"deadline_minutes": 5},
        {"link_url": "javascript:alert(1)", "link_title": "x"},
        {"link_url": "https://a.b/c", "link_title": ""},
    )
    for changes in refused:
        with pytest.raises(CalendarInvalid):
            change_slot(calendar=calendar, key=key, **changes)
    assert slot_at(calendar, 735).title == "午间秒杀"


def test_an_empty_or_unchanged_calendar_is_not_published(world: World) -> None:
    empty = make(world, "")
    with pytest.raises(CalendarNotPublishable, match="还没有时段"):
        publish_calendar(calendar=empty)
    calendar = make(world)
    publish_calendar(calendar=calendar)
    with pytest.raises(CalendarNotPublishable, match="没有要发布的改动"):
        publish_calendar(calendar=calendar)
    assert SopVersion.objects.filter(published_at__isnull=False).count() == 1


def test_two_live_calendars_never_speak_to_the_same_groups(world: World) -> None:
    first, second = make(world), make(world, name="另一个")
    publish_calendar(calendar=first)
    with pytest.raises(CalendarNotPublishable, match="福利群的一天"):
        publish_calendar(calendar=second)

    stop_calendar(calendar=first, reason="换新的")

    publish_calendar(calendar=second)
    assert set(SopCalendar.objects.values_list("state", flat=True)) == {"stopped", "live"}


def test_a_calendar_reaches_groups_of_its_type_whose_owner_can_confirm(
    world: World, groups: list[CustomerGroup]
) -> None:
    calendar = make(world)
    assert (reach_of(calendar).groups, reach_of(calendar).members) == (3, 9)
    world.dee.is_active = False
    world.dee.save()
    CustomerGroup.objects.filter(chat_id="wr2").update(group_type="vip")
    reach = reach_of(calendar)
    assert (reach.groups, reach.unserved, reach.members) == (1, 1, 3)


def test_a_balanced_day_has_no_findings() -> None:
    assert findings(draft_of(600), draft_of(720, "sales"), draft_of(900, "enable")) == []


def test_more_than_half_sales_is_told_and_half_is_not() -> None:
    half = (draft_of(600), draft_of(720, "sales"))
    assert findings(*half) == []
    told = findings(*half, draft_of(900, "sales"))
    assert told == ["销售时段占 66%，超过 50%，群容易变成只有买卖"]


def test_a_third_sales_post_in_a_row_is_told() -> None:
    day = [draft_of(540), *(draft_of(600 + 60 * n, "sales") for n in range(3))]
    day += [draft_of(1000 + 5), draft_of(1100 - 5)]
    assert "12:00 起连续第 3 个销售时段" in findings(*day)


def test_a_day_without_interaction_is_told_with_its_weekdays() -> None:
    weekdays_only = draft_of(600, weekdays=0b0011111)
    assert findings(weekdays_only, draft_of(720, "enable")) == [
        "一天里没有互动时段，至少安排一个（周六、日）"
    ]


def test_quiet_hours_gaps_length_and_emptiness_are_told() -> None:
    assert findings(draft_of(405)) == ["06:45 话题：在免打扰时段 22:00–07:00 内，会推迟到 07:00"]
    assert findings(draft_of(420)) == []
    assert findings(draft_of(1320))[0].startswith("22:00 话题：在免打扰时段")
    assert findings(draft_of(600), draft_of(615)) == ["10:15 与上一个时段相隔不到 30 分钟"]
    assert findings(draft_of(600, text="字" * 1334)) == ["10:00 话题：内容 4002 字节，最多 4000"]
    assert findings(draft_of(600, text="字" * 1333 + "a")) == []
    assert findings(draft_of(600, text=" ")) == ["10:00 话题：没有内容"]


def test_more_messages_than_the_platform_allows_are_told_with_the_day() -> None:
    slots = [draft_of(600 + 60 * number) for number in range(3)]
    assert findings(*slots, limits=Limits(per_month=30)) == [
        "每群每月约 90 次，企业微信只允许 30 次，大约从第 11 天起会被拦下"
    ]
