"""Calendars made, changed as a draft, and published as something that never changes."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.db.models import Max

from community.contracts import (
    CalendarInvalid,
    CalendarNotPublishable,
    ContentType,
    GroupType,
    Scene,
    UnknownCalendar,
)
from community.linting import lint
from community.models import SopCalendar, SopSlot, SopVersion
from community.selectors.calendars import current_limits, find_draft, newest_version
from community.starters import SlotDraft, find_starter
from core import audit, clock
from core.ids import public_id
from org.models import OrgUnit

FREEZE = dt.timedelta(minutes=30)
"""What is due this soon after a publication goes out as it was before it."""

GRAIN = 15
LAST_MINUTE = 24 * 60 - GRAIN
MAX_SLOTS = 24

State = SopCalendar.State
SLOT_FIELDS = (
    "minute",
    "weekdays",
    "scene",
    "content_type",
    "title",
    "text",
    "link_title",
    "link_url",
    "deadline_minutes",
)


@transaction.atomic
def create_calendar_from_template(
    *, name: str, brand: OrgUnit, group_type: str, template: str = "community_day"
) -> SopCalendar:
    """A draft that begins with the slots of a starter; "" begins empty.

    Refuses `CalendarInvalid` for an unknown group type or starter.
    """
    starter = find_starter(template)
    if template and starter is None:
        raise CalendarInvalid("没有这个模板")
    if group_type not in {kind.value for kind in GroupType}:
        raise CalendarInvalid("请选择群类型")

    calendar = SopCalendar.objects.create(
        name=name, brand=brand, group_type=group_type, created_at=clock.now()
    )
    draft = SopVersion.objects.create(calendar=calendar, number=1)
    for slot in starter.slots if starter else ():
        _write_slot(draft, asdict(slot))
    audit.record("community.calendar.created", calendar, after={"name": name, "from": template})
    return calendar


@transaction.atomic
def add_slot(*, calendar: SopCalendar, slot: SlotDraft) -> SopSlot:
    """Put a slot into the draft; refuses `CalendarInvalid`."""
    draft = _open_draft(calendar)
    if draft.slots.count() >= MAX_SLOTS:
        raise CalendarInvalid(f"一天最多 {MAX_SLOTS} 个时段")
    return _write_slot(draft, asdict(slot))


@transaction.atomic
def change_slot(*, calendar: SopCalendar, key: str, **changes: Any) -> SopSlot:
    """Change a slot of the draft; refuses what is no slot, and an unknown `key`."""
    slot = _slot(_open_draft(calendar), key)
    fields = {name: getattr(slot, name) for name in SLOT_FIELDS} | changes
    _refuse_nonsense(fields)
    for name in SLOT_FIELDS:
        setattr(slot, name, fields[name])
    slot.save(update_fields=SLOT_FIELDS)
    return slot


def move_slot(*, calendar: SopCalendar, key: str, minute: int) -> SopSlot:
    """Move a slot of the draft to another moment, rounded down to a quarter of an hour."""
    return change_slot(calendar=calendar, key=key, minute=minute - minute % GRAIN)


@transaction.atomic
def remove_slot(*, calendar: SopCalendar, key: str) -> None:
    _slot(_open_draft(calendar), key).delete()


@transaction.atomic
def discard_draft(*, calendar: SopCalendar) -> None:
    """Forget the changes since the last publication; a calendar never published keeps its."""
    draft = find_draft(_lock(calendar))
    if draft is None or draft.number == 1:
        return
    draft.delete()
    audit.record("community.calendar.draft_discarded", calendar)


@transaction.atomic
def publish_calendar(*, calendar: SopCalendar) -> SopVersion:
    """Freeze the draft as the version in force from 30 minutes on.

    Refuses `CalendarNotPublishable` without a draft, with a forbidding finding, or beside
    another live calendar of the brand for the same groups.
    """
    locked = _lock(calendar)
    draft = find_draft(locked)
    if draft is None:
        raise CalendarNotPublishable("没有要发布的改动")
    _refuse_faults(locked, list(draft.slots.all()))

    now = clock.now()
    draft.published_at, draft.effective_at = now, now + FREEZE
    draft.save(update_fields=["published_at", "effective_at"])
    SopCalendar.objects.filter(pk=locked.pk).update(state=State.LIVE)
    calendar.state = State.LIVE

    audit.record("community.calendar.published", calendar, after={"version": draft.number})
    return draft


@transaction.atomic
def stop_calendar(*, calendar: SopCalendar, reason: str) -> None:
    """Open no more slots of a calendar; what is open already goes on."""
    locked = _lock(calendar)
    if locked.state != State.LIVE:
        return
    SopCalendar.objects.filter(pk=locked.pk).update(state=State.STOPPED)
    calendar.state = State.STOPPED
    audit.record("community.calendar.stopped", calendar, reason=reason)


def _refuse_faults(calendar: SopCalendar, slots: Sequence[SopSlot]) -> None:
    faults = [found.text for found in lint(slots, current_limits()) if found.severity == "error"]
    if faults:
        raise CalendarNotPublishable("；".join(faults[:3]))
    rivals = SopCalendar.objects.filter(
        state=State.LIVE, brand=calendar.brand_id, group_type=calendar.group_type
    ).exclude(pk=calendar.pk)
    if rival := rivals.first():
        raise CalendarNotPublishable(f"这类群已有进行中的日历「{rival.name}」，请先停用它")


def _lock(calendar: SopCalendar) -> SopCalendar:
    return SopCalendar.objects.select_for_update().get(pk=calendar.pk)


def _open_draft(calendar: SopCalendar) -> SopVersion:
    """The draft, begun as a copy of the newest version where there is none; locks."""
    locked = _lock(calendar)
    draft = find_draft(locked)
    if draft is not None:
        return draft
    newest = newest_version(locked)
    last = SopVersion.objects.filter(calendar=locked).aggregate(last=Max("number"))["last"] or 0
    draft = SopVersion.objects.create(calendar=locked, number=last + 1)
    for slot in newest.slots.all() if newest else ():
        fields = {name: getattr(slot, name) for name in SLOT_FIELDS}
        SopSlot.objects.create(version=draft, key=slot.key, **fields)
    return draft


def _slot(draft: SopVersion, key: str) -> SopSlot:
    found = draft.slots.filter(key=key).first()
    if found is None:
        raise UnknownCalendar("没有找到这个时段")
    return found


def _write_slot(draft: SopVersion, fields: dict[str, Any]) -> SopSlot:
    _refuse_nonsense(fields)
    chosen = {name: fields[name] for name in SLOT_FIELDS}
    return SopSlot.objects.create(version=draft, key=public_id(), **chosen)


def _refuse_nonsense(fields: dict[str, Any]) -> None:
    minute = fields["minute"]
    if not 0 <= minute <= LAST_MINUTE or minute % GRAIN:
        raise CalendarInvalid("时间以 15 分钟为一格")
    if not 1 <= fields["weekdays"] <= 127:
        raise CalendarInvalid("至少选一天")
    if fields["scene"] not in {scene.value for scene in Scene}:
        raise CalendarInvalid("没有这种场景")
    if fields["content_type"] not in {kind.value for kind in ContentType}:
        raise CalendarInvalid("没有这种内容类型")
    if not 30 <= fields["deadline_minutes"] <= 720:
        raise CalendarInvalid("完成时限为 30 分钟到 12 小时")
    if fields["link_url"] and not fields["link_url"].startswith(("https://", "http://")):
        raise CalendarInvalid("链接应以 http 开头")
    if bool(fields["link_url"]) != bool(fields["link_title"]):
        raise CalendarInvalid("链接和它的标题要一起填")
