"""What became of messages: asked to the end, reminded, taken back, explained."""

import datetime as dt
from typing import Any

import pytest

from core import clock
from core.errors import Outcome, PortFailure
from core.models import AuditEntry
from outreach.contracts import PlanIsOver, RemindedEnough, UnknownPlan
from outreach.models import Budget, Chunk, Touch, TouchPlan
from outreach.selectors import (
    get_plan_for,
    list_plans_for,
    list_waiting_for,
    plan_result,
    quota_left,
    why_not,
)
from outreach.services import cancel_plan, remind_chunks, remind_plan
from tests.outreach.street import Street, later, run_lanes

pytestmark = pytest.mark.django_db


def test_a_confirmed_message_is_sent_and_the_plan_is_done(street: Street) -> None:
    street.friends(street.world.cai, 2)
    plan = street.submit()
    street.messenger.confirm()
    with later(minutes=2):
        assert street.poll(plan) is None

    plan.refresh_from_db()
    assert plan.state == "done"
    assert set(street.states(plan).values()) == {("sent", "")}
    assert street.chunk(plan).state == "done"
    assert Touch.objects.filter(sent_at=None).count() == 0


def test_over_quota_fails_and_no_more_is_tried_in_the_period(street: Street) -> None:
    street.friends(street.world.cai, 2)
    street.messenger.full = {"wm000"}
    plan = street.submit()
    street.messenger.confirm()
    with later(minutes=2):
        street.poll(plan)

    assert street.states(plan) == {"wm000": ("failed", "over_quota"), "wm001": ("sent", "")}
    assert (quota_left("wm000"), quota_left("wm001")) == (0, 30)
    with later(days=2):
        again = street.gate(occurrence="again")
    assert street.states(again)["wm000"] == ("skipped", "quota")


def test_what_was_refused_brings_no_old_counts_into_today(street: Street) -> None:
    street.friends(street.world.cai, 1)
    street.messenger.full = {"wm000"}
    plan = street.submit()
    street.submit(occurrence="service", is_commercial=False)
    Budget.objects.update(day_used=3)
    with later(days=1):
        street.messenger.confirm("msg1")
        street.poll(plan)

    row = Budget.objects.get()
    assert (row.day, row.day_used, row.quota_used) == (clock.today() + dt.timedelta(days=1), 0, 31)


def test_a_refusal_of_last_month_says_nothing_about_this_one(street: Street) -> None:
    street.friends(street.world.cai, 1)
    street.messenger.full = {"wm000"}
    with clock.frozen(dt.datetime(2026, 3, 31, 21, 58, tzinfo=clock.SHANGHAI)):
        plan = street.submit()
        street.messenger.confirm()
    with clock.frozen(dt.datetime(2026, 4, 1, 0, 1, tzinfo=clock.SHANGHAI)):
        street.poll(plan)
        assert quota_left("wm000") == 30


def test_a_plan_for_nobody_is_over_at_once(street: Street) -> None:
    assert street.plan().state == "done"
    street.friends(street.world.cai, 1)
    assert street.plan().state == "open"


def test_a_platform_that_never_answers_is_not_asked_for_ever(street: Street) -> None:
    street.friends(street.world.cai, 1)
    plan = street.submit()
    street.messenger.cancel = refuse  # type: ignore[assignment]
    with later(days=2):
        assert street.poll(plan) is not None
    assert street.states(plan) == {"wm000": ("queued", "")}
    with later(days=9):
        assert street.poll(plan) is None

    assert street.states(plan) == {"wm000": ("expired", "unanswered")}
    assert street.chunk(plan).reason == "41047: 41047"
    assert TouchPlan.objects.get().state == "done"


def refuse(_: str) -> None:
    raise PortFailure("41047")


def test_one_reminder_that_fails_repeats_no_other(street: Street) -> None:
    street.friends(street.world.cai, 1, "wa")
    street.friends(street.world.dee, 1, "wb")
    plan = street.submit()
    done = street.messenger.remind
    street.messenger.remind = lambda msgid: done(msgid) if msgid == "msg1" else busy()
    remind_plan(plan)
    run_lanes()
    with later(minutes=1):
        run_lanes()

    assert street.messenger.reminded == ["msg1"]


def busy() -> None:
    raise PortFailure("-1", outcome=Outcome.RETRYABLE)


def test_the_older_the_message_the_seldomer_the_question(street: Street) -> None:
    street.friends(street.world.cai, 1)
    plan = street.submit(deadline_at=clock.now() + dt.timedelta(days=6))
    waits = []
    for hours in (0.1, 2, 7, 30):
        with later(hours=hours):
            waits.append(street.poll(plan))

    assert waits == [120.0, 600.0, 1800.0, 7200.0]


def test_nothing_is_asked_before_it_is_due(street: Street) -> None:
    street.friends(street.world.cai, 1)
    plan = street.submit()
    street.messenger.confirm()

    assert street.poll(plan) == 60.0
    assert street.states(plan) == {"wm000": ("queued", "")}


def test_unconfirmed_at_the_deadline_is_withdrawn_and_expires(street: Street) -> None:
    street.friends(street.world.cai, 1)
    plan = street.submit()
    with later(days=2):
        assert street.poll(plan) is None

    assert street.messenger.cancelled == ["msg1"]
    assert street.states(plan) == {"wm000": ("expired", "not_confirmed")}
    assert Budget.objects.get().quota_used == 0
    plan.refresh_from_db()
    assert plan.state == "done"


def test_who_confirmed_just_before_the_deadline_is_counted(street: Street) -> None:
    street.friends(street.world.cai, 1)
    plan = street.submit()
    with later(hours=47):
        street.messenger.confirm()
    with later(days=2):
        street.poll(plan)

    assert street.states(plan) == {"wm000": ("sent", "")}


def test_three_reminders_in_24_hours_and_then_a_refusal(street: Street) -> None:
    street.friends(street.world.cai, 1)
    plan = street.submit()
    for _ in range(3):
        assert remind_plan(plan) == 1

    with pytest.raises(RemindedEnough):
        remind_plan(plan)
    run_lanes()
    assert street.messenger.reminded == ["msg1"] * 3
    with later(hours=24):
        assert remind_plan(plan) == 1
    remind_chunks(chunk_ids=[street.chunk(plan).pk])


def test_who_confirmed_is_not_reminded(street: Street) -> None:
    street.friends(street.world.cai, 1)
    plan = street.submit()
    street.messenger.confirm()
    with later(minutes=2):
        street.poll(plan)

    with pytest.raises(RemindedEnough):
        remind_plan(plan)


def test_a_cancelled_plan_reaches_nobody_more(street: Street) -> None:
    street.friends(street.world.cai, 1, "wa")
    street.friends(street.world.dee, 1, "wb")
    plan = street.submit()
    street.messenger.confirm("msg1")

    cancel_plan(plan)
    street.poll(plan)

    assert street.messenger.cancelled == ["msg1", "msg2"]
    assert street.states(plan) == {"wa000": ("sent", ""), "wb000": ("cancelled", "cancelled")}
    assert AuditEntry.objects.filter(action="outreach.plan.cancelled").count() == 1


def test_a_plan_cancelled_before_it_is_due_makes_no_call(street: Street) -> None:
    street.friends(street.world.cai, 2)
    plan = street.plan()

    cancel_plan(plan)
    run_lanes()

    assert street.messenger.calls == 0
    assert set(street.states(plan).values()) == {("cancelled", "cancelled")}
    with pytest.raises(PlanIsOver):
        cancel_plan(plan)


def test_queued_chunks_of_a_cancelled_plan_give_the_budget_back(street: Street) -> None:
    street.friends(street.world.cai, 1)
    plan = street.gate()

    cancel_plan(plan)
    street.send_again(plan)

    assert street.messenger.calls == 0
    assert Budget.objects.get().quota_used == 0
    assert Chunk.objects.get().state == "cancelled"


def test_the_jobs_alone_bring_a_plan_from_due_to_done(street: Street) -> None:
    street.friends(street.world.cai, 2)
    plan = street.plan(due_at=clock.now() + dt.timedelta(hours=1))
    run_lanes()
    assert street.messenger.calls == 0
    with later(hours=1):
        run_lanes()
    assert street.messenger.calls == 1
    street.messenger.confirm()
    with later(hours=1, minutes=3):
        run_lanes()

    assert TouchPlan.objects.get(pk=plan.pk).state == "done"


def test_the_result_counts_by_state_reason_and_guide(street: Street) -> None:
    street.friends(street.world.cai, 2, "wa")
    gone = street.friend(street.world.dee, "wb000")
    gone.is_active = False
    gone.save()
    plan = street.submit()
    street.messenger.confirm()
    with later(minutes=2):
        street.poll(plan)

    result = plan_result(plan)

    assert (result.planned, result.submitted, result.sent, result.holdout) == (3, 2, 2, 0)
    assert [(one.state_text, one.reason_text, one.count) for one in result.by_state] == [
        ("已送达", "", 2),
        ("未发送", "客户已不是这位导购的好友", 1),
    ]
    assert [(one.name, one.planned, one.sent) for one in result.by_sender] == [
        ("蔡", 2, 2),
        ("狄", 1, 0),
    ]
    assert plan_result(plan, path=street.world.other_store.path).planned == 1


def test_why_somebody_did_not_get_it(street: Street) -> None:
    contact = street.friend(street.world.cai, "wm-eve")
    street.gate()
    street.gate(occurrence="again", due_at=clock.now() + dt.timedelta(seconds=1))
    with later(seconds=2):
        run_lanes()

    newest, first = why_not(member=contact.member)

    assert (newest.state_text, newest.reason) == ("未发送", "capped_day")
    assert newest.reason_text == "已达每天的营销上限"
    assert (first.state_text, first.reason_text) == ("待导购确认", "")
    assert why_not(recipient="wm-eve") == [newest, first]
    assert why_not(recipient="nobody") == []


def test_a_plan_is_seen_by_those_whose_customers_it_reaches(street: Street) -> None:
    street.friends(street.world.cai, 1)
    plan, world = street.submit(), street.world

    assert list(list_plans_for(world.ann)) == [plan]
    assert list(list_plans_for(world.bo)) == [plan]
    assert list(list_plans_for(world.cai)) == [plan]
    assert list(list_plans_for(world.dee)) == []
    with pytest.raises(UnknownPlan):
        get_plan_for(world.dee, plan.public_id)


def test_a_guide_sees_what_waits_for_them(street: Street, django_assert_num_queries: Any) -> None:
    street.friends(street.world.cai, 1, "wa")
    street.friends(street.world.dee, 1, "wb")
    plan = street.submit()

    with django_assert_num_queries(1):
        (chunk,) = [(one.plan.text, one.size) for one in list_waiting_for(street.world.cai)]
    assert chunk == ("周末会员日", 1)
    street.messenger.confirm()
    with later(minutes=2):
        street.poll(plan)
    assert list(list_waiting_for(street.world.cai)) == []
