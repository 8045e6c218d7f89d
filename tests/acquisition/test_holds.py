import datetime as dt

import pytest

from acquisition.bindings import BindingRow
from acquisition.models import Card
from acquisition.selectors import find_claim
from acquisition.services import (
    bind_orders,
    clear_suspect,
    mark_delivered,
)
from core import clock
from mall.models import Entitlement
from members.models import MemberTag, TimelineEntry
from members.services import tag_member
from tests.acquisition.conftest import Play
from tests.world import MONDAY

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def _bind(play: Play) -> None:
    bind_orders(batch=play.batch, rows=[BindingRow(2, play.card().serial, "T1", "SF1")])


def test_a_benefit_waits_for_its_parcel_and_is_kept_on_delivery(play: Play) -> None:
    _bind(play)
    scan = play.scan(play.customer("甲", unionid="U1"))
    play.add("wm1", state=scan.way.state_text, unionid="U1", userid=scan.staff.wecom_userid)
    play.settle()

    assert play.card().state == "contact_added"
    assert not Entitlement.objects.exists()
    assert find_claim(scan.token, scan.customer).state == "held"
    mark_delivered(deliveries=[("SF1", MONDAY)])
    play.settle()
    assert Entitlement.objects.get().member == scan.customer.member
    scan.refresh_from_db()
    assert not scan.is_held
    assert find_claim(scan.token, scan.customer).state == "ready"


def test_a_delivery_told_by_a_file_releases_too(play: Play) -> None:
    _bind(play)
    scan = play.scan(play.customer("甲", unionid="U1"))
    play.add("wm1", state=scan.way.state_text, unionid="U1", userid=scan.staff.wecom_userid)
    play.settle()
    row = BindingRow(2, play.card().serial, "T1", "SF1", None, MONDAY)
    bind_orders(batch=play.batch, rows=[row])
    play.settle()

    assert Entitlement.objects.count() == 1


def test_too_many_scans_of_one_network_in_a_minute_are_suspect(play: Play) -> None:
    play.batch.velocity_limit = 3
    play.batch.save()
    scans = [play.scan(play.customer(f"客{n}"), play.card(n), ip="10.0.0.1") for n in range(4)]
    with clock.frozen(MONDAY + dt.timedelta(seconds=61)):
        scans.append(play.scan(play.customer("客9"), play.card(9), ip="10.0.0.1"))

    assert [scan.reason for scan in scans] == ["", "", "", "velocity", ""]
    assert play.card(3).state == "suspect"


def test_too_many_scans_of_one_device_are_suspect_too(play: Play) -> None:
    play.batch.velocity_limit = 1
    play.batch.save()
    play.scan(play.customer("甲"), play.card(0), ip="10.0.0.1", device="d")
    scan = play.scan(play.customer("乙"), play.card(1), ip="10.0.0.2", device="d")

    assert scan.reason == "velocity"


def test_a_suspect_scan_serves_the_person_but_waits_with_the_benefit(play: Play) -> None:
    play.batch.velocity_limit = 1
    play.batch.save()
    play.scan(play.customer("甲"), play.card(0), ip="10.0.0.1")
    scan = play.scan(play.customer("乙", unionid="U2"), play.card(1), ip="10.0.0.1")
    play.add("wm2", state=scan.way.state_text, unionid="U2", userid=scan.staff.wecom_userid)
    play.settle()

    assert len(play.greeter.delivered) == 1
    assert not Entitlement.objects.exists()
    scan.refresh_from_db()
    assert (scan.state, scan.contact) == ("suspect", play.contact("wm2"))
    clear_suspect(scan=scan, reason="门店活动，同一网络")
    assert Entitlement.objects.get().member == scan.customer.member


def test_staff_who_scan_their_own_cards_are_suspect(play: Play) -> None:
    marked = play.customer("甲")
    tag_member(member=marked.member, group="身份", name="员工", source="manual")
    play.world.cai.phone = "13800001111"
    play.world.cai.save()
    known = play.customer("乙")
    known.member.phone = "13800001111"
    known.member.save()

    assert play.scan(marked, play.card(0)).reason == "staff"
    assert play.scan(known, play.card(1)).reason == "staff"
    assert play.scan(play.customer("丙"), play.card(2)).reason == ""


def test_a_person_with_a_stack_of_cards_is_suspect(play: Play) -> None:
    eve = play.customer("夏娃")
    reasons = [play.scan(eve, play.card(n)).reason for n in range(6)]

    assert reasons == ["", "", "", "", "", "hoarding"]


def test_who_deletes_after_claiming_gets_no_second_benefit_and_is_known(play: Play) -> None:
    scan = play.scan(play.customer("甲", unionid="U1"))
    play.add("wm1", state=scan.way.state_text, unionid="U1", userid="wx_cai")
    play.settle()
    Card.objects.filter(pk=play.card().pk).update(claimed_at=MONDAY)
    play.delete("wm1", "customer", MONDAY + dt.timedelta(minutes=5))
    play.settle()
    with clock.frozen(MONDAY + DAY):
        again = play.scan(scan.customer, play.card(1))
        play.add("wm1", state=again.way.state_text, unionid="U1", userid="wx_cai")
        play.settle()

    assert Entitlement.objects.count() == 1
    assert play.card(1).is_new_person is False
    assert MemberTag.objects.filter(tag__name="领取后删除").exists()
    assert TimelineEntry.objects.filter(kind="deleted_after_claim").count() == 1
