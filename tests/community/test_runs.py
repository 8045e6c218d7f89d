"""A slot is opened once a day, sent to the groups of its kind, and closed with its counts."""

import datetime as dt

import pytest

from community.models import CustomerGroup, SlotRun, SopCalendar
from community.services import (
    add_slot,
    cancel_run,
    close_slots,
    create_calendar_from_template,
    move_slot,
    open_slots,
    publish_calendar,
    remind_run,
    set_group_type,
)
from community.starters import SlotDraft
from core import clock
from core.models import Event
from outreach.contracts import RemindedEnough
from outreach.models import Touch, TouchPlan
from outreach.services import poll_results, run_gate, send_plan
from tests.outreach.fakes import FakeMessenger
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
NOON = MONDAY + 120 * MINUTE


def slot(minute: int, **fields: object) -> SlotDraft:
    given = {"title": "秒杀", "scene": "sales", "content_type": "marketing", "text": "开始了"}
    return SlotDraft(minute=minute, **{**given, **fields})


@pytest.fixture
def calendar(world: World, groups: list[CustomerGroup]) -> SopCalendar:
    """A calendar with one slot at noon, in force since last night."""
    with clock.frozen(MONDAY - dt.timedelta(hours=14)):
        made = create_calendar_from_template(
            name="福利", brand=world.brand, group_type="welfare", template=""
        )
        add_slot(calendar=made, slot=slot(720, link_title="看看", link_url="https://a.b/c"))
        publish_calendar(calendar=made)
    return made


def opened_at(moment: dt.datetime) -> int:
    with clock.frozen(moment):
        return open_slots()


def deliver(messenger: FakeMessenger, at: dt.datetime, *, confirm: bool = True) -> None:
    """Let outreach hand the run's messages over at noon, and guides confirm at `at`."""
    plan = TouchPlan.objects.get()
    with clock.frozen(NOON):
        run_gate(plan_id=plan.pk)
        send_plan(plan_id=plan.pk, depth=0, seconds=5)
    with clock.frozen(at):
        if confirm:
            messenger.confirm()
        poll_results(plan_id=plan.pk)


def test_a_slot_is_opened_half_an_hour_before_and_once(calendar: SopCalendar) -> None:
    assert opened_at(NOON - 31 * MINUTE) == 0
    assert opened_at(NOON - 30 * MINUTE) == 1
    assert opened_at(NOON - 25 * MINUTE) == 0
    assert opened_at(NOON + 10 * MINUTE) == 0

    run = SlotRun.objects.get()
    assert (run.day, run.due_at, run.groups, run.state) == (dt.date(2026, 3, 2), NOON, 3, "open")
    plan = TouchPlan.objects.get()
    assert (plan.channel, plan.scene, plan.due_at) == ("group", "sales", NOON)
    assert plan.attachments[0]["url"] == "https://a.b/c"
    touches = Touch.objects.order_by("recipient").values_list("recipient", "sender__name")
    assert list(touches) == [("wr1", "蔡"), ("wr2", "蔡"), ("wr3", "狄")]


def test_a_slot_a_quarter_of_an_hour_late_is_still_opened_and_later_is_skipped(
    calendar: SopCalendar,
) -> None:
    assert opened_at(NOON + 15 * MINUTE) == 1
    SlotRun.objects.all().delete()
    assert opened_at(NOON + 16 * MINUTE) == 0

    run = SlotRun.objects.get()
    assert (run.state, run.groups, run.plan_id) == ("skipped", 3, "")
    assert "错过" in run.reason
    assert opened_at(NOON + 17 * MINUTE) == 0


def test_a_moved_slot_is_not_opened_twice_on_its_day(calendar: SopCalendar) -> None:
    opened_at(NOON)
    key = SlotRun.objects.get().slot_key
    with clock.frozen(NOON):
        move_slot(calendar=calendar, key=key, minute=780)
        publish_calendar(calendar=calendar)

    assert opened_at(NOON + 60 * MINUTE) == 0
    assert opened_at(NOON + dt.timedelta(days=1, minutes=60)) == 1
    assert [run.slot.minute for run in SlotRun.objects.order_by("day")] == [720, 780]


def test_groups_of_another_kind_hear_nothing(
    calendar: SopCalendar, groups: list[CustomerGroup]
) -> None:
    set_group_type(group=groups[1], group_type="vip")
    set_group_type(group=groups[2], group_type="")
    opened_at(NOON)
    assert [touch.recipient for touch in Touch.objects.all()] == ["wr1"]


def test_without_a_group_the_slot_is_skipped_with_its_reason(calendar: SopCalendar) -> None:
    CustomerGroup.objects.update(group_type="")
    assert opened_at(NOON) == 0
    run = SlotRun.objects.get()
    assert (run.state, run.reason, run.groups) == ("skipped", "没有可以发送的群", 0)


def test_a_stopped_calendar_opens_nothing(calendar: SopCalendar) -> None:
    SopCalendar.objects.update(state="stopped")
    assert opened_at(NOON) == 0
    assert not SlotRun.objects.exists()


@pytest.mark.parametrize(("late", "on_time"), [(15, 3), (16, 0)])
def test_a_quarter_of_an_hour_is_on_time_and_more_is_late(
    calendar: SopCalendar, messenger: FakeMessenger, late: int, on_time: int
) -> None:
    opened_at(NOON - 30 * MINUTE)
    deliver(messenger, NOON + late * MINUTE)

    with clock.frozen(NOON + 20 * MINUTE):
        assert close_slots() == 1

    run = SlotRun.objects.get()
    assert (run.state, run.sent, run.on_time, run.failed) == ("closed", 3, on_time, 0)


def test_what_no_guide_confirmed_is_failed_when_the_run_closes(
    calendar: SopCalendar, messenger: FakeMessenger
) -> None:
    opened_at(NOON - 30 * MINUTE)
    deliver(messenger, NOON + 5 * MINUTE, confirm=False)
    with clock.frozen(NOON + 60 * MINUTE):
        assert close_slots() == 0
    assert SlotRun.objects.get().state == "open"

    with clock.frozen(NOON + 125 * MINUTE):
        poll_results(plan_id=TouchPlan.objects.get().pk)
    with clock.frozen(NOON + 150 * MINUTE):
        assert close_slots() == 1

    run = SlotRun.objects.get()
    assert (run.state, run.groups, run.sent, run.on_time) == ("closed", 3, 0, 0)


def test_a_run_that_ends_on_a_later_day_opens_its_day_again(calendar: SopCalendar) -> None:
    opened_at(NOON)
    with clock.frozen(NOON + dt.timedelta(days=1)):
        close_slots()
    news = Event.objects.get(name="community.slots_closed_late")
    assert news.payload == {"first_day": "2026-03-02", "last_day": "2026-03-02"}


def test_a_cancelled_run_takes_back_what_waits(
    calendar: SopCalendar, messenger: FakeMessenger
) -> None:
    opened_at(NOON - 30 * MINUTE)
    cancel_run(run=SlotRun.objects.get(), reason="写错了价格")

    run = SlotRun.objects.get()
    assert (run.state, run.reason) == ("cancelled", "写错了价格")
    assert set(Touch.objects.values_list("state", flat=True)) == {"cancelled"}
    assert opened_at(NOON) == 0


def test_guides_are_reminded_three_times_in_a_day_and_no_more(
    calendar: SopCalendar, messenger: FakeMessenger
) -> None:
    opened_at(NOON - 30 * MINUTE)
    deliver(messenger, NOON, confirm=False)
    run = SlotRun.objects.get()
    with clock.frozen(NOON + 5 * MINUTE):
        for _ in range(3):
            remind_run(run=run)
        with pytest.raises(RemindedEnough):
            remind_run(run=run)
