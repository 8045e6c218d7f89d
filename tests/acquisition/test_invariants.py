"""Each check is quiet on a healthy house and speaks when one thing is broken."""

import datetime as dt
from collections.abc import Callable

import pytest

from acquisition.invariants import adds_act_once, cards_are_consumed_once
from acquisition.models import Card, Scan
from core.models import Event
from mall.models import Entitlement
from members.models import Member
from outreach.models import Greeting
from tests.acquisition.conftest import Play
from tests.world import MONDAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def lived(play: Play) -> Play:
    """Three who came by cards, one of whom left and came back, and one who only looked."""
    for n in range(3):
        scan = play.scan(play.customer(f"客{n}", unionid=f"U{n}"), play.card(n))
        userid = scan.staff.wecom_userid
        play.add(f"wm{n}", state=scan.way.state_text, unionid=f"U{n}", userid=userid)
        play.settle()
    userid = Scan.objects.order_by("pk").first().staff.wecom_userid
    play.delete("wm0", "customer", MONDAY + dt.timedelta(minutes=5), userid)
    play.settle()
    play.add("wm0", unionid="U0", userid=userid, at=MONDAY + dt.timedelta(minutes=9))
    play.settle()
    play.scan(play.customer("看客"), play.card(3))
    return play


def test_a_healthy_house_has_nothing_to_report(lived: Play) -> None:
    assert cards_are_consumed_once() == (20, [])
    assert adds_act_once() == (4, [])


def used_by_nobody(play: Play) -> None:
    Card.objects.filter(pk=play.card(0).pk).update(consumed_by=None, is_new_person=None)


def used_without_a_scan(play: Play) -> None:
    Scan.objects.filter(card=play.card(1)).update(state="waiting")


def used_by_another(play: Play) -> None:
    other = Member.objects.create(name="别人", created_at=MONDAY)
    Card.objects.filter(pk=play.card(1).pk).update(consumed_by=other)


def unused_but_added(play: Play) -> None:
    Card.objects.filter(pk=play.card(3).pk).update(state="contact_added")


def promised_to_another(play: Play) -> None:
    other = Member.objects.create(name="别人", created_at=MONDAY)
    Entitlement.objects.filter(source_ref=f"card:{play.card(2).serial}").update(member=other)


@pytest.mark.parametrize(
    "defect",
    [used_by_nobody, used_without_a_scan, used_by_another, unused_but_added, promised_to_another],
)
def test_a_broken_card_is_found(defect: Callable[[Play], None], lived: Play) -> None:
    defect(lived)

    examined, found = cards_are_consumed_once()
    assert examined == 20
    assert found != []


def test_a_greeting_owed_twice_is_found(lived: Play) -> None:
    greeting = Greeting.objects.order_by("pk").first()
    greeting.pk, greeting.key = None, "another key"
    greeting.save()

    (line,) = adds_act_once()[1]
    assert "有 2 条欢迎语" in line


def test_a_friendship_begun_twice_is_found(lived: Play) -> None:
    event = Event.objects.filter(name="members.contact_added").order_by("-pk").first()
    Event.objects.create(name=event.name, payload=event.payload, at=event.at)

    (line,) = adds_act_once()[1]
    assert line.startswith(f"好友关系 {event.payload['contact_id']} ")
