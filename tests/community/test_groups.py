"""Groups are kept as the directory has them, whatever happened in between."""

import datetime as dt
from dataclasses import replace

import pytest

from community.contracts import CalendarInvalid, GroupDetails, GroupDirectory, OwnerCounts
from community.models import CustomerGroup, GroupMember, OwnerDay
from community.services import (
    copy_statistics,
    refresh_group,
    set_group_type,
    sync_groups,
)
from core import clock, ports
from core.errors import PortFailure
from core.models import AuditEntry, Job
from tests.community.fakes import HOUR, FakeDirectory, customer, details
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db


def stays(group: CustomerGroup) -> dict[str, int]:
    rows = GroupMember.objects.filter(group=group, left_at__isnull=True)
    return {kind: rows.filter(kind=kind).count() for kind in ("staff", "contact")}


def test_a_group_is_kept_with_its_people(world: World, directory: FakeDirectory) -> None:
    directory.put(details())

    group = refresh_group(chat_id="wr1")

    assert group is not None
    assert (group.owner, group.unit, group.state) == (world.cai, world.first_store, "active")
    assert (group.staff_count, group.contact_count) == (1, 3)
    assert stays(group) == {"staff": 1, "contact": 3}
    assert GroupMember.objects.get(person="wm0001").unionid == "u1"


def test_looking_twice_changes_nothing(world: World, directory: FakeDirectory) -> None:
    directory.put(details())
    refresh_group(chat_id="wr1")
    before = list(GroupMember.objects.order_by("pk").values())

    refresh_group(chat_id="wr1")

    assert list(GroupMember.objects.order_by("pk").values()) == before
    assert len(before) == 4


def test_who_comes_back_has_two_stays(world: World, directory: FakeDirectory) -> None:
    directory.put(details())
    refresh_group(chat_id="wr1")
    directory.leave("wr1", "wm0001")
    with clock.frozen(MONDAY + HOUR):
        refresh_group(chat_id="wr1")
    directory.join("wr1", customer(1, MONDAY + 2 * HOUR))
    with clock.frozen(MONDAY + 3 * HOUR):
        refresh_group(chat_id="wr1")

    rows = GroupMember.objects.filter(person="wm0001").order_by("joined_at")
    assert [row.left_at for row in rows] == [MONDAY + HOUR, None]
    assert CustomerGroup.objects.get().contact_count == 3


def test_a_return_that_hides_a_leaving_is_still_two_stays(
    world: World, directory: FakeDirectory
) -> None:
    directory.put(details())
    refresh_group(chat_id="wr1")
    directory.leave("wr1", "wm0001")
    directory.join("wr1", customer(1, MONDAY - HOUR))

    refresh_group(chat_id="wr1")

    rows = GroupMember.objects.filter(person="wm0001").order_by("joined_at")
    assert [row.left_at is None for row in rows] == [False, True]


def test_who_was_only_missing_from_one_answer_has_never_left(
    world: World, directory: FakeDirectory
) -> None:
    directory.put(details())
    refresh_group(chat_id="wr1")
    whole = directory.groups["wr1"]
    directory.leave("wr1", "wm0001")
    refresh_group(chat_id="wr1")
    directory.put(whole)

    refresh_group(chat_id="wr1")

    assert GroupMember.objects.get(person="wm0001").left_at is None


def test_a_group_that_is_gone_is_dismissed(world: World, directory: FakeDirectory) -> None:
    directory.put(details())
    refresh_group(chat_id="wr1")
    directory.groups.clear()

    group = refresh_group(chat_id="wr1")

    assert group is not None
    assert (group.state, group.contact_count) == ("dismissed", 0)
    assert stays(group) == {"staff": 0, "contact": 0}
    assert refresh_group(chat_id="wrNever") is None


def test_a_failure_to_ask_changes_nothing(world: World, directory: FakeDirectory) -> None:
    directory.put(details())
    refresh_group(chat_id="wr1")

    class Silent(FakeDirectory):
        def get_group(self, chat_id: str) -> GroupDetails:
            raise PortFailure("no_answer")

    ports.swap(GroupDirectory, Silent())
    with pytest.raises(PortFailure):
        refresh_group(chat_id="wr1")
    ports.swap(GroupDirectory, directory)

    assert CustomerGroup.objects.get().state == "active"


def test_a_new_owner_takes_the_group_to_their_store(world: World, directory: FakeDirectory) -> None:
    directory.put(details())
    group = refresh_group(chat_id="wr1")
    assert group is not None
    set_group_type(group=group, group_type="vip")
    directory.put(replace(directory.groups["wr1"], owner="wx_dee", name="新名字"))

    refresh_group(chat_id="wr1")

    group.refresh_from_db()
    assert (group.owner, group.unit) == (world.dee, world.other_store)
    assert (group.name, group.group_type) == ("新名字", "vip")


def test_a_sync_owes_a_look_at_each_group_told_of_or_known(
    world: World, directory: FakeDirectory
) -> None:
    directory.put(details("wrKnown"))
    refresh_group(chat_id="wrKnown")
    directory.groups.clear()
    directory.put(details("wrNew"))
    directory.orphaned.add("wrNew")

    assert sync_groups() == 2

    owed = Job.objects.filter(name="community.refresh_group")
    assert {row.payload["chat_id"]: row.payload["is_orphaned"] for row in owed} == {
        "wrKnown": None,
        "wrNew": True,
    }
    sync_groups()
    assert owed.count() == 2


def test_an_event_makes_no_heir_but_a_new_owner_does(
    world: World, directory: FakeDirectory
) -> None:
    directory.put(details())
    refresh_group(chat_id="wr1", is_orphaned=True)

    still = refresh_group(chat_id="wr1")
    assert still is not None
    assert still.state == "orphaned"

    directory.put(details(owner="wx_dee"))
    inherited = refresh_group(chat_id="wr1")
    assert inherited is not None
    assert (inherited.state, inherited.owner) == ("active", world.dee)


def test_an_orphaned_group_says_so(world: World, directory: FakeDirectory) -> None:
    directory.put(details())
    group = refresh_group(chat_id="wr1", is_orphaned=True)
    assert group is not None
    assert group.state == "orphaned"


def test_statistics_are_copied_over_what_was_copied(world: World, directory: FakeDirectory) -> None:
    day = dt.date(2026, 3, 1)
    directory.counts = [OwnerCounts("wx_cai", groups=2, members=80, messages=40)]
    assert copy_statistics(day) == 1
    directory.counts = [OwnerCounts("wx_cai", groups=2, members=81, messages=44)]
    copy_statistics(day)

    row = OwnerDay.objects.get()
    assert (row.owner_userid, row.day, row.members, row.messages) == ("wx_cai", day, 81, 44)


def test_a_type_is_audited_and_an_unknown_one_refused(groups: list[CustomerGroup]) -> None:
    set_group_type(group=groups[0], group_type="vip")
    with pytest.raises(CalendarInvalid):
        set_group_type(group=groups[0], group_type="nonsense")

    entry = AuditEntry.objects.filter(action="community.group.typed").latest("pk")
    assert (entry.before, entry.after) == ({"type": "福利群"}, {"type": "会员群"})
    assert CustomerGroup.objects.get(pk=groups[0].pk).group_type == "vip"
