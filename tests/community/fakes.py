"""Stand-ins for the ports of community, and groups to put into them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from community.contracts import (
    GROUP_GONE,
    GroupDetails,
    GroupHead,
    GroupPerson,
    OwnerCounts,
)
from core import clock
from core.errors import PortFailure
from tests.world import MONDAY

HOUR = dt.timedelta(hours=1)


def customer(number: int, joined_at: dt.datetime = MONDAY - 30 * 24 * HOUR) -> GroupPerson:
    return GroupPerson(
        f"wm{number:04d}", is_staff=False, joined_at=joined_at, unionid=f"u{number}", join_scene=3
    )


def details(
    chat_id: str = "wr1", *, owner: str = "wx_cai", customers: int = 3, name: str = "福利一群"
) -> GroupDetails:
    """A group of its owner and so many customers, a month old."""
    created = MONDAY - 30 * 24 * HOUR
    people = (
        GroupPerson(owner, is_staff=True, joined_at=created),
        *(customer(n) for n in range(1, customers + 1)),
    )
    return GroupDetails(chat_id, name, owner, created, people)


@dataclass
class FakeDirectory:
    """Groups by id; `calls` are the questions that were asked."""

    groups: dict[str, GroupDetails] = field(default_factory=dict)
    orphaned: set[str] = field(default_factory=set)
    counts: list[OwnerCounts] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    def put(self, group: GroupDetails) -> None:
        self.groups[group.chat_id] = group

    def join(self, chat_id: str, person: GroupPerson) -> None:
        group = self.groups[chat_id]
        self.put(replace(group, members=(*group.members, person)))

    def leave(self, chat_id: str, person: str) -> None:
        group = self.groups[chat_id]
        stay = tuple(one for one in group.members if one.person != person)
        self.put(replace(group, members=stay))

    def list_groups(self, owners: Sequence[str]) -> list[GroupHead]:
        assert len(owners) <= 100
        self.calls.append("list")
        return [
            GroupHead(chat_id, chat_id in self.orphaned)
            for chat_id, group in self.groups.items()
            if group.owner in owners
        ]

    def get_group(self, chat_id: str) -> GroupDetails:
        self.calls.append(f"get {chat_id}")
        if chat_id not in self.groups:
            raise PortFailure(GROUP_GONE)
        return self.groups[chat_id]

    def statistics(self, day: dt.date, owners: Sequence[str]) -> list[OwnerCounts]:
        assert day < clock.today()
        return [found for found in self.counts if found.owner in owners]
