"""Reading calendars, their versions and the runs of their slots."""

import datetime as dt
from calendar import monthrange
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from community.contracts import UnknownCalendar
from community.linting import Limits
from community.models import CustomerGroup, SlotRun, SopCalendar, SopSlot, SopVersion
from core import clock
from org.models import Staff
from org.selectors import list_brands_for, scope_path
from outreach.selectors.policy import current_policy, quota_of


def list_calendars_for(actor: Staff) -> QuerySet[SopCalendar]:
    """Calendars of the actor's brands, the live ones first."""
    rows = SopCalendar.objects.select_related("brand")
    if scope_path(actor) != "/":
        rows = rows.filter(brand__in=list_brands_for(actor).order_by().values("pk"))
    return rows.order_by("-state", "name", "pk")


def get_calendar_for(actor: Staff, public_id: str) -> SopCalendar:
    """Raises `UnknownCalendar` for one that is not there or not the actor's."""
    found = list_calendars_for(actor).filter(public_id=public_id).first()
    if found is None:
        raise UnknownCalendar
    return found


def find_draft(calendar: SopCalendar) -> SopVersion | None:
    return SopVersion.objects.filter(calendar=calendar, published_at__isnull=True).first()


def newest_version(calendar: SopCalendar) -> SopVersion | None:
    """The version published last, in force already or from its moment on."""
    rows = SopVersion.objects.filter(calendar=calendar, published_at__isnull=False)
    return rows.order_by("-number").first()


def shown_version(calendar: SopCalendar) -> SopVersion | None:
    """What the editor shows: the draft where there is one, else the newest version."""
    return find_draft(calendar) or newest_version(calendar)


def list_slots(version: SopVersion | None) -> list[SopSlot]:
    return list(version.slots.order_by("minute", "key")) if version else []


def list_slots_in_force(calendar: SopCalendar, day: dt.date) -> list[tuple[SopSlot, dt.datetime]]:
    """The slots of a day with their moments, each by the version in force at its moment."""
    versions = list(
        SopVersion.objects.filter(calendar=calendar, published_at__isnull=False)
        .order_by("effective_at")
        .prefetch_related("slots")
    )
    found = []
    for place, version in enumerate(versions):
        until = versions[place + 1].effective_at if place + 1 < len(versions) else None
        for slot in version.slots.all():
            due_at = moment_of(slot, day)
            starts = version.effective_at
            in_force = starts is not None and starts <= due_at and (not until or due_at < until)
            if in_force and slot.weekdays >> day.weekday() & 1:
                found.append((slot, due_at))
    return sorted(found, key=lambda pair: pair[1])


def moment_of(slot: SopSlot, day: dt.date) -> dt.datetime:
    return clock.day_start(day) + dt.timedelta(minutes=slot.minute)


def current_limits() -> Limits:
    """What the merchant's policy and the platform allow, as the linter wants it."""
    policy, today = current_policy(), clock.today()
    quota = quota_of(policy, today)
    days = {1: 1, 7: 7}.get(quota, monthrange(today.year, today.month)[1])
    return Limits(policy.quiet_from, policy.groups_from, quota * 30 // days)


@dataclass(frozen=True)
class Reach:
    """Whom a calendar speaks to today: groups that get it, and those nobody can serve."""

    groups: int
    unserved: int
    members: int


def reach_of(calendar: SopCalendar) -> Reach:
    """Active groups of the type in the brand, those of a guide who can confirm among them."""
    rows = CustomerGroup.objects.filter(
        state=CustomerGroup.State.ACTIVE,
        group_type=calendar.group_type,
        unit__path__startswith=calendar.brand.path,
    )
    served = Q(owner__is_active=True, owner__wecom_userid__isnull=False)
    counts = rows.aggregate(
        groups=Count("pk", filter=served),
        all=Count("pk"),
        members=Sum("contact_count", filter=served),
    )
    return Reach(counts["groups"], counts["all"] - counts["groups"], counts["members"] or 0)


def list_runs(calendar: SopCalendar) -> QuerySet[SlotRun]:
    """Runs of a calendar, the newest first; who sees the calendar sees that they were."""
    rows = SlotRun.objects.filter(calendar=calendar).select_related("slot", "slot__version")
    return rows.order_by("-due_at", "pk")


def get_run(calendar: SopCalendar, public_id: str) -> SlotRun:
    """Raises `UnknownCalendar` for a run that is not this calendar's."""
    found = list_runs(calendar).filter(public_id=public_id).first()
    if found is None:
        raise UnknownCalendar("没有找到这次执行")
    return found


def list_runs_of(group: CustomerGroup, limit: int = 30) -> list[SlotRun]:
    """Runs of the calendars that speak to groups of this kind, the newest first."""
    if not group.group_type or group.unit is None:
        return []
    ids = [int(part) for part in group.unit.path.strip("/").split("/") if part]
    rows = SlotRun.objects.filter(
        calendar__group_type=group.group_type,
        calendar__brand_id__in=ids,
        due_at__gte=group.created_at,
    )
    return list(rows.select_related("slot", "calendar").order_by("-due_at")[:limit])
