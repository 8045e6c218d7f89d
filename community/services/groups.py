"""Groups kept as the directory has them: one at a time, and all of them every night."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F

from community.contracts import (
    GROUP_GONE,
    GROUP_TYPE_NAMES,
    CalendarInvalid,
    GroupDetails,
    GroupDirectory,
    GroupPerson,
    GroupType,
    OwnerCounts,
)
from community.models import CustomerGroup, GroupMember, OwnerDay
from core import audit, clock, jobs, ports
from core.errors import PortFailure
from members.selectors import find_staff_by_wecom
from org.models import Staff

OWNERS_AT_ONCE = 100
"""The directory takes at most this many owners in one question."""

State = CustomerGroup.State


def sync_groups() -> int:
    """Owe a look at every group of ours, known or told of; returns how many; calls out.

    Each look is a job of its own, so that one group that fails holds up no other.
    """
    directory = ports.get(GroupDirectory)
    orphaned: dict[str, bool | None] = {}
    for owners in _owners():
        for head in directory.list_groups(owners):
            orphaned[head.chat_id] = head.is_orphaned
    known = CustomerGroup.objects.exclude(state=State.DISMISSED)
    for chat_id in known.exclude(chat_id__in=orphaned).values_list("chat_id", flat=True):
        orphaned[chat_id] = None
    slot = f"{clock.now():%Y%m%d%H%M}"
    with transaction.atomic():
        for chat_id, is_orphaned in orphaned.items():
            payload = {"chat_id": chat_id, "is_orphaned": is_orphaned}
            jobs.enqueue("community.refresh_group", payload, key=f"{chat_id}:{slot}")
    return len(orphaned)


def refresh_group(*, chat_id: str, is_orphaned: bool | None = None) -> CustomerGroup | None:
    """Ask the directory about a group and keep what it says; None where there is none.

    Calls out, so it holds no transaction; raises `PortFailure`.
    """
    try:
        details = ports.get(GroupDirectory).get_group(chat_id)
    except PortFailure as failure:
        if failure.code != GROUP_GONE:
            raise
        return dismiss_group(chat_id=chat_id)
    return keep_group(details, is_orphaned=is_orphaned)


@transaction.atomic
def keep_group(details: GroupDetails, *, is_orphaned: bool | None = None) -> CustomerGroup:
    """Make our rows of a group say what `details` say; the type given to it stays.

    `is_orphaned` None is not told: who waited for an heir waits while the owner is the same.
    """
    owner = find_staff_by_wecom(details.owner)
    if is_orphaned is None:
        waiting = CustomerGroup.objects.filter(chat_id=details.chat_id, state=State.ORPHANED)
        is_orphaned = waiting.filter(owner_userid=details.owner).exists()
    staff = sum(person.is_staff for person in details.members)
    group, _ = CustomerGroup.objects.update_or_create(
        chat_id=details.chat_id,
        defaults={
            "name": details.name[:120],
            "notice": details.notice,
            "owner_userid": details.owner[:64],
            "owner": owner,
            "unit": owner.unit if owner else None,
            "state": State.ORPHANED if is_orphaned else State.ACTIVE,
            "staff_count": staff,
            "contact_count": len(details.members) - staff,
            "version": details.version[:64],
            "created_at": details.created_at,
            "synced_at": clock.now(),
        },
    )
    _keep_members(group, details.members)
    return group


def _keep_members(group: CustomerGroup, people: Sequence[GroupPerson]) -> None:
    """Whoever is not there any more has left by now; whoever is there has not."""
    now = clock.now()
    there = {(person.person, person.joined_at): person for person in people}
    present = GroupMember.objects.filter(group=group, left_at__isnull=True)
    gone = [row.pk for row in present if (row.person, row.joined_at) not in there]
    GroupMember.objects.filter(pk__in=gone).update(left_at=now)
    GroupMember.objects.bulk_create(
        [_stay(group, person) for person in there.values()],
        update_conflicts=True,
        unique_fields=["group", "person", "joined_at"],
        update_fields=["left_at", "name", "unionid", "join_scene", "state"],
    )


def _stay(group: CustomerGroup, person: GroupPerson) -> GroupMember:
    return GroupMember(
        group=group,
        person=person.person[:64],
        kind=GroupMember.Kind.STAFF if person.is_staff else GroupMember.Kind.CONTACT,
        unionid=person.unionid[:64],
        name=person.name[:80],
        join_scene=person.join_scene,
        state=person.state[:64],
        joined_at=person.joined_at,
    )


@transaction.atomic
def dismiss_group(*, chat_id: str) -> CustomerGroup | None:
    """Keep a group that is no more as dismissed, and everybody in it as gone."""
    group = CustomerGroup.objects.select_for_update().filter(chat_id=chat_id).first()
    if group is None or group.state == State.DISMISSED:
        return group
    now = clock.now()
    GroupMember.objects.filter(group=group, left_at__isnull=True).update(left_at=now)
    group.state, group.synced_at = State.DISMISSED, now
    group.staff_count = group.contact_count = 0
    group.save(update_fields=["state", "synced_at", "staff_count", "contact_count"])
    return group


@transaction.atomic
def set_group_type(*, group: CustomerGroup, group_type: str) -> None:
    """Say what a group is for; "" takes it out of every calendar. Refuses an unknown type."""
    if group_type and group_type not in {kind.value for kind in GroupType}:
        raise CalendarInvalid("没有这种群类型")
    before = group.group_type
    if before == group_type:
        return
    CustomerGroup.objects.filter(pk=group.pk).update(group_type=group_type)
    group.group_type = group_type
    names = {kind.value: name for kind, name in GROUP_TYPE_NAMES.items()}
    audit.record(
        "community.group.typed",
        group,
        before={"type": names.get(before, "")},
        after={"type": names.get(group_type, "")},
    )


def copy_statistics(day: dt.date) -> int:
    """Copy the platform's counts of a closed day, over what was copied; how many owners."""
    directory = ports.get(GroupDirectory)
    counts = [found for owners in _owners() for found in directory.statistics(day, owners)]
    now = clock.now()
    OwnerDay.objects.bulk_create(
        [_owner_day(day, found, now) for found in counts],
        update_conflicts=True,
        unique_fields=["day", "owner_userid"],
        update_fields=[*_COUNTS, "copied_at"],
    )
    return len(counts)


_COUNTS = (
    "new_groups",
    "groups",
    "groups_with_messages",
    "new_members",
    "members",
    "members_who_spoke",
    "messages",
)


def _owner_day(day: dt.date, found: OwnerCounts, now: dt.datetime) -> OwnerDay:
    counts = {name: getattr(found, name) for name in _COUNTS}
    return OwnerDay(day=day, owner_userid=found.owner[:64], copied_at=now, **counts)


def _owners() -> list[list[str]]:
    """Userids of everybody known to the client, in portions that one question takes."""
    rows = Staff.objects.filter(wecom_userid__isnull=False).order_by(F("pk"))
    ids = [str(userid) for userid in rows.values_list("wecom_userid", flat=True)]
    return [ids[at : at + OWNERS_AT_ONCE] for at in range(0, len(ids), OWNERS_AT_ONCE)]
