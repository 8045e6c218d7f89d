import pytest

from members.contracts import NoIdentity
from members.models import Consent, Customer, Member, TimelineEntry
from members.selectors import find_member_by
from members.services import (
    give_consent,
    log_in_customer,
    recognise,
    set_owner,
    withdraw_consent,
)
from tests.world import World

pytestmark = pytest.mark.django_db

APPID = "wx1"


def test_a_login_comes_back_as_the_same_person() -> None:
    first = log_in_customer(appid=APPID, openid="o1", nickname="夏娃")
    again = log_in_customer(appid=APPID, openid="o1")

    assert (again.pk, again.member_id, again.nickname) == (first.pk, first.member_id, "夏娃")
    assert Member.objects.count() == 1


def test_a_login_with_the_unionid_of_a_contact_is_that_contact() -> None:
    known = recognise(identities=[("unionid", "U1"), ("external", "wm1")])

    customer = log_in_customer(appid=APPID, openid="o1", unionid="U1")

    assert customer.member == known
    assert find_member_by(f"openid:{APPID}", "o1") == known


def test_a_unionid_told_later_moves_the_login_and_says_so() -> None:
    nameless = log_in_customer(appid=APPID, openid="o1").member
    known = recognise(identities=[("unionid", "U1")])

    customer = log_in_customer(appid=APPID, openid="o1", unionid="U1")

    assert customer.member == known
    assert Customer.objects.get().member == known
    assert find_member_by(f"openid:{APPID}", "o1") == known
    kinds = set(TimelineEntry.objects.values_list("member_id", "kind"))
    assert {(known.pk, "login_joined"), (nameless.pk, "login_left")} <= kinds
    assert log_in_customer(appid=APPID, openid="o1").member == known


def test_a_blank_openid_is_nobody() -> None:
    with pytest.raises(NoIdentity):
        log_in_customer(appid=APPID, openid="")
    assert not Customer.objects.exists()


def test_a_consent_is_given_once_until_it_is_taken_back(world: World) -> None:
    give_consent(member=world.eve, purpose="service", wording="一")
    give_consent(member=world.eve, purpose="service", wording="二")
    assert Consent.objects.get().wording == "一"

    assert withdraw_consent(member=world.eve, purpose="service")
    assert not withdraw_consent(member=world.eve, purpose="service")
    give_consent(member=world.eve, purpose="service", wording="三")
    assert Consent.objects.count() == 2


def test_an_owner_brings_the_unit(world: World) -> None:
    set_owner(member=world.eve, staff=world.dee, reason="换店")

    world.eve.refresh_from_db()
    assert (world.eve.owner, world.eve.unit) == (world.dee, world.other_store)
