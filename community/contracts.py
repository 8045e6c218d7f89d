"""What others may import of community: its words, its port, its news and its refusals."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol

from core.errors import InvalidInput, NotFound, Refusal
from core.events import Event

GROUP_GONE = "group_gone"
"""Failure code of `GroupDirectory.get_group` for a group that is dissolved or not ours."""


class GroupType(StrEnum):
    """What a group is for."""

    WELFARE = "welfare"
    VIP = "vip"
    LOCAL = "local"
    FLASH = "flash"
    AFTER_SALES = "after_sales"


GROUP_TYPE_NAMES = {
    GroupType.WELFARE: "福利群",
    GroupType.VIP: "会员群",
    GroupType.LOCAL: "同城群",
    GroupType.FLASH: "秒杀群",
    GroupType.AFTER_SALES: "售后群",
}


class Scene(StrEnum):
    """What a slot is there for: the three that must be in balance."""

    SALES = "sales"
    ENABLE = "enable"
    INTERACT = "interact"


SCENE_NAMES = {Scene.SALES: "销售", Scene.ENABLE: "赋能", Scene.INTERACT: "互动"}


class ContentType(StrEnum):
    """The five kinds of content, each with a figure of its own to move."""

    VALUE = "value"
    MARKETING = "marketing"
    INTERACTION = "interaction"
    SERVICE = "service"
    CULTURE = "culture"


CONTENT_TYPE_NAMES = {
    ContentType.VALUE: "干货价值",
    ContentType.MARKETING: "产品营销",
    ContentType.INTERACTION: "用户互动",
    ContentType.SERVICE: "售后服务",
    ContentType.CULTURE: "文化价值观",
}


@dataclass(frozen=True)
class GroupHead:
    """A group in the directory's list; `is_orphaned` when its owner has left the company."""

    chat_id: str
    is_orphaned: bool = False


@dataclass(frozen=True)
class GroupPerson:
    """Somebody in a group: `person` is a userid when `is_staff`, else an external id.

    `join_scene`: 1 invited, 2 by link, 3 by code.
    """

    person: str
    is_staff: bool
    joined_at: dt.datetime
    unionid: str = ""
    name: str = ""
    join_scene: int = 0
    state: str = ""


@dataclass(frozen=True)
class GroupDetails:
    """A group as the directory knows it now."""

    chat_id: str
    name: str
    owner: str
    created_at: dt.datetime
    members: tuple[GroupPerson, ...]
    notice: str = ""
    version: str = ""


@dataclass(frozen=True)
class OwnerCounts:
    """The platform's counts of an owner's groups on one day."""

    owner: str
    new_groups: int = 0
    groups: int = 0
    groups_with_messages: int = 0
    new_members: int = 0
    members: int = 0
    members_who_spoke: int = 0
    messages: int = 0


class GroupDirectory(Protocol):
    """Where customer groups live; every call may raise `PortFailure`."""

    def list_groups(self, owners: Sequence[str]) -> list[GroupHead]:
        """All groups of these userids, to the last page."""
        ...

    def get_group(self, chat_id: str) -> GroupDetails:
        """The group and everybody in it; code `group_gone` when there is none any more."""
        ...

    def statistics(self, day: dt.date, owners: Sequence[str]) -> list[OwnerCounts]:
        """Counts of a closed day for each of these userids that owns a group."""
        ...


@dataclass(frozen=True)
class GroupSpeechImported(Event):
    """Who spoke in groups became known for the days from `first_day` to `last_day` (ISO)."""

    name: ClassVar[str] = "community.group_speech_imported"
    first_day: str
    last_day: str


@dataclass(frozen=True)
class SlotsClosedLate(Event):
    """Slots of an earlier day ended only now: its figures change (days in ISO)."""

    name: ClassVar[str] = "community.slots_closed_late"
    first_day: str
    last_day: str


class UnknownGroup(NotFound):
    code: ClassVar[str] = "unknown_group"
    message: ClassVar[str] = "没有找到这个群"


class UnknownCalendar(NotFound):
    code: ClassVar[str] = "unknown_calendar"
    message: ClassVar[str] = "没有找到这个日历"


class CalendarInvalid(InvalidInput):
    code: ClassVar[str] = "calendar_invalid"
    message: ClassVar[str] = "日历内容有误"


class CalendarNotPublishable(Refusal):
    code: ClassVar[str] = "calendar_not_publishable"
    message: ClassVar[str] = "这个日历还不能发布"


class SpeechFileInvalid(InvalidInput):
    code: ClassVar[str] = "speech_file_invalid"
    message: ClassVar[str] = "发言表读不了"
