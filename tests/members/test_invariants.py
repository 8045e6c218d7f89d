import datetime as dt

import pytest

from core.errors import PortFailure
from members.invariants import contacts_match_source
from members.models import Contact
from members.services import end_contact, refresh_contact
from tests.members.fakes import FakeSource
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def friends(world: World, source: FakeSource) -> FakeSource:
    """Three friends of Cai; the third has deleted her, which the source does not show."""
    for n in range(3):
        source.add(f"wm{n}", "wx_cai", MONDAY)
        refresh_contact(staff=world.cai, external_userid=f"wm{n}")
    left_at = MONDAY + dt.timedelta(minutes=5)
    end_contact(staff=world.cai, external_userid="wm2", by="customer", at=left_at)
    return source


def test_what_stands_here_stands_there(friends: FakeSource) -> None:
    assert contacts_match_source() == (3, [])


def test_a_friend_here_only_is_found(friends: FakeSource) -> None:
    friends.drop("wm0", "wx_cai")
    assert contacts_match_source() == (3, ["蔡 与 wm0：这里是好友，对方那里不是"])


def test_a_friend_there_only_is_found(world: World, friends: FakeSource) -> None:
    friends.add("wm9", "wx_cai", MONDAY)
    Contact.objects.filter(external_userid="wm1").update(is_active=False)

    assert contacts_match_source() == (
        4,
        [
            "蔡 与 wm1：对方那里是好友，这里不是",
            "蔡 与 wm9：对方那里是好友，这里不是",
        ],
    )


def test_a_friend_who_came_back_unheard_is_found(friends: FakeSource) -> None:
    friends.add("wm2", "wx_cai", MONDAY + dt.timedelta(minutes=9))
    assert contacts_match_source() == (3, ["蔡 与 wm2：对方那里是好友，这里不是"])


def test_a_source_that_does_not_answer_is_no_peace(
    friends: FakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(userid: str) -> list[str]:
        raise PortFailure("60020", "not allow")

    monkeypatch.setattr(friends, "list_external", silent)
    found = contacts_match_source()[1]
    assert [line[:10] for line in found] == ["蔡：无法查询好友（6", "狄：无法查询好友（6"]
