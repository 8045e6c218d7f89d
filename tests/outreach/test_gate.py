"""What passes the gate, and what is held or stopped, and why."""

import datetime as dt
from typing import Any

import pytest

from core import clock
from core.errors import InvalidInput
from members.contracts import Preference
from members.services import set_preference
from outreach.contracts import Audience, Message, MessageTooLong, Rank
from outreach.models import Budget, Chunk, Touch, TouchPlan
from outreach.services import change_policy, gate, plan_touches, run_gate
from tests.outreach.street import EVERYBODY, Street, later

pytestmark = pytest.mark.django_db
QUEUED = ("queued", "")


def at(hour: int, minute: int = 0, day: int = 2) -> Any:
    return clock.frozen(dt.datetime(2026, 3, day, hour, minute, tzinfo=clock.SHANGHAI))


def test_everybody_who_may_is_queued_in_chunks_by_sender(street: Street) -> None:
    street.friends(street.world.cai, 3, "wa")
    street.friends(street.world.dee, 2, "wb")

    plan = street.gate()

    assert set(street.states(plan).values()) == {QUEUED}
    chunks = Chunk.objects.filter(plan=plan).order_by("sender_id")
    assert [(chunk.sender_id, chunk.size) for chunk in chunks] == [
        (street.world.cai.pk, 3),
        (street.world.dee.pk, 2),
    ]
    assert len({chunk.mark for chunk in chunks}) == 2


def test_planning_twice_adds_nobody_twice(street: Street) -> None:
    street.friends(street.world.cai, 2)

    first = street.gate()
    second = street.gate()

    assert first.pk == second.pk
    assert Touch.objects.count() == 2
    assert Chunk.objects.count() == 1
    assert Budget.objects.get(recipient="wm000").quota_used == 1


def test_planning_again_takes_in_who_has_come_since(street: Street) -> None:
    street.friends(street.world.cai, 1)
    plan = street.gate()

    street.friend(street.world.cai, "wm-new")
    street.gate()

    assert street.states(plan) == {"wm000": QUEUED, "wm-new": QUEUED}


def test_a_customer_of_two_guides_gets_it_once(street: Street) -> None:
    for guide in (street.world.dee, street.world.cai):
        street.friend(guide, "wm-shared")

    plan = street.gate()

    assert Touch.objects.get(plan=plan).sender == street.world.cai


def test_a_chunk_takes_no_more_than_one_call_may(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(gate.CHUNK_SIZE, "single", 2)  # type: ignore[misc]
    street.friends(street.world.cai, 5)

    plan = street.gate()

    assert sorted(Chunk.objects.filter(plan=plan).values_list("size", flat=True)) == [1, 2, 2]


def test_slices_decide_everybody(street: Street) -> None:
    street.friends(street.world.cai, 5)
    plan = street.plan()

    passed = run_gate(plan_id=plan.pk, slice_size=2)

    assert (passed.decided, passed.queued) == (5, 5)


def test_who_left_or_wants_nothing_is_skipped_with_the_reason(street: Street) -> None:
    gone, deaf, loyal, open_one = street.friends(street.world.cai, 4)
    gone.is_active = False
    gone.save()
    set_preference(member=deaf.member, preference=Preference.NONE)
    set_preference(member=loyal.member, preference=Preference.GUIDE)

    plan = street.gate()

    assert street.states(plan) == {
        gone.external_userid: ("skipped", "not_friend"),
        deaf.external_userid: ("skipped", "opted_out"),
        loyal.external_userid: ("skipped", "guide_only"),
        open_one.external_userid: QUEUED,
    }


def test_a_guide_may_still_write_to_whom_headquarters_may_not(street: Street) -> None:
    loyal = street.friend(street.world.cai, "wm-loyal")
    set_preference(member=loyal.member, preference=Preference.GUIDE)

    plan = street.gate(rank=Rank.GUIDE)

    assert street.states(plan) == {"wm-loyal": QUEUED}


def test_quiet_hours_hold_until_they_end_and_then_it_goes(street: Street) -> None:
    street.friends(street.world.cai, 1)
    with at(23):
        plan = street.gate()
        assert street.states(plan) == {"wm000": ("held", "quiet")}
        assert plan.gate_at == dt.datetime(2026, 3, 3, 8, tzinfo=clock.SHANGHAI)

    with at(8, day=3):
        run_gate(plan_id=plan.pk)

    assert street.states(plan) == {"wm000": QUEUED}


def test_quiet_hours_past_the_deadline_skip(street: Street) -> None:
    street.friends(street.world.cai, 1)
    with at(23):
        plan = street.gate(deadline_at=clock.now() + dt.timedelta(hours=2))

    assert street.states(plan) == {"wm000": ("skipped", "quiet_late")}
    assert TouchPlan.objects.get().state == "done"


@pytest.mark.parametrize(("hour", "minute", "is_quiet"), [(21, 59, 0), (22, 0, 1), (7, 59, 1)])
def test_quiet_hours_begin_and_end_on_the_minute(
    street: Street, hour: int, minute: int, is_quiet: bool
) -> None:
    street.friends(street.world.cai, 1)
    with at(hour, minute):
        plan = street.gate()

    assert street.states(plan)["wm000"][0] == ("held" if is_quiet else "queued")


@pytest.mark.parametrize(("hour", "minute", "state"), [(6, 59, "held"), (7, 0, "queued")])
def test_groups_may_be_written_to_from_seven(
    street: Street, hour: int, minute: int, state: str
) -> None:
    cai, unit = street.world.cai.pk, street.world.cai.unit_id
    groups = Audience(f"SELECT 'group', 'wr1', NULL::bigint, {cai}::bigint, {unit}::bigint")
    with at(hour, minute):
        plan = street.gate(audience=groups, channel="group")

    assert street.states(plan)["wr1"][0] == state


def test_a_gate_after_the_deadline_expires_what_waits(street: Street) -> None:
    street.friends(street.world.cai, 1)
    plan = street.plan()
    with later(days=3):
        run_gate(plan_id=plan.pk)

    assert street.states(plan) == {"wm000": ("expired", "late")}


def test_a_second_commercial_message_of_the_day_is_capped(street: Street) -> None:
    street.friends(street.world.cai, 1)
    street.gate()

    again = street.gate(occurrence="again")

    assert street.states(again) == {"wm000": ("skipped", "capped_day")}


def test_the_next_morning_waits_for_the_end_of_the_cool_down(street: Street) -> None:
    street.friends(street.world.cai, 1)
    with at(20):
        street.gate()
    with at(9, day=3):
        second = street.gate(occurrence="second")
        held = Touch.objects.get(plan=second)

    assert (held.state, held.reason) == ("held", "cooling")
    assert held.hold_until == dt.datetime(2026, 3, 3, 12, tzinfo=clock.SHANGHAI)


def test_a_cool_down_past_the_deadline_skips(street: Street) -> None:
    street.friends(street.world.cai, 1)
    with at(20):
        street.gate()
    with at(9, day=3):
        deadline = clock.now() + dt.timedelta(hours=1)
        second = street.gate(occurrence="second", deadline_at=deadline)

    assert street.states(second) == {"wm000": ("skipped", "cooling_late")}


def test_three_a_week_and_eight_a_month(street: Street) -> None:
    street.friends(street.world.cai, 1)
    outcomes = []
    for day in range(1, 29):
        with at(10, day=day):
            plan = street.gate(occurrence=f"day {day}")
        outcomes.append(street.states(plan)["wm000"][1])

    assert outcomes[0] == ""  # Sunday the 1st
    assert outcomes[1:8] == ["", "", "", "capped_week", "capped_week", "capped_week", "capped_week"]
    assert outcomes.count("") == 8
    assert outcomes[-1] == "capped_month"


def test_who_asked_for_less_gets_a_quarter(street: Street) -> None:
    tired = street.friend(street.world.cai, "wm-tired")
    set_preference(member=tired.member, preference=Preference.FEWER)
    street.gate()
    with later(days=2):
        plan = street.gate(occurrence="wednesday")

    assert street.states(plan) == {"wm-tired": ("skipped", "capped_week")}


def test_a_service_message_is_not_capped_but_spends_the_quota(street: Street) -> None:
    street.friends(street.world.cai, 1)
    street.gate()

    service = street.gate(occurrence="service", is_commercial=False)

    assert street.states(service) == {"wm000": QUEUED}
    assert Budget.objects.get().quota_used == 2
    assert Budget.objects.get().day_used == 1


@pytest.mark.parametrize(("mode", "allowed"), [("1day", 1), ("7week", 7), ("month", 31)])
def test_the_quota_of_the_corp_is_never_exceeded(street: Street, mode: str, allowed: int) -> None:
    change_policy(quota_mode=mode)
    street.friends(street.world.cai, 1)

    for number in range(allowed + 1):
        plan = street.gate(occurrence=str(number), is_commercial=False)

    assert street.states(plan) == {"wm000": ("skipped", "quota")}
    assert Budget.objects.get().quota_used == allowed


def test_a_new_period_brings_a_new_quota(street: Street) -> None:
    change_policy(quota_mode="1day")
    street.friends(street.world.cai, 1)
    street.gate(is_commercial=False)
    with later(days=1):
        plan = street.gate(occurrence="tomorrow", is_commercial=False)

    assert street.states(plan) == {"wm000": QUEUED}


def test_a_changed_mode_counts_the_period_anew(street: Street) -> None:
    street.friends(street.world.cai, 1)
    for number in range(3):
        street.gate(occurrence=str(number), is_commercial=False)

    change_policy(quota_mode="1day")

    assert Budget.objects.get().quota_used == 3
    plan = street.gate(occurrence="more", is_commercial=False)
    assert street.states(plan) == {"wm000": ("skipped", "quota")}


def test_a_group_has_a_quota_of_its_own_and_no_holdout(street: Street) -> None:
    change_policy(quota_mode="1day")
    unit, cai = street.world.first_store.pk, street.world.cai.pk
    groups = Audience(f"SELECT 'group', 'wr1', NULL::bigint, {cai}::bigint, {unit}::bigint")
    first = street.gate(audience=groups, channel="group", holdout_ppm=None)

    second = street.gate(audience=groups, channel="group", occurrence="2")

    assert first.holdout_ppm == 0
    assert street.states(first) == {"wr1": QUEUED}
    assert street.states(second) == {"wr1": ("skipped", "quota")}


def test_the_holdout_is_stable_over_the_steps_of_a_source(street: Street) -> None:
    street.friends(street.world.cai, 60)
    first = street.gate(holdout_ppm=300_000)
    with later(days=2):
        second = street.gate(step="2", holdout_ppm=300_000)
        other = street.gate(source="sop:2", holdout_ppm=300_000, is_commercial=False)

    held = {one for one, state in street.states(first).items() if state[1] == "holdout"}
    assert 5 < len(held) < 31
    assert held == {one for one, state in street.states(second).items() if state[1] == "holdout"}
    assert held != {one for one, state in street.states(other).items() if state[1] == "holdout"}
    assert Touch.objects.filter(plan=first, is_holdout=True).count() == len(held)


def test_holdout_is_the_default_for_customers(street: Street) -> None:
    street.friends(street.world.cai, 1)

    assert street.plan(holdout_ppm=None).holdout_ppm == 50_000


def test_headquarters_gives_way_to_a_promise_of_the_guide(street: Street) -> None:
    street.friends(street.world.cai, 1)
    promise = street.plan(
        source="promise",
        rank=Rank.PROMISE,
        is_commercial=False,
        due_at=clock.now() + dt.timedelta(hours=5),
    )

    campaign = street.gate()

    assert street.states(campaign) == {"wm000": ("skipped", "outbid")}
    with later(hours=5):
        run_gate(plan_id=promise.pk)
    assert street.states(promise) == {"wm000": QUEUED}


def test_of_two_campaigns_the_one_worth_more_goes(street: Street) -> None:
    street.friends(street.world.cai, 1)
    rich = street.plan(source="rich", score_fen=500, due_at=clock.now() + dt.timedelta(hours=2))

    poor = street.gate(source="poor", score_fen=100)

    assert street.states(poor) == {"wm000": ("skipped", "outbid")}
    assert street.states(rich) == {"wm000": ("planned", "")}


def test_too_long_a_message_and_an_unknown_channel_are_refused(street: Street) -> None:
    with pytest.raises(MessageTooLong):
        street.plan(message=Message("好" * 1334))
    with pytest.raises(InvalidInput):
        street.plan(channel="moment")
    with pytest.raises(InvalidInput):
        street.plan(message=Message(""))
    assert TouchPlan.objects.count() == 0


def test_nonsensical_limits_are_refused_and_change_nothing(street: Street) -> None:
    for changes in ({"per_day": 9}, {"holdout_ppm": 600_000}, {"quota_mode": "x"}, {"a": 1}):
        with pytest.raises(InvalidInput):
            change_policy(**changes)
    street.friends(street.world.cai, 1)
    assert street.states(street.gate()) == {"wm000": QUEUED}


def test_planning_asks_a_fixed_number_of_questions(
    street: Street, django_assert_max_num_queries: Any
) -> None:
    street.friends(street.world.cai, 40)
    with django_assert_max_num_queries(13):
        plan_touches(
            source="s", step="1", version=1, occurrence="1", channel="single",
            audience=EVERYBODY, message=Message("好"), due_at=clock.now(),
        )  # fmt: skip
    with django_assert_max_num_queries(24):
        run_gate(plan_id=TouchPlan.objects.get().pk)
