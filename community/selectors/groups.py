"""Reading groups: always through the eyes of an actor where one is asking."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Max, QuerySet

from community.contracts import UnknownGroup
from community.models import CustomerGroup, GroupMember, GroupSpeech, SlotRun
from core import clock
from org.models import Staff
from org.selectors import scope_path


def list_groups_for(actor: Staff) -> QuerySet[CustomerGroup]:
    """Groups owned in the actor's subtree, the biggest first; those without a unit to the
    whole merchant's eyes only."""
    rows = CustomerGroup.objects.select_related("owner", "unit")
    path = scope_path(actor)
    if path != "/":
        rows = rows.filter(unit__path__startswith=path)
    return rows.order_by("-contact_count", "pk")


def list_groups_of(guide: Staff) -> QuerySet[CustomerGroup]:
    """The groups that a guide owns and that are still there."""
    rows = CustomerGroup.objects.filter(owner=guide).exclude(state=CustomerGroup.State.DISMISSED)
    return rows.order_by("-contact_count", "pk")


def get_group_for(actor: Staff, public_id: str) -> CustomerGroup:
    """Raises `UnknownGroup` for one that is not there or not the actor's."""
    found = list_groups_for(actor).filter(public_id=public_id).first()
    if found is None:
        raise UnknownGroup
    return found


def list_present(group: CustomerGroup) -> QuerySet[GroupMember]:
    """Who is in the group now, our own people first."""
    rows = GroupMember.objects.filter(group=group, left_at__isnull=True)
    return rows.order_by("-kind", "joined_at", "pk")


def count_left(group: CustomerGroup) -> int:
    return GroupMember.objects.filter(group=group, left_at__isnull=False).count()


def name_groups_for(actor: Staff, ids: list[int]) -> dict[str, str]:
    """{id: name} of those groups that the actor may see, to label figures."""
    rows = list_groups_for(actor).order_by().filter(pk__in=ids)
    return {str(pk): name for pk, name in rows.values_list("pk", "name")}


def last_runs(groups: list[CustomerGroup]) -> dict[str, SlotRun]:
    """The newest slot run for each group type among `groups`, in one query."""
    kinds = {group.group_type for group in groups if group.group_type}
    rows = SlotRun.objects.filter(calendar__group_type__in=kinds).select_related("slot")
    newest = rows.order_by("calendar__group_type", "-due_at").distinct("calendar__group_type")
    return {run.calendar.group_type: run for run in newest.select_related("calendar", "slot")}


@dataclass(frozen=True)
class Activity:
    """A day of a group: `speakers` is None where nobody told us who spoke."""

    day: dt.date
    speakers: int | None
    messages: int | None


def list_activity(group: CustomerGroup, days: int = 28) -> list[Activity]:
    """The last `days` closed days, the oldest first; who spoke among non-staff."""
    until = clock.today()
    since = until - dt.timedelta(days=days)
    staff = GroupMember.objects.filter(group=group, kind=GroupMember.Kind.STAFF).values("person")
    rows = GroupSpeech.objects.filter(group=group, day__gte=since, day__lt=until)
    told = set(rows.values_list("day", flat=True))
    speakers: dict[dt.date, int] = {}
    messages: dict[dt.date, int] = {}
    for day, count in (
        rows.exclude(person="").exclude(person__in=staff).values_list("day", "messages")
    ):
        speakers[day] = speakers.get(day, 0) + 1
        messages[day] = messages.get(day, 0) + count
    wanted = [since + dt.timedelta(days=number) for number in range(days)]
    return [
        Activity(day, speakers.get(day, 0), messages.get(day, 0))
        if day in told
        else Activity(day, None, None)
        for day in wanted
    ]


def latest_speech_day() -> dt.date | None:
    return GroupSpeech.objects.aggregate(day=Max("day"))["day"]
