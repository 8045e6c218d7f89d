"""Twenty thousand people: where they came from, who looks after them, when they buy."""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from core.crypto import blind_index
from distribution.models import Binding, BindingEvent
from members.models import Contact, Customer, Identity, Member
from siyu.demo.year import words
from siyu.demo.year.bgnbd import HABITS
from siyu.demo.year.company import Company, Guide, Store
from siyu.demo.year.problems import CAROUSEL, COLLAPSE
from siyu.demo.year.season import Tide
from siyu.demo.year.sheets import Names, Sheet

MEMBERS = 20_000
BUYERS = 0.80
CHANNELS = ("own", "tmall", "douyin", "jd")
CHANNEL_WEIGHTS = (56, 26, 11, 7)
IS_NEW = True
APPID = "wxdemoyear00000000"
BEFRIENDED = 0.93
LOST_FRIENDS = 0.10
AT_HOME = 0.82
STORE_WEIGHTS = (14, 13, 9, 9, 8, 7, 9, 7, 8, 6, 6, 4)


@dataclass
class Person:
    """`guide` is set while they are friends; `far` are those nobody's store is near."""

    id: int
    name: str
    phone: str
    channel: str
    store: Store
    city: str
    province: str
    arrived_at: dt.datetime
    times: list[dt.datetime] = field(default_factory=list)
    guide: Guide | None = None
    friend_since: dt.datetime | None = None
    contact_id: int | None = None
    binding_id: int | None = None
    customer_id: int | None = None
    unionid: str = ""
    external_userid: str = ""
    is_far: bool = False
    is_carousel: bool = False


class People:
    """Draws the people and keeps what is written of them."""

    def __init__(
        self, company: Company, tide: Tide, names: Names, rng: random.Random, end: dt.datetime
    ) -> None:
        self.company, self.tide, self.names, self.rng, self.end = company, tide, names, rng, end
        self.members = Sheet(
            Member, "public_id", "name", "phone", "phone_index", "owner_id", "unit_id", "source",
            "created_at",
        )  # fmt: skip
        self.identities = Sheet(Identity, "member_id", "kind", "value", "created_at")
        self.customers = Sheet(
            Customer, "public_id", "member_id", "appid", "openid", "unionid", "nickname",
            "created_at", "last_seen_at",
        )  # fmt: skip
        self.contacts = Sheet(
            Contact, "member_id", "staff_id", "external_userid", "state", "is_new_person",
            "is_active", "added_at", "removed_at", "removed_by", "event_at", "customer_left_at",
            "staff_left_at",
        )  # fmt: skip
        self.bindings = Sheet(
            Binding, "member_id", "brand_id", "guide_id", "bound_at", "protect_until"
        )
        self.events = Sheet(BindingEvent, "binding_id", "kind", "guide_id", "at", "reason")

    @property
    def sheets(self) -> list[Sheet]:
        return [
            *(self.members, self.identities, self.customers, self.contacts),
            *(self.bindings, self.events),
        ]

    def draw(self, count: int) -> list[Person]:
        people = [self._draw_one(number) for number in range(count)]
        return [*people, *self._carousel(count)]

    def _draw_one(self, number: int) -> Person:
        rng = self.rng
        trading = rng.random() ** 0.9 * self.tide.days
        person = self._arrive(number, self.tide.instant(trading, rng), self._store())
        person.channel = rng.choices(CHANNELS, CHANNEL_WEIGHTS)[0]
        if rng.random() < 0.07:
            person.city, person.province = words.FAR_CITY
            person.is_far = True
        if person.channel == "own":
            self._meet(person)
        if rng.random() < BUYERS:
            self._buy(person, trading)
        return person

    def _arrive(self, number: int, at: dt.datetime, store: Store) -> Person:
        rng = self.rng
        home = store if rng.random() < AT_HOME else self._store()
        name = words.person(rng.randrange(10**6), rng.randrange(10**6))
        phone = f"1{rng.choice('35789')}{rng.randrange(10**9):09d}"
        return Person(number, name, phone, "own", store, home.city, home.province, at)

    def _store(self) -> Store:
        return self.rng.choices(self.company.stores, STORE_WEIGHTS)[0]

    def _buy(self, person: Person, trading: float) -> None:
        """First on arrival, then by their habits; without a friend in the house hardly again."""
        person.times = [person.arrived_at + dt.timedelta(minutes=self.rng.randrange(9, 600))]
        if self._is_neglected(person) and person.guide is None:
            return
        for later in HABITS.repeat_times(self.rng, self.tide.days - trading):
            person.times.append(self.tide.instant(trading + later, self.rng))

    def _meet(self, person: Person) -> None:
        chance = COLLAPSE.befriended if self._is_neglected(person) else BEFRIENDED
        if self.rng.random() < chance:
            person.guide = self.rng.choice(person.store.guides)
            person.friend_since = person.arrived_at + dt.timedelta(minutes=self.rng.randrange(1, 9))

    def _is_neglected(self, person: Person) -> bool:
        since = self.end - dt.timedelta(days=COLLAPSE.last_days)
        is_there = person.store is self.company.stores[COLLAPSE.store]
        return is_there and person.channel == "own" and person.arrived_at >= since

    def _carousel(self, count: int) -> Iterator[Person]:
        guide = self.company.guides[CAROUSEL.guide]
        begin = self.end - dt.timedelta(days=CAROUSEL.last_days)
        for number in range(CAROUSEL.buyers):
            at = begin + dt.timedelta(hours=number * 7 + 2)
            person = self._arrive(count + number, at, guide.store)
            person.guide, person.friend_since = guide, at + dt.timedelta(minutes=3)
            person.is_carousel = True
            while at < self.end:
                at += dt.timedelta(days=self.rng.expovariate(1 / CAROUSEL.every_days))
                person.times.append(at)
            person.times.pop()
            yield person

    def write(self, people: list[Person]) -> None:
        """All that is known once the year is over; ids were fixed when it was played."""
        for person in people:
            self._write_member(person)

    def number(self, people: list[Person]) -> None:
        """Give everybody their ids in the order of arrival; call before the year is played."""
        first = self.members.id_of(0)
        for number, person in enumerate(sorted(people, key=lambda each: each.arrived_at)):
            person.id = first + number
        people.sort(key=lambda each: each.id)
        for person in people:
            if person.channel == "own":
                self.enter(person)

    def enter(self, person: Person) -> None:
        """Their first login on our pages: from then on we know their WeChat."""
        if person.customer_id is None:
            person.unionid = unionid = f"o6{self.names.next(24)}"
            self.identities.add(person.id, "unionid", unionid, person.arrived_at)
            person.customer_id = self.customers.add(
                self.names.next(), person.id, APPID, f"op{self.names.next(24)}", unionid,
                person.name, person.arrived_at, max([person.arrived_at, *person.times]),
            )  # fmt: skip

    def _write_member(self, person: Person) -> None:
        names, guide = self.names, person.guide
        nobody = person.customer_id is None
        phone = "" if person.channel in ("douyin", "jd") and nobody else person.phone
        self.members.add(
            names.next(), person.name, phone, blind_index(phone) if phone else "",
            guide.id if guide else None, None if nobody else person.store.id,
            person.channel if person.channel != "own" else "link", person.arrived_at,
        )  # fmt: skip
        if person.channel in ("tmall", "jd"):
            value = f"{person.channel[0]}b{person.id:08d}"
            self.identities.add(person.id, person.channel, value, person.arrived_at)

    def befriend(self, person: Person, state: str = "") -> None:
        """Write the friendship and the binding that came with it."""
        guide, since = person.guide, person.friend_since
        assert guide is not None
        assert since is not None
        left_at = since + dt.timedelta(days=self.rng.expovariate(1 / 90))
        left = self.rng.random() < LOST_FRIENDS and left_at < self.end and not person.is_carousel
        by_staff = left and self.rng.random() < 0.08
        person.external_userid = f"wm{self.names.next(28)}"
        person.contact_id = self.contacts.add(
            person.id, guide.id, person.external_userid, state, IS_NEW, not left, since,
            left_at if left else None, ("staff" if by_staff else "customer") if left else "",
            since, left_at if left and not by_staff else None, left_at if by_staff else None,
        )  # fmt: skip
        brand = person.store.brand.id
        protect = since + dt.timedelta(days=30)
        person.binding_id = self.bindings.add(person.id, brand, guide.id, since, protect)
        self.events.add(person.binding_id, "bound", guide.id, since, "添加好友")
