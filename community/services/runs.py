"""Slots opened when they are due, once a day each, and closed with what became of them.

The freeze lets a slot be opened half an hour early; outreach holds the message until its
moment. A slot that was missed by more than a quarter of an hour is skipped, not sent late.
"""

import datetime as dt

from django.db import transaction

from community.contracts import Scene, SlotsClosedLate
from community.models import SlotRun, SopCalendar, SopSlot
from community.selectors.calendars import list_slots_in_force, reach_of
from community.selectors.runs import PUNCTUAL, Outcome, is_plan_over, list_open_runs, outcome_of
from community.services.calendars import FREEZE
from core import audit, clock
from core.events import announce
from outreach.contracts import Attachment, Audience, Message
from outreach.models import TouchPlan
from outreach.selectors import get_plan
from outreach.services import cancel_plan, plan_touches, remind_plan

GRACE = dt.timedelta(minutes=30)
"""How long after the deadline results may still come in."""

State = SlotRun.State

_AUDIENCE = """
SELECT 'group', g.chat_id, NULL::bigint, g.owner_id, g.unit_id
FROM community_customergroup g
JOIN org_orgunit u ON u.id = g.unit_id
JOIN org_staff s ON s.id = g.owner_id
WHERE g.state = 'active' AND g.group_type = %(group_type)s
  AND u.path LIKE %(brand_path)s AND s.is_active AND s.wecom_userid IS NOT NULL
"""


def open_slots() -> int:
    """Open every slot that is due within the freeze and was not opened; how many."""
    now = clock.now()
    today = clock.today()
    days = {today - dt.timedelta(days=1), today, clock.day_of(now + FREEZE)}
    opened = 0
    live = SopCalendar.objects.filter(state=SopCalendar.State.LIVE)
    for calendar in live.select_related("brand"):
        for day in sorted(days):
            opened += _open_day(calendar, day, now)
    return opened


def _open_day(calendar: SopCalendar, day: dt.date, now: dt.datetime) -> int:
    runs = SlotRun.objects.filter(calendar=calendar, day=day)
    known = set(runs.values_list("slot_key", flat=True))
    opened = 0
    for slot, due_at in list_slots_in_force(calendar, day):
        if slot.key in known or due_at > now + FREEZE:
            continue
        known.add(slot.key)
        if due_at < now - PUNCTUAL:
            _skip(calendar, slot, day, "错过时间 15 分钟以上，没有再发")
        else:
            opened += _open(calendar, slot, day)
    return opened


@transaction.atomic
def _open(calendar: SopCalendar, slot: SopSlot, day: dt.date) -> int:
    """The run and its touches, or neither; 0 where another process was first."""
    reach = reach_of(calendar)
    if not reach.groups:
        _skip(calendar, slot, day, "没有可以发送的群")
        return 0
    run, is_new = _run(calendar, slot, day)
    if not is_new:
        return 0

    plan = _plan(calendar, slot, run)
    run.plan_id, run.groups = plan.public_id, outcome_of(plan.public_id, run.due_at).groups
    run.save(update_fields=["plan_id", "groups"])
    return 1


def _plan(calendar: SopCalendar, slot: SopSlot, run: SlotRun) -> TouchPlan:
    """A touch for each group of the calendar whose owner can confirm it."""
    return plan_touches(
        source=f"sop:{calendar.public_id}",
        step=slot.key,
        version=slot.version.number,
        occurrence=run.day.isoformat(),
        channel="group",
        audience=Audience(
            _AUDIENCE,
            {"group_type": calendar.group_type, "brand_path": f"{calendar.brand.path}%"},
        ),
        message=message_of(slot),
        due_at=run.due_at,
        deadline_at=run.deadline_at,
        is_commercial=slot.scene == Scene.SALES,
        scene=slot.scene,
        content_type=slot.content_type,
    )


def _run(calendar: SopCalendar, slot: SopSlot, day: dt.date) -> tuple[SlotRun, bool]:
    due_at = clock.day_start(day) + dt.timedelta(minutes=slot.minute)
    return SlotRun.objects.get_or_create(
        calendar=calendar,
        slot_key=slot.key,
        day=day,
        defaults={
            "slot": slot,
            "due_at": due_at,
            "deadline_at": due_at + dt.timedelta(minutes=slot.deadline_minutes),
            "opened_at": clock.now(),
        },
    )


def _skip(calendar: SopCalendar, slot: SopSlot, day: dt.date, reason: str) -> None:
    run, is_new = _run(calendar, slot, day)
    if is_new:
        run.state, run.reason, run.closed_at = State.SKIPPED, reason, clock.now()
        run.groups = reach_of(calendar).groups
        run.save(update_fields=["state", "reason", "closed_at", "groups"])


def message_of(slot: SopSlot) -> Message:
    links: tuple[Attachment, ...] = ()
    if slot.link_url:
        links = (Attachment("link", slot.link_title, slot.link_url),)
    return Message(slot.text, links)


def close_slots() -> int:
    """Bring the counts of open runs up to date, and close those that are over; how many."""
    closed = 0
    for run in list_open_runs():
        closed += _look(run)
    return closed


@transaction.atomic
def _look(run: SlotRun) -> int:
    locked = SlotRun.objects.select_for_update().get(pk=run.pk)
    if locked.state != State.OPEN:
        return 0
    now = clock.now()
    outcome = outcome_of(locked.plan_id, locked.due_at)
    _count(locked, outcome)
    is_over = now >= locked.deadline_at + GRACE or is_plan_over(locked.plan_id)
    if is_over:
        locked.state, locked.closed_at = State.CLOSED, now
        if clock.day_of(now) > locked.day:
            day = locked.day.isoformat()
            announce(SlotsClosedLate(day, day))
    locked.save(update_fields=["state", "closed_at", "groups", "sent", "on_time", "failed"])
    return int(is_over)


def _count(run: SlotRun, outcome: Outcome) -> None:
    run.groups, run.sent = outcome.groups, outcome.sent
    run.on_time, run.failed = outcome.on_time, outcome.failed


def remind_run(*, run: SlotRun) -> None:
    """Remind the guides who have not confirmed; refuses a fourth time in 24 hours."""
    remind_plan(get_plan(run.plan_id))


def cancel_run(*, run: SlotRun, reason: str) -> None:
    """Take back what no guide has confirmed; what was sent stays sent."""
    cancel_plan(get_plan(run.plan_id))
    with transaction.atomic():
        locked = SlotRun.objects.select_for_update().get(pk=run.pk)
        if locked.state != State.OPEN:
            return
        _count(locked, outcome_of(locked.plan_id, locked.due_at))
        locked.state, locked.reason = State.CANCELLED, reason[:200]
        locked.closed_at = clock.now()
        locked.save()
        audit.record("community.run.cancelled", locked, reason=reason)
