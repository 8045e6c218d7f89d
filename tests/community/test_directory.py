"""The contract of `GroupDirectory`, asked of the fake and of the adapter against the twin."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Protocol

import pytest

from community.contracts import GROUP_GONE, GroupDirectory
from core import clock
from core.errors import Outcome, PortFailure
from tests.community.fakes import FakeDirectory, details
from tests.wecom.conftest import Corp, corp, twin, twin_process
from wecom.groups import WecomGroups

__all__ = ["corp", "twin", "twin_process"]

pytestmark = pytest.mark.django_db


class Place(Protocol):
    """Somewhere groups are, and what people do there."""

    directory: GroupDirectory

    def create(self, owner: str, customers: int) -> str: ...

    def dismiss(self, chat_id: str) -> None: ...


@dataclass
class Pretended:
    directory: FakeDirectory

    def create(self, owner: str, customers: int) -> str:
        chat_id = f"wr{len(self.directory.groups)}"
        self.directory.put(details(chat_id, owner=owner, customers=customers))
        return chat_id

    def dismiss(self, chat_id: str) -> None:
        self.directory.groups.pop(chat_id)


@dataclass
class Twinned:
    corp: Corp
    directory: WecomGroups

    def create(self, owner: str, customers: int) -> str:
        people = [self.corp.person(f"客{number}")["person"] for number in range(customers)]
        for person in people:
            self.corp.add(person, userid=owner)
        made = self.act("group_create", owner=owner, name="福利一群", members=people)
        return str(made["chat_id"])

    def dismiss(self, chat_id: str) -> None:
        self.corp.twin.post("act/group_dismiss", chat_id=chat_id)

    def act(self, verb: str, **fields: Any) -> Any:
        return self.corp.twin.post(f"act/{verb}", corp_id=self.corp.corp_id, **fields)


@pytest.fixture(params=["fake", "twin"])
def place(request: pytest.FixtureRequest) -> Any:
    if request.param == "fake":
        return Pretended(FakeDirectory())
    return Twinned(request.getfixturevalue("corp"), WecomGroups())


def test_a_group_is_told_with_everybody_in_it(place: Place) -> None:
    chat_id = place.create("wx_cai", 3)

    group = place.directory.get_group(chat_id)

    assert (group.chat_id, group.name, group.owner) == (chat_id, "福利一群", "wx_cai")
    staff = [person for person in group.members if person.is_staff]
    customers = [person for person in group.members if not person.is_staff]
    assert [person.person for person in staff] == ["wx_cai"]
    assert len(customers) == 3
    assert all(person.unionid for person in customers)
    assert all(person.joined_at.tzinfo is not None for person in group.members)


def test_the_list_holds_the_owners_groups_and_no_others(place: Place) -> None:
    mine = {place.create("wx_cai", 1) for _ in range(2)}
    place.create("wx_dee", 1)

    heads = place.directory.list_groups(["wx_cai"])

    assert {head.chat_id for head in heads} == mine
    assert not any(head.is_orphaned for head in heads)


def test_an_owner_without_groups_has_none(place: Place) -> None:
    assert place.directory.list_groups(["wx_dee"]) == []


@pytest.mark.parametrize("known", [True, False])
def test_a_group_that_is_gone_or_never_was_says_so(place: Place, known: bool) -> None:
    chat_id = place.create("wx_cai", 1) if known else "wrNobodyKnowsThisOne0000000000000"
    if known:
        place.dismiss(chat_id)

    with pytest.raises(PortFailure) as caught:
        place.directory.get_group(chat_id)

    assert (caught.value.code, caught.value.outcome) == (GROUP_GONE, Outcome.REJECTED)


def test_a_list_is_read_to_its_last_page(corp: Corp) -> None:
    place = Twinned(corp, WecomGroups(page=2))
    made = {place.create("wx_cai", 0) for _ in range(5)}

    heads = place.directory.list_groups(["wx_cai"])

    assert {head.chat_id for head in heads} == made
    assert len(heads) == 5
    assert len(corp.calls("externalcontact/groupchat/list")) == 3


def test_a_group_of_one_who_left_waits_for_an_heir(corp: Corp) -> None:
    place = Twinned(corp, WecomGroups())
    chat_id = place.create("wx_cai", 1)
    corp.twin.post(
        "act/directory", corp_id=corp.corp_id, change_type="delete_user", userid="wx_cai"
    )
    heads = place.directory.list_groups(["wx_cai"])
    assert [(head.chat_id, head.is_orphaned) for head in heads] == [(chat_id, True)]


def test_a_closed_days_counts_are_told_for_each_owner(corp: Corp) -> None:
    place = Twinned(corp, WecomGroups())
    chat_id = place.create("wx_cai", 2)
    members = place.directory.get_group(chat_id).members
    assert len(members) == 3
    yesterday = clock.day_of(clock.real_now()) - dt.timedelta(days=1)

    counts = place.directory.statistics(yesterday, ["wx_cai", "wx_dee"])

    assert {found.owner for found in counts} <= {"wx_cai", "wx_dee"}
    assert all(found.messages == 0 for found in counts)


def test_what_cannot_be_asked_is_a_failure_and_not_an_empty_list(corp: Corp) -> None:
    corp.break_next("externalcontact/groupchat/list", "errcode", errcode=-1, times=5)
    with pytest.raises(PortFailure) as caught:
        WecomGroups().list_groups(["wx_cai"])
    assert caught.value.outcome is Outcome.RETRYABLE
