"""Groups of the year: who is in them, who speaks, and what the calendars said each day."""

import datetime as dt
import random
from dataclasses import dataclass

from community.contracts import ContentType, GroupType, Scene
from community.models import (
    CustomerGroup,
    GroupMember,
    GroupSpeech,
    SlotRun,
    SopCalendar,
    SopSlot,
    SopVersion,
)
from core import clock
from siyu.demo.year.company import Brand, Company, Store
from siyu.demo.year.people import People, Person
from siyu.demo.year.problems import LATE_SHOUT
from siyu.demo.year.sheets import Names, Sheet

JOINING = 0.42
LEAVING_A_YEAR = 0.10
SPOKEN_DAYS = 100
SPEAKERS = (2, 9)
EVERY_DAY = 127
TYPES = ((GroupType.WELFARE, "福利群"), (GroupType.VIP, "会员群"))
# Minute of the day, what for, of which kind, under which title.
SLOTS = (
    (9 * 60, Scene.INTERACT, ContentType.INTERACTION, "早安签到"),
    (12 * 60 + 30, Scene.ENABLE, ContentType.VALUE, "午间小课"),
    (16 * 60, Scene.INTERACT, ContentType.CULTURE, "今日话题"),
    (20 * 60, Scene.SALES, ContentType.MARKETING, "晚间上新"),
)


@dataclass
class Group:
    id: int
    brand: Brand
    kind: GroupType
    opened: dt.datetime
    members: list[tuple[Person, dt.datetime, dt.datetime | None]]


class Groups:
    def __init__(
        self, company: Company, people: People, names: Names, rng: random.Random, end: dt.datetime
    ) -> None:
        self.company, self.people, self.names, self.rng, self.end = company, people, names, rng, end
        self.groups = Sheet(
            CustomerGroup, "public_id", "chat_id", "name", "owner_userid", "owner_id", "unit_id",
            "group_type", "state", "staff_count", "contact_count", "created_at", "synced_at",
        )  # fmt: skip
        self.stays = Sheet(
            GroupMember, "group_id", "person", "kind", "unionid", "name", "join_scene",
            "joined_at", "left_at",
        )  # fmt: skip
        self.speech = Sheet(GroupSpeech, "group_id", "day", "person", "messages")
        self.calendars = Sheet(
            SopCalendar, "public_id", "name", "brand_id", "group_type", "state", "created_at"
        )
        self.versions = Sheet(SopVersion, "calendar_id", "number", "published_at", "effective_at")
        self.slots = Sheet(
            SopSlot, "version_id", "key", "minute", "weekdays", "scene", "content_type", "title",
            "text", "deadline_minutes",
        )  # fmt: skip
        self.runs = Sheet(
            SlotRun, "public_id", "calendar_id", "slot_id", "slot_key", "day", "due_at",
            "deadline_at", "state", "groups", "sent", "on_time", "failed", "opened_at",
            "closed_at",
        )  # fmt: skip

    @property
    def sheets(self) -> list[Sheet]:
        return [
            *(self.groups, self.stays, self.speech, self.calendars),
            *(self.versions, self.slots, self.runs),
        ]

    def play(self, people: list[Person]) -> None:
        """After the year: friendships are known, and the late shout drives people out."""
        first = self.end - dt.timedelta(days=self.people.tide.days)
        friends = self._friends(people)
        opened = first + dt.timedelta(days=2)
        made = [
            self._open(store, kind, name, opened, friends.get(store.id, []))
            for store in self.company.stores
            for kind, name in TYPES
        ]
        for group in made:
            self._write_stays(group)
            self._write_speech(group)
        for brand in self.company.brands:
            for kind, name in TYPES:
                self._calendar(brand, kind, name, first, made)

    def _friends(self, people: list[Person]) -> dict[int, list[Person]]:
        found: dict[int, list[Person]] = {}
        for person in people:
            if person.friend_since is not None and self.rng.random() < JOINING:
                found.setdefault(person.store.id, []).append(person)
        return found

    def _open(
        self, store: Store, kind: GroupType, name: str, at: dt.datetime, friends: list[Person]
    ) -> Group:
        rng, number = self.rng, len(self.groups)
        half = [person for person in friends if person.id % len(TYPES) == number % len(TYPES)]
        group = Group(self.groups.id_of(number), store.brand, kind, at, [])
        for person in half:
            assert person.friend_since is not None
            joined = max(at, person.friend_since) + dt.timedelta(hours=rng.expovariate(1 / 40))
            if joined < self.end:
                group.members.append((person, joined, self._left(group, joined)))
        here = sum(left is None for _, _, left in group.members)
        owner = store.guides[number % len(store.guides)]
        self.groups.add(
            self.names.next(), f"wr{self.names.next(28)}", f"{store.name}{name}", owner.username,
            owner.id, store.id, kind.value, "active", 1, here, at, self.end,
        )  # fmt: skip
        self.stays.add(group.id, owner.username, "staff", "", owner.name, 0, at, None)
        return group

    def _left(self, group: Group, joined: dt.datetime) -> dt.datetime | None:
        """Some leave in their own time; some within hours of the late shout."""
        moment = joined + dt.timedelta(days=self.rng.expovariate(LEAVING_A_YEAR / 365))
        for shout in self._shouts(group):
            if shout > joined and self.rng.random() < LATE_SHOUT.leaving:
                after = shout + dt.timedelta(minutes=self.rng.randrange(3, 170))
                moment = min(moment, after)
                break
        return moment if moment < self.end else None

    def _shouts(self, group: Group) -> list[dt.datetime]:
        if not self._is_shouted_at(group.brand, group.kind):
            return []
        days = (self.end - dt.timedelta(days=n) for n in range(LATE_SHOUT.last_days, 0, -1))
        found = (clock.day_of(day) for day in days)
        return [
            clock.day_start(day) + dt.timedelta(minutes=LATE_SHOUT.minute)
            for day in found
            if day.weekday() in LATE_SHOUT.weekdays
        ]

    def _is_shouted_at(self, brand: Brand, kind: GroupType) -> bool:
        return brand is self.company.brands[0] and kind is GroupType.WELFARE

    def _write_stays(self, group: Group) -> None:
        for person, joined, left in group.members:
            self.stays.add(
                group.id, person.external_userid, "contact", person.unionid, person.name,
                self.rng.choice((1, 2, 3)), joined, left,
            )  # fmt: skip

    def _write_speech(self, group: Group) -> None:
        """A few speak on most days; a day without a word is a row that says so."""
        rng = self.rng
        for back in range(SPOKEN_DAYS, 0, -1):
            day = clock.day_of(self.end - dt.timedelta(days=back))
            start = clock.day_start(day)
            there = [
                person for person, joined, left in group.members
                if joined < start and (left is None or left > start + dt.timedelta(days=1))
            ]  # fmt: skip
            speakers = rng.sample(there, min(len(there), rng.randrange(*SPEAKERS)))
            if not speakers:
                self.speech.add(group.id, day, "", 0)
            for person in speakers:
                self.speech.add(group.id, day, person.external_userid, rng.randrange(1, 9))

    def _calendar(
        self, brand: Brand, kind: GroupType, name: str, first: dt.datetime, made: list[Group]
    ) -> None:
        calendar = self.calendars.add(
            self.names.next(), f"{brand.name}{name}日程", brand.id, kind.value, "live", first
        )
        count = sum(group.brand is brand and group.kind is kind for group in made)
        version = self.versions.add(calendar, 1, first, first)
        for minute, scene, content, title in SLOTS:
            slot = self._slot(version, minute, EVERY_DAY, scene, content, title)
            self._run(calendar, slot, minute, first, tuple(range(7)), count)
        if self._is_shouted_at(brand, kind):
            begin = self.end - dt.timedelta(days=LATE_SHOUT.last_days)
            bits = sum(1 << day for day in LATE_SHOUT.weekdays)
            late = (LATE_SHOUT.minute, bits, Scene.SALES, ContentType.MARKETING, LATE_SHOUT.title)
            slot = self._slot(version, *late)
            self._run(calendar, slot, LATE_SHOUT.minute, begin, LATE_SHOUT.weekdays, count)

    def _slot(
        self, version: int, minute: int, days: int, scene: Scene, content: ContentType, title: str
    ) -> tuple[int, str]:
        key = self.names.next()
        text = f"{title}，群里见。"
        slot = self.slots.add(
            version, key, minute, days, scene.value, content.value, title, text, 120
        )
        return slot, key

    def _run(
        self, calendar: int, slot: tuple[int, str], minute: int, since: dt.datetime,
        weekdays: tuple[int, ...], count: int,
    ) -> None:  # fmt: skip
        """Most days most groups hear it in time; now and then nobody confirms."""
        day, last = clock.day_of(since), clock.day_of(self.end - dt.timedelta(minutes=1))
        while day <= last:
            if day.weekday() in weekdays:
                sent = sum(self.rng.random() < 0.94 for _ in range(count))
                on_time = sum(self.rng.random() < 0.90 for _ in range(sent))
                due = clock.day_start(day) + dt.timedelta(minutes=minute)
                deadline = due + dt.timedelta(minutes=120)
                self.runs.add(
                    self.names.next(), calendar, *slot, day, due, deadline, "closed", count, sent,
                    on_time, count - sent, due - dt.timedelta(hours=1), deadline,
                )  # fmt: skip
            day += dt.timedelta(days=1)
