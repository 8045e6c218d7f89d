"""Scan → add → greeting → match → entitlement, on fakes."""

import datetime as dt

import pytest

from acquisition.models import Card, Scan
from acquisition.selectors import find_claim, way_in
from core import clock
from core.models import Event
from mall.models import Entitlement
from outreach.models import Greeting
from tests.acquisition.conftest import Play
from tests.world import MONDAY

pytestmark = pytest.mark.django_db


def test_a_card_brings_a_stranger_to_a_guide_and_keeps_its_promise(play: Play) -> None:
    eve = play.customer("夏娃", unionid="U1")
    scan = play.scan(eve)
    assert way_in(scan).qr_url.startswith("https://code.test/c")

    play.add("wm1", state=scan.way.state_text, unionid="U1")
    play.settle()

    card = play.card()
    assert (card.state, card.consumed_by, card.is_new_person) == ("contact_added", eve.member, True)
    scan.refresh_from_db()
    assert (scan.state, scan.matched_by) == ("matched", "unionid")
    entitlement = Entitlement.objects.get()
    assert (entitlement.member, entitlement.source_ref) == (eve.member, f"card:{card.serial}")
    greeting = Greeting.objects.get()
    assert greeting.state == "sent"
    (_, text, link) = play.greeter.delivered[0]
    assert "牛肉粒一份" in text
    assert link is not None
    assert link.url.endswith(f"/card/claim/{scan.token}")
    assert find_claim(scan.token, eve).state == "ready"
    added = Event.objects.get(name="members.contact_added").payload
    assert added["source"] == f"card:{play.batch.public_id}"
    assert added["is_new_person"] is True


def test_the_greeting_goes_out_while_the_person_cannot_be_asked_about(play: Play) -> None:
    scan = play.scan(play.customer("夏娃"))
    play.source.failing = 3

    play.add("wm1", state=scan.way.state_text)
    play.settle()

    assert Greeting.objects.get().state == "sent"
    assert play.card().consumed_by is None
    for minutes in range(1, 10):
        with clock.frozen(MONDAY + dt.timedelta(minutes=minutes)):
            play.settle()
    assert play.card().state == Card.State.ADDED


def test_a_link_is_matched_by_its_token_and_a_slot_by_its_lease(play: Play) -> None:
    from acquisition.services import offer_link  # noqa: PLC0415

    by_slot = play.scan(play.customer("甲"), play.card(0))
    play.add("wm1", state=by_slot.way.state_text, userid=by_slot.staff.wecom_userid)
    for guide in (play.world.cai, play.world.dee):
        offer_link(staff=guide)
    by_link = play.scan(play.customer("乙"), play.card(1))
    assert way_in(by_link).link_url.endswith(f"?customer_channel={by_link.token}")
    play.add("wm2", state=by_link.token, userid=by_link.staff.wecom_userid)
    play.settle()

    kept = dict(Scan.objects.values_list("pk", "matched_by"))
    assert kept == {by_slot.pk: "slot", by_link.pk: "link"}
    assert Entitlement.objects.count() == 2
    assert play.contact("wm1").member == by_slot.customer.member
