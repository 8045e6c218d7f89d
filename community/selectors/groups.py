"""Reading groups: always through the eyes of an actor where one is asking."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

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
    rows = rows.select_related("owner", "unit")
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


def search_groups(actor: Staff, *, text: str = "", group_type: str = "") -> QuerySet[CustomerGroup]:
    """The actor's groups whose name holds `text`; `group_type` "none" are those without."""
    rows = list_groups_for(actor)
    if text:
        rows = rows.filter(name__icontains=text)
    if group_type:
        rows = rows.filter(group_type="" if group_type == "none" else group_type)
    return rows


def last_runs(groups: Iterable[CustomerGroup]) -> dict[int, SlotRun]:
    """{group id: the newest run of a calendar that speaks to it}, in one query."""
    wanted = list(groups)
    kinds = {group.group_type for group in wanted if group.group_type}
    rows = SlotRun.objects.filter(calendar__group_type__in=kinds)
    rows = rows.select_related("calendar__brand", "slot")
    newest = list(rows.order_by("calendar", "-due_at").distinct("calendar"))
    found = {}
    for run in sorted(newest, key=lambda run: run.due_at):
        for group in wanted:
            if _hears(group, run):
                found[group.pk] = run
    return found


def _hears(group: CustomerGroup, run: SlotRun) -> bool:
    calendar = run.calendar
    if group.unit is None or group.group_type != calendar.group_type:
        return False
    return group.unit.path.startswith(calendar.brand.path) and group.created_at <= run.due_at


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
