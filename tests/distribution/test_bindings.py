"""Who serves whom: bound, protected, snatched, expired, released."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from core import clock
from distribution.contracts import BindingState, BindOutcome, BrandMismatch
from distribution.models import Binding, BindingEvent
from distribution.selectors import find_live_binding, state_of
from distribution.services import (
    bind_contact,
    bind_member,
    end_bindings_of,
    expire_bindings,
    publish_rules,
    renew_binding,
)
from members.models import Contact, TimelineEntry
from org.models import Staff
from org.services import create_unit
from tests.distribution.kit import config
from tests.world import World

pytestmark = pytest.mark.django_db


def bind(
    world: World, guide: Staff, *, event: str = "add_friend", is_new: bool = True
) -> BindOutcome:
    return bind_member(
        member=world.eve,
        brand=world.brand,
        guide=guide,
        event=event,
        at=clock.now(),
        is_new_customer=is_new,
    )


@contextmanager
def days_later(days: float) -> Iterator[None]:
    with clock.frozen(clock.now() + dt.timedelta(days=days)):
        yield


def periods(world: World, **changes: object) -> None:
    usual = {"bind_event": "add_friend", "validity_days": -1, "protect_days": 30}
    publish_rules(brand=world.brand, config=config(binding={**usual, **changes}))


def kinds() -> list[str]:
    return list(BindingEvent.objects.order_by("pk").values_list("kind", flat=True))


def server(world: World) -> str | None:
    live = find_live_binding(world.eve.pk, world.brand.pk)
    return live.guide.username if live else None


def test_adding_a_guide_binds(world: World) -> None:
    assert bind(world, world.cai) is BindOutcome.BOUND

    live = find_live_binding(world.eve.pk, world.brand.pk)
    assert live is not None
    assert (live.guide, live.bound_at) == (world.cai, clock.now())
    assert state_of(live, clock.now()) is BindingState.PROTECTED
    assert TimelineEntry.objects.get(member=world.eve).text == "由导购 蔡 服务"


def test_another_event_than_the_rules_name_binds_nobody(world: World) -> None:
    assert bind(world, world.cai, event="first_click") is BindOutcome.IGNORED

    assert Binding.objects.count() == 0


def test_the_same_guide_twice_changes_nothing(world: World) -> None:
    bind(world, world.cai)

    assert bind(world, world.cai) is BindOutcome.KEPT

    assert kinds() == ["bound"]


def test_a_protected_member_stays_and_the_attempt_is_kept(world: World) -> None:
    bind(world, world.cai)

    with days_later(29):
        assert bind(world, world.dee) is BindOutcome.PROTECTED

    assert server(world) == "cai"
    assert kinds() == ["bound", "refused"]
    assert BindingEvent.objects.get(kind="refused").guide == world.dee


def test_after_protection_another_guide_takes_over(world: World) -> None:
    bind(world, world.cai)

    with days_later(30):
        assert bind(world, world.dee) is BindOutcome.SNATCHED

    assert server(world) == "dee"
    assert kinds() == ["bound", "snatched", "bound"]
    assert "狄" in BindingEvent.objects.get(kind="snatched").reason


def test_never_to_be_snatched_means_never(world: World) -> None:
    periods(world, protect_days=-2)
    bind(world, world.cai)

    with days_later(3_000):
        assert bind(world, world.dee) is BindOutcome.PROTECTED

    assert server(world) == "cai"


def test_always_to_be_snatched_means_at_once(world: World) -> None:
    periods(world, protect_days=-1)
    bind(world, world.cai)

    assert bind(world, world.dee) is BindOutcome.SNATCHED


def test_an_expired_binding_makes_room(world: World) -> None:
    periods(world, validity_days=10, protect_days=-2)
    bind(world, world.cai)

    with days_later(10):
        live = find_live_binding(world.eve.pk, world.brand.pk)
        assert state_of(live, clock.now()) is BindingState.EXPIRED
        assert bind(world, world.dee) is BindOutcome.BOUND

    assert kinds() == ["bound", "expired", "bound"]


def test_the_night_ends_what_has_expired_and_nothing_else(world: World) -> None:
    periods(world, validity_days=10)
    bind(world, world.cai)

    with days_later(9.9):
        assert expire_bindings() == 0
    with days_later(10):
        assert expire_bindings() == 1
        assert expire_bindings() == 0

    assert server(world) is None
    ended = Binding.objects.get().ended_at
    assert ended == clock.now() + dt.timedelta(days=10)


def test_new_periods_count_from_the_relations_own_beginning(world: World) -> None:
    bind(world, world.cai)
    began = clock.now()

    with days_later(5):
        periods(world, validity_days=90, protect_days=7)

    live = Binding.objects.get()
    assert live.protect_until == began + dt.timedelta(days=7)
    assert live.valid_until == began + dt.timedelta(days=90)


def test_an_order_renews_where_the_rules_say_so(world: World) -> None:
    periods(world, validity_days=10, renew_on="order")
    bind(world, world.cai)
    ids = {"member_id": world.eve.pk, "brand_id": world.brand.pk}

    with days_later(9):
        assert renew_binding(**ids, guide_id=world.dee.pk, at=clock.now()) is False
        assert renew_binding(**ids, guide_id=world.cai.pk, at=clock.now()) is True

    assert Binding.objects.get().valid_until == clock.now() + dt.timedelta(days=19)
    assert kinds() == ["bound", "renewed"]


def test_without_that_rule_an_order_renews_nothing(world: World) -> None:
    bind(world, world.cai)

    renewed = renew_binding(
        member_id=world.eve.pk, brand_id=world.brand.pk, guide_id=world.cai.pk, at=clock.now()
    )

    assert renewed is False


def test_only_new_customers_may_be_bound_where_the_rules_say_so(world: World) -> None:
    periods(world, who="only_new_customers")

    assert bind(world, world.cai, is_new=False) is BindOutcome.IGNORED
    assert bind(world, world.cai, is_new=True) is BindOutcome.BOUND


def test_a_leaver_gives_all_members_back(world: World) -> None:
    bind(world, world.cai)

    assert end_bindings_of(guide=world.cai, reason="离职") == 1

    assert server(world) is None
    assert kinds() == ["bound", "released"]


def test_a_guide_of_another_brand_is_refused(world: World) -> None:
    other = create_unit(kind="brand", name="另一品牌", code="b2")

    with pytest.raises(BrandMismatch):
        bind_member(
            member=world.eve, brand=other, guide=world.cai, event="add_friend", at=clock.now()
        )

    assert Binding.objects.count() == 0


def test_a_contact_binds_the_person_to_the_guide(world: World) -> None:
    contact = Contact.objects.create(
        member=world.eve, staff=world.cai, external_userid="wm1", added_at=clock.now()
    )

    ids = {"member_id": world.eve.pk, "contact_id": contact.pk}

    assert bind_contact(**ids) is BindOutcome.BOUND
    assert bind_contact(**ids) is BindOutcome.KEPT

    assert server(world) == "cai"
