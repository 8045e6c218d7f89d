"""The real line: the mall's own checkout, payment and refunds, news by events, jobs."""

import datetime as dt
from collections.abc import Iterator

import pytest

from core import clock, jobs, ports
from distribution import invariants
from distribution.models import Attribution, Commission
from distribution.selectors import income_of
from distribution.services import claim_visits, make_share_link, record_visit
from mall import services as mall
from mall.contracts import PaymentGateway
from mall.models import Order, Refund
from tests.distribution.kit import lines_of, performance, standing
from tests.mall.fakes import FakeGateway
from tests.mall.shop import Shop, fresh, open_shop
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(world: World) -> Iterator[Shop]:
    fake = FakeGateway()
    former = ports.swap(PaymentGateway, fake)
    yield open_shop(world.brand, world.eve, fake)
    ports.swap(PaymentGateway, former)


def refund(shop: Shop, order: Order, fen: int) -> None:
    asked = mall.request_refund(
        order=fresh(order), lines=[(lines_of(order)[0].pk, fen)], reason="不合适"
    )
    jobs.run_due("money")
    assert Refund.objects.get(pk=asked.pk).state == "success"
    jobs.run_due("money")


def shared_order(world: World, shop: Shop) -> Order:
    """Cai shared the cream; Eve opened the link before she logged in, then bought two."""
    link = make_share_link(world.cai, shop.cream.product)
    record_visit(link.token, visitor="browser-1")
    assert claim_visits(visitor="browser-1", member=world.eve) == 1
    order = shop.paid((shop.cream, 2))
    jobs.run_due("money")
    return order


def test_from_a_shared_link_to_settled_income(world: World, shop: Shop) -> None:
    order = shared_order(world, shop)
    assert standing(order) == {("cai", "sharer"): 2_000}
    assert Order.objects.get(pk=order.pk).store == world.first_store

    mall.ship_order(order=fresh(order), carrier="顺丰", tracking_no="SF1")
    mall.confirm_receipt(order=fresh(order))
    jobs.run_due("money")
    assert Commission.objects.get().state == "frozen"

    with clock.frozen(clock.now() + dt.timedelta(days=8)):
        jobs.ensure_recurring()
        with clock.frozen(clock.now() + dt.timedelta(days=1)):
            jobs.run_due("nightly")
        assert income_of(world.cai).payable_fen == 2_000


def test_refunds_of_the_mall_take_commission_back(world: World, shop: Shop) -> None:
    order = shared_order(world, shop)

    refund(shop, order, 3_333)
    refund(shop, order, 1)

    assert standing(order) == {("cai", "sharer"): (20_000 - 3_334) // 10}
    assert performance(order) == {"sharer": 20_000 - 3_334}
    for check in invariants.CHECKS.values():
        examined, violations = check()
        assert (examined > 0, violations) == (True, [])


def test_the_snapshot_on_the_line_has_what_the_decision_needs(world: World, shop: Shop) -> None:
    order = shared_order(world, shop)

    kept = lines_of(order)[0].evidence
    assert kept["rule_number"] == 0
    assert kept["rights_days"] == 8
    assert [each["kind"] for each in kept["candidates"]] == ["share", "hq"]
    assert Attribution.objects.get().candidates[0]["outcome"] == "won"
