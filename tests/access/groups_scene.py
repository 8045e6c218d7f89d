"""Groups of customers for the scene: one for each guide, a calendar and its run for each brand."""

import datetime as dt
from typing import TYPE_CHECKING

from community.models import CustomerGroup, SlotRun, SopCalendar, SopSlot
from community.selectors import find_draft, list_slots, newest_version
from community.services import change_slot, create_calendar_from_template, keep_group
from community.services.calendars import publish_calendar
from core import clock
from outreach.contracts import Audience, Message
from outreach.models import Chunk, Touch, TouchPlan
from outreach.services import plan_touches
from tests.community.fakes import details

if TYPE_CHECKING:
    from tests.access.scene import Group

DAY = dt.timedelta(days=1)


def gather(group: "Group") -> dict[str, str]:
    """A group the guide owns, and messages of the brand that wait for the guide."""
    gathered = _group(group)
    calendar = SopCalendar.objects.filter(brand=group.brand).first() or _calendar(group)
    version, draft = newest_version(calendar), find_draft(calendar)
    slot = list_slots(version)[3]
    plan = _plan(group, gathered, f"sop:{calendar.public_id}", slot)
    _chunk(group, plan, "submitted", f"msg-{group.store.code}")
    doubtful = _plan(group, gathered, "mass:test", slot)
    parked = _chunk(group, doubtful, "parked", "")
    return {
        "customer_group": gathered.public_id,
        "calendar": calendar.public_id,
        "slot_key": list_slots(draft)[0].key,
        "run": _run(calendar, slot, plan).public_id,
        "plan": plan.public_id,
        "parked_chunk": parked.mark,
    }


def _group(group: "Group") -> CustomerGroup:
    code, userid = group.store.code, group.guide.wecom_userid or ""
    return keep_group(details(f"wr_{code}", owner=userid, name=group.text("福利群")))


def _calendar(group: "Group") -> SopCalendar:
    """Published yesterday, with a change that waits in the draft."""
    with clock.frozen(clock.now() - DAY):
        made = create_calendar_from_template(
            name=group.text("一天"), brand=group.brand, group_type="welfare"
        )
        first = list_slots(find_draft(made))[0]
        change_slot(calendar=made, key=first.key, text=group.text("早"))
        publish_calendar(calendar=made)
    change_slot(calendar=made, key=first.key, title=group.text("改"))
    return made


def _plan(group: "Group", gathered: CustomerGroup, source: str, slot: SopSlot) -> TouchPlan:
    """The brand's plan of today, with a touch for this group among its others."""
    row = Audience(
        "SELECT 'group', %(chat)s::text, NULL::bigint, %(sender)s::bigint, %(unit)s::bigint",
        {"chat": gathered.chat_id, "sender": group.guide.pk, "unit": group.store.pk},
    )
    return plan_touches(
        source=source,
        step=slot.key,
        version=slot.version.number,
        occurrence=clock.today().isoformat(),
        channel="group",
        audience=row,
        message=Message(f"品牌 {group.brand.pk} 的话"),
        due_at=clock.now(),
    )


def _chunk(group: "Group", plan: TouchPlan, state: str, msgid: str) -> Chunk:
    now = clock.now()
    chunk = Chunk.objects.create(
        plan=plan,
        sender=group.guide,
        mark=f"{plan.pk:06d}{group.guide.pk:020d}",
        size=1,
        state=state,
        msgid=msgid,
        retry_at=now,
        sending_at=now,
        submitted_at=now if msgid else None,
        created_at=now,
    )
    rows = Touch.objects.filter(plan=plan, sender=group.guide)
    rows.update(state="queued", chunk=chunk, queued_at=now)
    return chunk


def _run(calendar: SopCalendar, slot: SopSlot, plan: TouchPlan) -> SlotRun:
    now = clock.now()
    run, _ = SlotRun.objects.get_or_create(
        calendar=calendar,
        slot_key=slot.key,
        day=clock.today(),
        defaults={
            "slot": slot,
            "due_at": now,
            "deadline_at": now + DAY,
            "plan_id": plan.public_id,
            "groups": 1,
            "opened_at": now,
        },
    )
    return run
