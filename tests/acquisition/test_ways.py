import datetime as dt

import pytest

from acquisition.contracts import NoGuideAvailable
from acquisition.models import ContactWay
from acquisition.selectors import find_scan, way_in
from acquisition.services import (
    ensure_pool,
    expire_scans,
)
from core import clock
from tests.acquisition.conftest import Play
from tests.world import MONDAY

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def test_nobody_on_duty_is_said_plainly(play: Play) -> None:
    for guide in (play.world.cai, play.world.dee):
        guide.is_on_duty = False
        guide.save()
    with pytest.raises(NoGuideAvailable):
        play.scan(play.customer("甲"))


def test_the_pool_keeps_free_slots_for_every_guide_on_duty(play: Play) -> None:
    ensure_pool()
    play.settle()

    for guide in (play.world.cai, play.world.dee):
        ways = ContactWay.objects.filter(staff=guide)
        assert ways.count() == 5
        assert len(set(ways.values_list("state_text", flat=True))) == 5
    ensure_pool()
    play.settle()
    assert ContactWay.objects.count() == 10


def test_a_slot_made_without_an_answer_is_found_and_kept(play: Play) -> None:
    play.ways.script = ["lost"]
    scan = play.scan(play.customer("甲"))

    assert way_in(scan).qr_url.endswith(scan.way.state_text)
    assert len(play.ways.ways) == 1


def test_a_slot_is_leased_for_a_day_and_then_rests_longest_first(play: Play) -> None:
    ensure_pool()
    play.settle()
    scan = play.scan(play.customer("甲"), play.card(0))
    others = [play.scan(play.customer(f"客{n}"), play.card(n)) for n in range(1, 8)]
    assert scan.way_id not in [other.way_id for other in others]

    with clock.frozen(MONDAY + dt.timedelta(hours=25)):
        later = play.scan(play.customer("乙"), play.card(9))
        assert later.way_id != scan.way_id
        renewed = play.scan(scan.customer, play.card(0))
        assert renewed.way.leased_until == MONDAY + dt.timedelta(hours=49)


def test_guides_take_turns_and_an_own_guide_comes_first(play: Play) -> None:
    scans = [play.scan(play.customer(f"客{n}"), play.card(n)) for n in range(4)]
    assert [scan.staff for scan in scans] == [
        play.world.cai,
        play.world.dee,
        play.world.cai,
        play.world.dee,
    ]
    eve = play.customer("夏娃")
    eve.member.owner = play.world.dee
    eve.member.save()
    assert play.scan(eve, play.card(5)).staff == play.world.dee


def test_scans_nobody_followed_stop_waiting(play: Play) -> None:
    scan = play.scan(play.customer("甲"))
    with clock.frozen(MONDAY + dt.timedelta(days=31)):
        assert expire_scans() == 1
    assert find_scan(scan.token).state == "expired"
