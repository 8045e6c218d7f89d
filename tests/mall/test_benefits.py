"""A gift for a fen: claimed once, sent with the next order, given back once, never business."""

import datetime as dt

import pytest

from core import clock, ledger
from core.models import Event, Job
from mall import services
from mall.contracts import (
    CASH,
    SALES_CLAIM,
    SALES_GOODS,
    EntitlementUnusable,
    OrderStateRefused,
    PayWindowClosed,
    RefundNotAllowed,
    SoldOut,
)
from mall.models import Benefit, Entitlement, Order, PayException, Refund
from mall.selectors import list_usable
from members.models import Member
from tests.mall.shop import Shop, fresh, held, later, login_of, run_money
from tests.world import MONDAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def mask(shop: Shop) -> Benefit:
    """A mask worth 39 yuan for a fen, with the next order of 99 yuan or more."""
    product = services.create_product(brand=shop.brand, title="面膜")
    sku = services.add_sku(
        product=product, code="MASK", price_fen=3_900, cost_fen=500, is_for_sale=False
    )
    services.set_stock(sku=sku, location=shop.brand, on_hand=5)
    return services.create_benefit(name="面膜一片", sku=sku, worth_fen=3_900, threshold_fen=9_900)


def promised(shop: Shop, mask: Benefit) -> Entitlement:
    return services.grant_entitlement(member=shop.buyer.member, benefit=mask, source_ref="card:1")


def state(entitlement: Entitlement) -> str:
    return Entitlement.objects.get(pk=entitlement.pk).state


def news(name: str) -> int:
    return Event.objects.filter(name=name).count()


def test_a_person_is_promised_a_benefit_once(shop: Shop, mask: Benefit) -> None:
    first, again = promised(shop, mask), promised(shop, mask)

    assert first.pk == again.pk
    assert first.expires_at == MONDAY + dt.timedelta(days=30)


def test_a_claim_is_a_real_order_of_one_fen(shop: Shop, mask: Benefit) -> None:
    promise = promised(shop, mask)
    order = services.place_claim_order(customer=shop.buyer, entitlement=promise)
    assert (order.kind, order.total_fen, held(mask.sku)) == ("claim", 1, 1)
    assert order.expires_at == MONDAY + dt.timedelta(minutes=15)

    services.settle_payment(shop.pay(order))
    assert (fresh(order).state, state(promise)) == ("paid", "claimed")
    assert (ledger.balance(CASH), ledger.balance(SALES_CLAIM)) == (1, -1)
    assert ledger.balance(SALES_GOODS) == 0
    line = order.lines.get()
    assert (line.is_gift, line.amount_fen, line.cost_fen, line.evidence) == (True, 1, 0, {})
    assert (news("mall.entitlement_claimed"), news("mall.order_paid")) == (1, 0)


def test_a_claim_waits_for_its_payment_as_one_order(shop: Shop, mask: Benefit) -> None:
    promise = promised(shop, mask)
    first = services.place_claim_order(customer=shop.buyer, entitlement=promise)

    assert services.place_claim_order(customer=shop.buyer, entitlement=promise) == first
    assert held(mask.sku) == 1
    with later(minutes=15), pytest.raises(PayWindowClosed):
        services.place_claim_order(customer=shop.buyer, entitlement=promise)


def test_an_unpaid_claim_frees_its_piece_and_may_be_made_again(shop: Shop, mask: Benefit) -> None:
    promise = promised(shop, mask)
    order = services.place_claim_order(customer=shop.buyer, entitlement=promise)
    with later(minutes=15):
        run_money()
        assert (fresh(order).state, held(mask.sku), state(promise)) == ("closed", 0, "granted")
        again = services.place_claim_order(customer=shop.buyer, entitlement=promise)

    assert (again.pk != order.pk, held(mask.sku)) == (True, 1)


def test_a_benefit_is_claimed_once(shop: Shop, mask: Benefit) -> None:
    promise = shop.claimed(mask)

    with pytest.raises(EntitlementUnusable):
        services.place_claim_order(customer=shop.buyer, entitlement=promise)
    assert Order.objects.count() == 1


def test_a_promise_is_claimed_by_its_person_only(shop: Shop, mask: Benefit) -> None:
    promise = promised(shop, mask)
    stranger = login_of(Member.objects.create(name="路人", created_at=clock.now()), "o_other")

    with pytest.raises(EntitlementUnusable):
        services.place_claim_order(customer=stranger, entitlement=promise)
    assert (Order.objects.count(), held(mask.sku)) == (0, 0)


def test_no_claim_without_a_piece(shop: Shop, mask: Benefit) -> None:
    services.set_stock(sku=mask.sku, location=shop.brand, on_hand=0)

    with pytest.raises(SoldOut):
        services.place_claim_order(customer=shop.buyer, entitlement=promised(shop, mask))
    assert Order.objects.count() == 0


def test_the_gift_travels_with_the_next_order_that_is_worth_it(shop: Shop, mask: Benefit) -> None:
    promise = shop.claimed(mask)
    small = shop.paid((shop.soap, 1))
    assert (small.lines.count(), state(promise)) == (1, "claimed")

    order = shop.paid((shop.cream, 1))
    gift = order.lines.get(is_gift=True)
    assert (gift.amount_fen, gift.paid_fen, gift.cost_fen) == (0, 0, 500)
    assert (gift.location_id, gift.entitlement_id) == (shop.brand.pk, promise.pk)
    assert (order.total_fen, order.paid_fen, held(mask.sku)) == (10_000, 10_000, 1)
    assert (state(promise), gift.evidence) == ("attached", {})
    assert shop.paid((shop.cream, 1)).lines.filter(is_gift=True).count() == 0


def test_an_unpaid_order_carries_no_gift(shop: Shop, mask: Benefit) -> None:
    promise = shop.claimed(mask)
    order = shop.place((shop.cream, 1), entitlement_id=promise.pk)

    assert (order.lines.filter(is_gift=True).count(), state(promise)) == (0, "claimed")


def test_an_order_that_was_shown_a_gift_is_refused_without_it(shop: Shop, mask: Benefit) -> None:
    promise = shop.claimed(mask)
    with pytest.raises(EntitlementUnusable):
        shop.place((shop.soap, 1), entitlement_id=promise.pk)
    shop.paid((shop.cream, 1))

    with pytest.raises(EntitlementUnusable):
        shop.place((shop.cream, 1), entitlement_id=promise.pk)


def test_the_gift_is_redeemed_when_its_carrier_arrives(shop: Shop, mask: Benefit) -> None:
    promise = shop.claimed(mask)
    order = shop.shipped((shop.cream, 1))
    claim = Order.objects.get(kind="claim")
    assert (state(promise), claim.state) == ("attached", "shipped")

    services.confirm_receipt(order=order)
    assert (state(promise), fresh(claim).state) == ("redeemed", "received")
    assert news("mall.entitlement_redeemed") == 1


def test_a_claim_does_not_ship_or_refund_by_itself(shop: Shop, mask: Benefit) -> None:
    shop.claimed(mask)
    claim = Order.objects.get(kind="claim")

    with pytest.raises(OrderStateRefused):
        services.ship_order(order=claim, carrier="顺丰", tracking_no="SF1")
    with pytest.raises(RefundNotAllowed):
        services.refund_rest(order=claim)


def test_a_carrier_refunded_whole_before_shipping_returns_promise_and_piece(
    shop: Shop, mask: Benefit
) -> None:
    promise = shop.claimed(mask)
    order = shop.paid((shop.cream, 1))
    services.refund_rest(order=order)
    run_money()

    assert (state(promise), held(mask.sku), held(shop.cream)) == ("claimed", 1, 0)
    claim_line = Order.objects.get(kind="claim").lines.get()
    assert claim_line.held == 1
    assert [one.pk for one in list_usable(shop.buyer.member_id, 9_900)] == [promise.pk]


def test_a_promise_is_returned_once(shop: Shop, mask: Benefit) -> None:
    promise = shop.claimed(mask)
    for _ in range(2):
        order = shop.paid((shop.cream, 1))
        assert order.lines.filter(is_gift=True).count() == 1
        services.refund_rest(order=order)
        run_money()

    assert (state(promise), held(mask.sku)) == ("attached", 0)
    assert shop.paid((shop.cream, 1)).lines.filter(is_gift=True).count() == 0


def test_a_partial_refund_returns_nothing(shop: Shop, mask: Benefit) -> None:
    promise = shop.claimed(mask)
    order = shop.paid((shop.cream, 1))
    services.refund_amount(order=order, amount_fen=9_999)
    run_money()

    assert (state(promise), held(mask.sku)) == ("attached", 1)


def test_a_gift_that_left_the_house_is_replaced_from_the_shelf(shop: Shop, mask: Benefit) -> None:
    promise = shop.claimed(mask)
    first = shop.shipped((shop.cream, 1))
    services.refund_rest(order=first)
    run_money()
    assert (state(promise), held(mask.sku)) == ("claimed", 1)

    second = shop.paid((shop.cream, 1))
    assert second.lines.get(is_gift=True).held == 1
    assert held(mask.sku) == 2


def test_a_gift_that_is_out_of_stock_stays_promised_and_is_seen(shop: Shop, mask: Benefit) -> None:
    promise = shop.claimed(mask)
    services.refund_rest(order=shop.shipped((shop.cream, 1)))
    run_money()
    services.set_stock(sku=mask.sku, location=shop.brand, on_hand=1)

    order = shop.paid((shop.cream, 1))
    assert (order.state, state(promise)) == ("paid", "claimed")
    assert PayException.objects.get().kind == "gift_out_of_stock"


def test_two_orders_at_once_carry_one_gift(shop: Shop, mask: Benefit) -> None:
    shop.claimed(mask)
    first, second = shop.place((shop.cream, 1)), shop.place((shop.cream, 1))
    for order in (second, first):
        services.settle_payment(shop.pay(order))

    assert [fresh(order).lines.filter(is_gift=True).count() for order in (first, second)] == [0, 1]


def test_a_promise_ends_with_its_days(shop: Shop, mask: Benefit) -> None:
    promise = promised(shop, mask)
    with later(days=29, hours=23):
        assert services.expire_entitlements() == 0
    with later(days=30):
        assert services.expire_entitlements() == 1
        with pytest.raises(EntitlementUnusable):
            services.place_claim_order(customer=shop.buyer, entitlement=promise)


def test_a_claim_that_expires_gives_its_fen_and_piece_back(shop: Shop, mask: Benefit) -> None:
    promise = shop.claimed(mask)
    with later(days=30):
        assert services.expire_entitlements() == 1
        assert services.expire_entitlements() == 0
        run_money()

    claim = Order.objects.get(kind="claim")
    assert (state(promise), held(mask.sku), claim.refunded_fen) == ("expired", 0, 1)
    assert claim.state == "closed"
    assert (Refund.objects.get().kind, ledger.balance(SALES_CLAIM)) == ("claim", 0)
    assert ledger.balance(CASH) == 0
    assert news("mall.refund_succeeded") == 0


def test_a_late_payment_of_a_claim_claims_nothing_and_goes_back(shop: Shop, mask: Benefit) -> None:
    promise = promised(shop, mask)
    order = services.place_claim_order(customer=shop.buyer, entitlement=promise)
    services.start_payment(order=order)
    with later(minutes=15):
        run_money()
        services.settle_payment(shop.gateway.pay(order.number))
        run_money()

    assert (state(promise), held(mask.sku), ledger.balance(CASH)) == ("granted", 0, 0)
    assert Job.objects.filter(state="dead").count() == 0
