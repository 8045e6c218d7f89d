"""Live rooms of the year: an evening every ten days, its visitors and its buyers."""

import datetime as dt
import random
from dataclasses import dataclass, field

from core import clock
from livestream.models import Invite, LiveEvent, LiveRoom, ShelfItem, Visit
from siyu.demo.year.company import Company, Guide, Store
from siyu.demo.year.people import Person
from siyu.demo.year.sheets import Names, Sheet

EVERY_DAYS = 10
LENGTH = dt.timedelta(hours=2, minutes=20)
VISITORS = (40, 160)
BUYING_THERE = 0.6
BRANDS_APART = 7
"""Stores on between one evening and the next, so that the brands take turns."""
INVITED = 0.7
TITLES = ("周末新品夜", "老客专场", "换季好物", "茶点时间", "会员之夜", "产地直播")


@dataclass
class Room:
    """`buyers` bought while it was on; the visitors come on top."""

    id: int
    ref: str
    store: Store
    guide: Guide
    title: str
    begins: dt.datetime
    ends: dt.datetime
    buyers: dict[int, Person] = field(default_factory=dict)


class Rooms:
    def __init__(
        self, company: Company, names: Names, rng: random.Random, end: dt.datetime, scale: float
    ) -> None:
        self.names, self.rng, self.end, self.scale = names, rng, end, scale
        self.rooms = Sheet(
            LiveRoom, "public_id", "unit_id", "guide_id", "title", "purpose", "state", "host_name",
            "host_checked_at", "stream", "planned_at", "started_at", "ended_at", "likes",
            "created_at",
        )  # fmt: skip
        self.items = Sheet(ShelfItem, "room_id", "sku_id", "role", "position", "explained")
        self.invites = Sheet(Invite, "room_id", "guide_id", "token", "created_at")
        self.visits = Sheet(
            Visit, "room_id", "member_id", "inviter_id", "entered_at", "seen_at", "left_at",
            "seconds", "entries", "likes",
        )  # fmt: skip
        self.events = Sheet(LiveEvent, "room_id", "kind", "member_id", "item_id", "visitor", "at")
        self.planned = [self._plan(company, number) for number in range(365 // EVERY_DAYS)]

    @property
    def sheets(self) -> list[Sheet]:
        return [self.rooms, self.items, self.invites, self.visits, self.events]

    def _plan(self, company: Company, number: int) -> Room:
        day = clock.day_of(self.end - dt.timedelta(days=365 - number * EVERY_DAYS))
        begins = clock.day_start(day) + dt.timedelta(hours=19, minutes=30)
        store = company.stores[number * BRANDS_APART % len(company.stores)]
        guide = store.guides[number % len(store.guides)]
        title = f"{store.name}{TITLES[number % len(TITLES)]}"
        room_id, ref = self.rooms.id_of(number), self.names.next()
        return Room(room_id, ref, store, guide, title, begins, begins + LENGTH)

    def find(self, person: Person, at: dt.datetime) -> str:
        """The room of the person's brand that they buy in at that moment, "" for none."""
        for room in self.planned:
            is_on = room.begins <= at < room.ends and room.store.brand is person.store.brand
            if is_on and self.rng.random() < BUYING_THERE:
                room.buyers[person.id] = person
                return room.ref
        return ""

    def write(self, people: list[Person]) -> None:
        friends = [each for each in people if each.friend_since is not None]
        for room in self.planned:
            self._write_room(room, friends)

    def _write_room(self, room: Room, friends: list[Person]) -> None:
        rng = self.rng
        wanted = max(3, round(rng.randrange(*VISITORS) * self.scale))
        known = [
            person for person in rng.sample(friends, min(len(friends), wanted * 4))
            if person.store.brand is room.store.brand
            and person.friend_since is not None
            and person.friend_since < room.begins
        ]  # fmt: skip
        visitors = {person.id: person for person in known[:wanted]} | room.buyers
        likes = 0
        items = self._shelf(room)
        for guide in room.store.guides:
            before = room.begins - dt.timedelta(days=1)
            self.invites.add(room.id, guide.id, self.names.next(), before)
        for person in visitors.values():
            likes += self._visit(room, person, items)
        checked = room.begins - dt.timedelta(hours=1)
        self.rooms.add(
            room.ref, room.store.id, room.guide.id, room.title, "sell", "ended", room.guide.name,
            checked, self.names.next(), room.begins, room.begins, room.ends, likes,
            room.begins - dt.timedelta(days=3),
        )  # fmt: skip

    def _shelf(self, room: Room) -> list[int]:
        goods = self.rng.sample(room.store.brand.goods, 6)
        roles = ("welfare", "traffic", "bestseller", "bestseller", "traffic", "bestseller")
        return [
            self.items.add(room.id, good.sku_id, role, place, self.rng.randrange(200, 1200))
            for place, (good, role) in enumerate(zip(goods, roles, strict=True), start=1)
        ]

    def _visit(self, room: Room, person: Person, items: list[int]) -> int:
        rng = self.rng
        late = dt.timedelta(minutes=rng.randrange(0, 70))
        entered = room.begins + (dt.timedelta() if person.id in room.buyers else late)
        seconds = rng.randrange(40, int((room.ends - entered).total_seconds()))
        left = entered + dt.timedelta(seconds=seconds)
        likes = rng.choice((0, 0, 0, 1, 3, 12, 40))
        inviter = person.guide.id if person.guide and rng.random() < INVITED else None
        self.visits.add(
            room.id, person.id, inviter, entered, left, left, seconds, rng.choice((1, 1, 2)), likes
        )
        for _ in range(rng.choice((0, 0, 1, 2))):
            self.events.add(room.id, "click", person.id, rng.choice(items), "", left)
        return likes
