"""`ContactSource` and `TagWriter` against the twin."""

import pytest

from core.errors import Outcome, PortFailure
from tests.wecom.conftest import Corp
from wecom.contacts import WecomContacts, WecomTags

pytestmark = pytest.mark.django_db


def add(corp: Corp, userid: str = "wx_cai", name: str = "小林") -> tuple[dict[str, str], str]:
    person = corp.person(name)
    return person, str(corp.add(person["person"], userid=userid)["external_userid"])


def test_a_contact_is_fetched_with_its_friendships(corp: Corp) -> None:
    person, external = add(corp)
    corp.add(person["person"], userid="wx_dee")

    found = WecomContacts().fetch(external)

    assert (found.external_userid, found.name) == (external, "小林")
    assert found.unionid == person["unionid"]
    assert {follow.userid for follow in found.follows} == {"wx_cai", "wx_dee"}
    assert all(follow.created_at is not None for follow in found.follows)


def test_a_contact_nobody_knows_is_gone(corp: Corp) -> None:
    with pytest.raises(PortFailure) as caught:
        WecomContacts().fetch("wmNobodyKnowsThisOne0000000000000")

    assert (caught.value.code, caught.value.outcome) == ("contact_gone", Outcome.REJECTED)


def test_contacts_of_a_guide_are_listed(corp: Corp) -> None:
    _, first = add(corp, name="甲")
    _, second = add(corp, name="乙")

    assert sorted(WecomContacts().list_external("wx_cai")) == sorted([first, second])


def test_a_guide_without_contacts_has_none(corp: Corp) -> None:
    assert WecomContacts().list_external("wx_dee") == []


def test_a_guide_who_does_not_exist_is_refused(corp: Corp) -> None:
    with pytest.raises(PortFailure):
        WecomContacts().list_external("wx_nobody")


def test_a_tag_is_made_once_and_marked(corp: Corp) -> None:
    _, external = add(corp)

    made = WecomTags().ensure_tag("来源", "包裹卡")
    WecomTags().mark("wx_cai", external, [made[1]], [])

    assert WecomTags().ensure_tag("来源", "包裹卡") == made
    assert len(corp.calls("externalcontact/add_corp_tag")) == 1
    assert WecomContacts().fetch(external).follows[0].tags == (made[1],)


def test_a_mark_is_taken_off_again(corp: Corp) -> None:
    _, external = add(corp)
    _, tag_id = WecomTags().ensure_tag("来源", "包裹卡")
    WecomTags().mark("wx_cai", external, [tag_id], [])

    WecomTags().mark("wx_cai", external, [], [tag_id])

    assert WecomContacts().fetch(external).follows[0].tags == ()


def test_marking_nothing_asks_nobody(corp: Corp) -> None:
    WecomTags().mark("wx_cai", "wmAny", [], [])

    assert corp.calls("externalcontact/mark_tag") == []


def test_two_tags_of_one_group_share_it(corp: Corp) -> None:
    first = WecomTags().ensure_tag("等级", "金卡")
    second = WecomTags().ensure_tag("等级", "银卡")

    assert first[0] == second[0]
    assert first[1] != second[1]
