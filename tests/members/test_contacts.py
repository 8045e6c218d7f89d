import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from core import clock, jobs
from core.errors import NotFound
from core.models import Event
from members.contracts import ContactNews
from members.models import Contact, MemberTag
from members.selectors import find_live_contact, get_member_for, list_members_for
from members.services import (
    end_contact,
    look_up,
    recognise,
    record_contact,
    refresh_contact,
    see_contact,
    sync_contacts_of,
    tag_member,
)
from org.models import Staff
from tenants.models import Tenant
from tests.members.fakes import FakeSource, FakeTags
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db

WM = "wm1"


def at(minute: int) -> dt.datetime:
    return MONDAY + dt.timedelta(minutes=minute)


def test_the_first_friend_of_a_person_counts_as_new_and_no_later_one(world: World) -> None:
    first, is_new = record_contact(staff=world.cai, external_userid=WM, unionid="U1", at=at(1))
    second, is_new_again = record_contact(
        staff=world.dee, external_userid=WM, unionid="U1", at=at(2)
    )

    assert (is_new, is_new_again) == (True, False)
    assert first.member == second.member
    first.member.refresh_from_db()
    assert (first.member.owner, first.member.unit) == (world.cai, world.first_store)


def test_who_was_first_does_not_depend_on_which_news_came_first(world: World) -> None:
    late, _ = record_contact(staff=world.dee, external_userid=WM, at=at(2))
    early, _ = record_contact(staff=world.cai, external_userid=WM, at=at(1))

    kept = dict(Contact.objects.values_list("pk", "is_new_person"))
    assert kept == {late.pk: False, early.pk: True}


def test_a_friend_who_left_and_came_back_is_not_new_again(world: World) -> None:
    record_contact(staff=world.cai, external_userid=WM, at=at(1))
    end_contact(staff=world.cai, external_userid=WM, by="customer", at=at(2))
    contact, is_new = record_contact(staff=world.cai, external_userid=WM, at=at(3))

    assert not is_new
    assert (contact.is_active, contact.added_at, contact.event_at) == (True, at(1), at(3))
    names = list(Event.objects.order_by("pk").values_list("name", flat=True))
    assert names == [
        "members.contact_added",
        "members.contact_removed",
        "members.contact_added",
    ]


def test_an_older_look_undoes_no_newer_one(world: World, source: FakeSource) -> None:
    source.add(WM, "wx_cai", at(1))
    old_look, old_moment = look_up(WM), clock.real_now()
    refresh_contact(staff=world.cai, external_userid=WM)
    source.drop(WM, "wx_cai")
    refresh_contact(staff=world.cai, external_userid=WM)

    see_contact(staff=world.cai, external_userid=WM, details=old_look, seen_at=old_moment)

    contact = Contact.objects.get()
    assert (contact.is_active, contact.removed_by) == (False, "staff")


def test_a_look_at_somebody_neither_side_knows_makes_nobody(
    world: World, source: FakeSource
) -> None:
    assert refresh_contact(staff=world.cai, external_userid="wm_nobody") is None
    assert Contact.objects.count() == 0


@dataclass
class Story:
    """What happened outside, and the pushes that tell of it."""

    source: FakeSource
    staff: Staff
    pushes: list[ContactNews | None] = field(default_factory=list)

    def add(self, minute: int) -> None:
        self.source.add(WM, "wx_cai", at(minute), unionid="U1", state="slot")
        self.pushes.append(ContactNews(added_at=at(minute), state="slot"))

    def again(self, minute: int) -> None:
        """The same push once more, or the finished adding after a half-finished one."""
        self.pushes.append(ContactNews(added_at=at(minute), state="slot"))

    def edit(self) -> None:
        self.pushes.append(None)

    def delete(self, minute: int, by: str) -> None:
        if by == "staff":
            self.source.drop(WM, "wx_cai")
        self.pushes.append(ContactNews(left_by=by, left_at=at(minute)))

    def hear(self, news: ContactNews | None) -> None:
        details = look_up(WM)
        see_contact(
            staff=self.staff,
            external_userid=WM,
            details=details,
            seen_at=clock.real_now(),
            news=news or ContactNews(),
        )


def added(story: Story) -> None:
    story.add(1)
    story.again(1)
    story.edit()


def left_by_customer(story: Story) -> None:
    story.add(1)
    story.again(1)
    story.edit()
    story.delete(5, "customer")


def deleted_by_staff(story: Story) -> None:
    story.add(1)
    story.edit()
    story.delete(5, "staff")
    story.pushes.append(story.pushes[-1])


def came_back(story: Story) -> None:
    story.add(1)
    story.delete(5, "customer")
    story.add(9)
    story.again(9)


def came_back_after_staff(story: Story) -> None:
    story.add(1)
    story.delete(5, "staff")
    story.add(9)
    story.edit()


def left_twice(story: Story) -> None:
    story.add(1)
    story.delete(5, "customer")
    story.add(9)
    story.delete(12, "customer")


def both_left(story: Story) -> None:
    story.add(1)
    story.delete(5, "customer")
    story.delete(7, "staff")


def everything(story: Story) -> None:
    story.add(1)
    story.again(1)
    story.edit()
    story.delete(5, "staff")
    story.add(9)
    story.delete(12, "customer")


def _row() -> tuple[Any, ...]:
    contact = Contact.objects.select_related("member").get()
    return (
        contact.is_active,
        contact.removed_by,
        contact.removed_at,
        contact.added_at,
        contact.event_at,
        contact.is_new_person,
        contact.state,
        sorted(contact.member.identities.values_list("kind", "value")),
    )


STORIES = [
    added,
    left_by_customer,
    deleted_by_staff,
    came_back,
    came_back_after_staff,
    left_twice,
    both_left,
    pytest.param(everything, marks=pytest.mark.slow),
]
ENDS = {
    "added": (True, ""),
    "left_by_customer": (False, "customer"),
    "deleted_by_staff": (False, "staff"),
    "came_back": (True, ""),
    "came_back_after_staff": (True, ""),
    "left_twice": (False, "customer"),
    "both_left": (False, "customer"),
    "everything": (False, "customer"),
}


@pytest.mark.parametrize("told", STORIES)
def test_any_order_of_the_news_ends_in_the_state_of_a_full_look(
    told: Callable[[Story], None], world: World, source: FakeSource
) -> None:
    story = Story(source, world.cai)
    told(story)
    orders = set(itertools.permutations(story.pushes))
    ends = set()
    for order in orders:
        with transaction.atomic():
            for news in order:
                story.hear(news)
            before = _row()
            refresh_contact(staff=world.cai, external_userid=WM)
            assert _row() == before
            ends.add(str(_comparable(before)))
            transaction.set_rollback(True)

    assert len(orders) >= 3
    assert len(ends) == 1, ends
    assert before[:2] == ENDS[told.__name__]


def _comparable(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Of somebody whom the staff side deleted the source no longer tells the unionid."""
    return row[:-1] if row[1] == "staff" or not row[0] else row


def test_pushes_heard_while_things_still_happen_end_right(world: World, source: FakeSource) -> None:
    """Every split of the story into a told part and a rest that is told later."""
    for split in range(5):
        with transaction.atomic():
            source.people.clear()
            story = Story(source, world.cai)
            steps: list[Callable[[], None]] = [
                partial(story.add, 1),
                partial(story.delete, 5, "staff"),
                partial(story.add, 9),
                partial(story.delete, 12, "customer"),
                partial(story.add, 20),
            ]
            for number, step in enumerate(steps):
                step()
                if number < split:
                    story.hear(story.pushes[number])
            for news in reversed(story.pushes[split:]):
                story.hear(news)
            contact = Contact.objects.get()
            assert (contact.is_active, contact.event_at) == (True, at(20)), split
            transaction.set_rollback(True)


def test_a_sync_looks_only_where_the_two_sides_differ(world: World, source: FakeSource) -> None:
    for n in range(4):
        source.add(f"wm{n}", "wx_cai", at(n))
        refresh_contact(staff=world.cai, external_userid=f"wm{n}")
    source.drop("wm0", "wx_cai")
    source.add("wm9", "wx_cai", at(9))
    end_contact(staff=world.cai, external_userid="wm1", by="customer", at=at(5))
    source.add("wm1", "wx_cai", at(8))
    source.asked.clear()

    assert sync_contacts_of(staff=world.cai) == 3
    jobs.run_due("sync")

    assert sorted(source.asked) == ["wm0", "wm1", "wm9"]
    active = Contact.objects.filter(is_active=True).order_by("external_userid")
    assert list(active.values_list("external_userid", flat=True)) == ["wm1", "wm2", "wm3", "wm9"]


def test_tags_reach_the_guides_client_once_for_each_friend(
    world: World, source: FakeSource, tags: FakeTags
) -> None:
    contact, _ = record_contact(staff=world.cai, external_userid=WM, at=at(1))
    tag_member(member=contact.member, group="来源", name="包裹卡", source="card:1")
    tag_member(member=contact.member, group="来源", name="包裹卡", source="card:2")
    jobs.run_due("sync")

    assert tags.made == {("来源", "包裹卡"): "et1"}
    assert tags.marked == [("wx_cai", WM, ("et1",))]
    assert MemberTag.objects.get().source == "card:1"


def test_tags_of_a_known_member_follow_to_a_new_friend(
    world: World, source: FakeSource, tags: FakeTags
) -> None:
    member = recognise(identities=[("unionid", "U1")])
    tag_member(member=member, group="等级", name="金卡", source="import")
    assert jobs.run_due("sync") == 0

    record_contact(staff=world.dee, external_userid=WM, unionid="U1", at=at(1))
    jobs.run_due("sync")

    assert tags.marked == [("wx_dee", WM, ("et1",))]


def test_a_guide_sees_their_own_and_a_store_its_own(world: World) -> None:
    contact, _ = record_contact(staff=world.cai, external_userid=WM, at=at(1))
    member = contact.member

    for actor in (world.cai, world.bo, world.ann, world.admin):
        assert get_member_for(actor, member.public_id) == member
    assert not list_members_for(world.dee).exists()
    with pytest.raises(NotFound):
        get_member_for(world.dee, member.public_id)
    assert find_live_contact(member) == contact


def test_the_other_tenant_sees_nothing_of_it(world: World, breeze: Tenant) -> None:
    boss = Staff.objects.get(username="admin")
    assert not list_members_for(boss).exists()
    with pytest.raises(NotFound):
        get_member_for(boss, world.eve.public_id)
