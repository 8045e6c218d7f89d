import datetime as dt

import pytest

from acquisition.contracts import CardTaken
from acquisition.models import Card, Scan
from acquisition.selectors import find_claim, list_suspects_for, way_in
from acquisition.services import (
    clear_suspect,
    create_batch,
    match_contact,
    offer_link,
    reject_suspect,
    retire_link,
)
from core import clock
from core.models import Event
from mall.models import Entitlement
from members.services import record_contact, refresh_contact
from tests.acquisition.conftest import Play
from tests.world import MONDAY

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def _share_a_slot(play: Play) -> tuple[Scan, Scan]:
    """Two people on one slot: all guides' codes are busy and no more can be made."""
    play.ways.script = ["ok", "ok", "45009", "45009", "45009", "45009"]
    scans = [play.scan(play.customer(f"客{n}"), play.card(n)) for n in range(4)]
    by_way: dict[int, list[Scan]] = {}
    for scan in scans:
        by_way.setdefault(scan.way_id or 0, []).append(scan)
    first, second = next(group for group in by_way.values() if len(group) == 2)
    return first, second


def test_two_people_on_one_slot_are_held_and_never_guessed(play: Play) -> None:
    first, second = _share_a_slot(play)
    play.add("wm1", state=first.way.state_text, userid=first.staff.wecom_userid)
    play.settle()

    for scan in (first, second):
        scan.refresh_from_db()
        assert (scan.state, scan.reason) == ("suspect", "ambiguous")
        assert scan.contact == play.contact("wm1")
        assert Card.objects.get(pk=scan.card_id).state == "suspect"
    assert not Entitlement.objects.exists()
    assert set(list_suspects_for(play.world.ann)) == {first, second}
    assert find_claim(first.token, first.customer).state == "suspect"


def test_a_person_decides_whose_the_adding_was(play: Play) -> None:
    first, second = _share_a_slot(play)
    play.add("wm1", state=first.way.state_text, userid=first.staff.wecom_userid)
    play.settle()
    first.refresh_from_db()
    second.refresh_from_db()

    clear_suspect(scan=second, reason="电话确认")
    reject_suspect(scan=first, reason="电话确认")

    second.refresh_from_db()
    assert (second.state, second.matched_by) == ("matched", "person")
    assert Card.objects.get(pk=first.card_id).state == "scanned"
    assert Entitlement.objects.get().source_ref == f"card:{second.card.serial}"


def test_a_unionid_tells_apart_who_shares_a_slot(play: Play) -> None:
    play.ways.script = ["ok", "ok"] + ["45009"] * 4
    scans = [play.scan(play.customer(f"客{n}", unionid=f"U{n}"), play.card(n)) for n in range(4)]
    for n, scan in enumerate(scans):
        play.add(
            f"wm{n}",
            state=scan.way.state_text,
            unionid=f"U{n}",
            userid=scan.staff.wecom_userid,
        )
    play.settle()

    assert set(Scan.objects.values_list("state", "matched_by")) == {("matched", "unionid")}
    assert Entitlement.objects.count() == 4


def test_a_code_passed_on_to_a_friend_brings_the_friend_but_not_the_card(play: Play) -> None:
    scan = play.scan(play.customer("甲", unionid="U1"))
    play.add("wm2", state=scan.way.state_text, unionid="U2", userid=scan.staff.wecom_userid)
    play.settle()

    scan.refresh_from_db()
    assert scan.state == "waiting"
    assert play.contact("wm2").is_active
    assert play.card().consumed_by is None
    play.add("wm1", state=scan.way.state_text, unionid="U1", userid=scan.staff.wecom_userid)
    play.settle()
    scan.refresh_from_db()
    assert (scan.state, scan.matched_by) == ("matched", "unionid")


def test_a_link_passed_on_brings_the_friend_but_not_the_card(play: Play) -> None:
    for guide in (play.world.cai, play.world.dee):
        offer_link(staff=guide)
    scan = play.scan(play.customer("甲", unionid="U1"))
    play.add("wm2", state=scan.token, unionid="U2", userid=scan.staff.wecom_userid)
    play.settle()

    scan.refresh_from_db()
    assert scan.state == "waiting"
    assert not Entitlement.objects.exists()


def test_a_link_that_died_sends_scans_back_to_slots(play: Play) -> None:
    for guide in (play.world.cai, play.world.dee):
        offer_link(staff=guide)
    scan = play.scan(play.customer("甲"))
    assert scan.way is None
    for guide in (play.world.cai, play.world.dee):
        assert retire_link(link_id=f"link_{guide.wecom_userid}")

    again = play.scan(scan.customer)

    assert again.pk == scan.pk
    assert way_in(again).qr_url.startswith("https://code.test/")


def test_half_an_adding_and_the_whole_one_use_one_card(play: Play) -> None:
    scan = play.scan(play.customer("甲"))
    state, userid = scan.way.state_text, scan.staff.wecom_userid
    play.add("wm1", state=state, userid=userid)
    play.tell("wm1", state=state, at=clock.now(), userid=userid, welcome_code="")
    play.settle()
    play.tell("wm1", state=state, at=clock.now(), userid=userid)
    play.settle()

    assert Card.objects.exclude(consumed_by=None).count() == 1
    assert Event.objects.filter(name="acquisition.card_consumed").count() == 1
    assert Event.objects.filter(name="members.contact_added").count() == 1


def test_the_same_person_scanning_again_sees_their_own_scan(play: Play) -> None:
    eve = play.customer("夏娃", unionid="U1")
    scan = play.scan(eve)
    assert play.scan(eve) == scan
    play.add("wm1", state=scan.way.state_text, unionid="U1", userid=scan.staff.wecom_userid)
    play.settle()

    again = play.scan(eve)
    assert (again.pk, again.state) == (scan.pk, "matched")
    assert Entitlement.objects.count() == 1


def test_a_used_card_is_of_no_use_to_anybody_else(play: Play) -> None:
    scan = play.scan(play.customer("甲", unionid="U1"))
    play.add("wm1", state=scan.way.state_text, unionid="U1", userid=scan.staff.wecom_userid)
    play.settle()

    with pytest.raises(CardTaken):
        play.scan(play.customer("乙"))
    assert Scan.objects.count() == 1
    assert find_claim(scan.token, play.customer("乙")).state == "none"


def test_of_two_people_with_one_card_the_first_to_add_has_it(play: Play) -> None:
    first = play.scan(play.customer("甲", unionid="U1"))
    second = play.scan(play.customer("乙", unionid="U2"))
    for external, scan, unionid in (("wm2", second, "U2"), ("wm1", first, "U1")):
        userid = scan.staff.wecom_userid
        play.add(external, state=scan.way.state_text, unionid=unionid, userid=userid)
        play.settle()

    first.refresh_from_db()
    assert (first.state, first.reason) == ("suspect", "used")
    assert play.card().consumed_by == second.customer.member
    assert Entitlement.objects.get().member == second.customer.member


def test_a_contact_who_scans_is_engaged_again_and_never_counted_as_new(play: Play) -> None:
    record_contact(staff=play.world.cai, external_userid="wm1", unionid="U1", at=MONDAY - DAY)
    scan = play.scan(play.customer("甲", unionid="U1"))

    assert (scan.state, scan.matched_by) == ("matched", "existing")
    assert (play.card().state, play.card().is_new_person) == ("contact_added", False)
    assert Entitlement.objects.count() == 1


def test_a_former_contact_who_comes_back_by_a_card_is_not_new(play: Play) -> None:
    record_contact(staff=play.world.cai, external_userid="wm1", unionid="U1", at=MONDAY - DAY)
    play.source.add("wm1", "wx_cai", MONDAY - DAY, unionid="U1")
    play.delete("wm1", "customer", MONDAY - DAY / 2)
    play.settle()
    scan = play.scan(play.customer("甲", unionid="U1"))
    play.add("wm1", state=scan.way.state_text, unionid="U1", userid="wx_cai")
    play.settle()

    assert (play.card().state, play.card().is_new_person) == ("contact_added", False)


def test_one_person_has_one_benefit_and_counts_once_whatever_they_scan(play: Play) -> None:
    eve = play.customer("夏娃", unionid="U1")
    scans = [play.scan(eve, play.card(n)) for n in range(2)]
    play.add("wm1", state=scans[0].way.state_text, unionid="U1", userid="wx_cai")
    play.settle()
    play.scan(eve, play.card(1))
    play.scan(eve, play.card(2))

    assert Card.objects.filter(consumed_by=eve.member).count() == 3
    assert Card.objects.filter(is_new_person=True).count() == 1
    assert Entitlement.objects.count() == 1


def test_another_benefit_is_another_promise(play: Play) -> None:
    from mall.services import create_benefit  # noqa: PLC0415

    eve = play.customer("夏娃", unionid="U1")
    record_contact(staff=play.world.cai, external_userid="wm1", unionid="U1", at=MONDAY)
    other = create_benefit(name="猪肉脯", sku=play.benefit.sku, worth_fen=1000)
    batch = create_batch(name="四月", benefit=other, brand=play.world.brand, size=1)
    play.scan(eve)
    play.scan(eve, batch.cards.get())

    assert Entitlement.objects.count() == 2


def test_a_contact_whose_push_was_lost_is_matched_by_the_next_sync(play: Play) -> None:
    scan = play.scan(play.customer("甲"))
    play.source.add("wm1", "wx_cai", MONDAY, state=scan.way.state_text)
    Scan.objects.update(staff=play.world.cai)
    refresh_contact(staff=play.world.cai, external_userid="wm1")
    play.settle()

    assert play.card().state == "contact_added"
    match_contact(contact_id=play.contact("wm1").pk)
    assert Event.objects.filter(name="acquisition.card_consumed").count() == 1
