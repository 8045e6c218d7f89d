"""Real threads and commits: one card and a hundred people, one slot for each scan."""

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from acquisition.contracts import ContactWays
from acquisition.models import Card, ContactWay, Scan
from acquisition.services import begin_scan
from acquisition.services.arrivals import identify_contact
from core import clock, ports
from core.models import Event
from mall.models import Entitlement
from members.contracts import ContactSource
from org.models import Staff
from org.services import create_staff, create_unit
from tenants.context import entered
from tenants.models import Tenant
from tests.acquisition.conftest import Play, make_play
from tests.concurrency.crowd import all_at_once
from tests.world import World

PEOPLE = 100


@pytest.fixture
def tenant(real_tenant: Callable[[], Tenant]) -> Iterator[Tenant]:
    made = real_tenant()
    with entered(made):
        yield made


@pytest.fixture
def crowd(tenant: Tenant) -> Iterator[Play]:
    brand = create_unit(kind="brand", name="实测品牌", code="real")
    store = create_unit(kind="store", name="实测门店", code="rs", parent=brand)
    cai = create_staff(username="cai", name="蔡", role="guide", unit=store, wecom_userid="wx_cai")
    boss: Staff = cai
    world = World(brand, store, store, boss, boss, boss, cai, cai, boss, None)
    play = make_play(world, size=30)
    formers = (ports.swap(ContactSource, play.source), ports.swap(ContactWays, play.ways))
    yield play
    ports.swap(ContactSource, formers[0])
    ports.swap(ContactWays, formers[1])


def test_a_card_that_a_hundred_people_add_with_at_once_serves_one(
    tenant: Tenant, crowd: Play
) -> None:
    crowd.ways.script = ["ok"] + ["45009"] * (2 * PEOPLE)
    moment = clock.now()
    card = crowd.card()
    for n in range(PEOPLE):
        scan = crowd.scan(crowd.customer(f"客{n}", unionid=f"U{n}"), card)
        crowd.source.add(f"wm{n}", "wx_cai", moment, unionid=f"U{n}", state=scan.way.state_text)
    state = Scan.objects.first().way.state_text

    deeds = [
        partial(
            identify_contact,
            staff=crowd.world.cai,
            external_userid=f"wm{n}",
            state=state,
            event_at=moment,
        )
        for n in range(PEOPLE)
    ]
    all_at_once(tenant, deeds, threads=16)

    assert Scan.objects.filter(state="matched").count() == 1
    assert Scan.objects.filter(state="suspect", reason="used").count() == PEOPLE - 1
    winner = Scan.objects.get(state="matched")
    assert Card.objects.get(pk=card.pk).consumed_by == winner.customer.member
    assert Entitlement.objects.get().member == winner.customer.member
    assert Event.objects.filter(name="acquisition.card_consumed").count() == 1


def test_scans_at_once_lease_a_slot_each(tenant: Tenant, crowd: Play) -> None:
    for n in range(24):
        ContactWay.objects.create(
            config_id=f"cfg{n}",
            state_text=f"s{n}",
            staff=crowd.world.cai,
            qr_url="https://code.test",
            created_at=clock.now(),
        )
    customers = [crowd.customer(f"客{n}") for n in range(24)]
    deeds = [
        partial(begin_scan, serial=crowd.card(n).serial, customer=customers[n]) for n in range(24)
    ]
    scans = all_at_once(tenant, deeds, threads=12)

    assert len({scan.way_id for scan in scans}) == 24
    leased = ContactWay.objects.filter(leased_until__gt=clock.now() + dt.timedelta(hours=23))
    assert leased.count() == 24


def test_a_double_press_of_the_button_is_one_scan(tenant: Tenant, crowd: Play) -> None:
    eve = crowd.customer("夏娃")
    press = partial(begin_scan, serial=crowd.card().serial, customer=eve)
    scans = all_at_once(tenant, [press] * 12, threads=12)

    assert {scan.pk for scan in scans} == {Scan.objects.get().pk}
