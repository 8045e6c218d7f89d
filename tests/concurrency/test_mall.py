"""The shop under a crowd: nothing sold twice, nothing booked twice, nobody stuck."""

from collections.abc import Callable
from functools import partial
from unittest import mock

from django.db.models import F

from core import clock, ledger
from core.models import Event, Journal
from mall import services
from mall.contracts import CASH, EntitlementUnusable, RefundState, RefundTooMuch, SoldOut
from mall.models import Entitlement, Order, OrderLine, Refund, Stock
from mall.services import RefundSettled, Settled, stock
from members.models import Customer, Member
from tenants.models import Tenant
from tests.concurrency.crowd import all_at_once, count
from tests.mall.checks import ALWAYS, assert_invariants
from tests.mall.shop import Shop, fresh, held, login_of

BUYERS = 60
STOCK = 20


def buyers(number: int) -> list[Customer]:
    return [
        login_of(Member.objects.create(name=f"买家{n}", created_at=clock.now()), f"o_{n}")
        for n in range(number)
    ]


def tap(shop: Shop, buyer: Customer, pieces: int = 1) -> Callable[[], Order]:
    return lambda: shop.place(
        (shop.cream, pieces), customer=buyer, key="tap", shown_total_fen=10_000 * pieces
    )


def test_sixty_buyers_of_twenty_pieces_get_exactly_twenty(tenant: Tenant, shop: Shop) -> None:
    answers = all_at_once(tenant, [tap(shop, buyer) for buyer in buyers(BUYERS)])

    assert (count(answers, Order), count(answers, SoldOut)) == (STOCK, BUYERS - STOCK)
    assert (held(shop.cream), Order.objects.count()) == (STOCK, STOCK)
    assert_invariants(ALWAYS)


def test_a_count_without_lock_and_guard_oversells(tenant: Tenant, shop: Shop) -> None:
    """The control: were the crowd too slow to collide, the test above would say nothing."""

    def naive(wanted: dict[int, int], city: str = "") -> list[stock.Hold]:
        ((sku_id, quantity),) = wanted.items()
        row = Stock.objects.get(sku_id=sku_id)
        if row.on_hand - row.sold < quantity:
            raise SoldOut
        return [stock.Hold(sku_id, row.location_id, quantity)]

    with mock.patch.object(stock, "take", naive):
        answers = all_at_once(tenant, [tap(shop, buyer) for buyer in buyers(BUYERS)])
    assert count(answers, Order) > STOCK


def test_two_skus_in_opposite_order_wait_and_never_deadlock(tenant: Tenant, shop: Shop) -> None:
    def cart(buyer: Customer, *, turned: bool) -> Callable[[], Order]:
        lines = [(shop.cream, 1), (shop.soap, 1)]
        return lambda: shop.place(
            *(reversed(lines) if turned else lines),
            customer=buyer,
            key="tap",
            shown_total_fen=13_333,
        )

    deeds = [cart(buyer, turned=bool(n % 2)) for n, buyer in enumerate(buyers(40))]
    answers = all_at_once(tenant, deeds)

    assert (count(answers, Order), count(answers, SoldOut)) == (STOCK, 20)
    assert (held(shop.cream), held(shop.soap)) == (STOCK, STOCK)


def test_one_buyer_tapping_fifty_times_has_one_order(tenant: Tenant, shop: Shop) -> None:
    answers = all_at_once(tenant, [tap(shop, shop.buyer)] * 50)

    assert {order.pk for order in answers} == {Order.objects.get().pk}
    assert held(shop.cream) == 1


def test_five_notices_at_once_are_one_journal(tenant: Tenant, shop: Shop) -> None:
    notice = shop.pay(shop.place((shop.cream, 1)))

    answers = all_at_once(tenant, [lambda: services.settle_payment(notice)] * 5, threads=5)

    assert sorted(answers) == [Settled.PAID] + [Settled.REPEATED] * 4
    assert Journal.objects.filter(kind="order.paid").count() == 1
    assert ledger.balance(CASH) == 10_000


def test_payment_closing_and_cancelling_at_once_end_in_one_state(
    tenant: Tenant, shop: Shop
) -> None:
    for _ in range(10):
        order = shop.place((shop.cream, 1))
        notice = shop.pay(order)
        Order.objects.filter(pk=order.pk).update(expires_at=clock.now())

        all_at_once(
            tenant,
            [
                partial(services.settle_payment, notice),
                partial(services.close_expired, order.pk),
                partial(services.cancel_order, order=order),
                partial(services.settle_payment, notice),
            ],
            threads=4,
        )
        assert fresh(order).state == "paid"
    assert held(shop.cream) == 10
    assert_invariants(ALWAYS)


def test_pieces_of_an_order_closed_by_eight_at_once_are_freed_once(
    tenant: Tenant, shop: Shop
) -> None:
    shop.place((shop.cream, 7))
    order = shop.place((shop.cream, 3))
    Order.objects.filter(pk=order.pk).update(expires_at=clock.now())

    answers = all_at_once(tenant, [lambda: services.close_expired(order.pk)] * 8)

    assert sorted(answers) == [False] * 7 + [True]
    assert held(shop.cream) == 7


def test_refunds_at_once_never_pass_what_was_paid(tenant: Tenant, shop: Shop) -> None:
    order = shop.paid((shop.cream, 1))
    line_id = OrderLine.objects.get(order=order).pk

    answers = all_at_once(
        tenant,
        [lambda: services.request_refund(order=order, lines=[(line_id, 3_000)])] * 8,
    )

    assert (count(answers, Refund), count(answers, RefundTooMuch)) == (3, 5)
    numbers = Refund.objects.order_by("pk").values_list("out_refund_no", flat=True)
    assert list(numbers) == [f"{order.number}R0{n}" for n in (1, 2, 3)]


def test_a_refund_sent_and_told_by_many_is_booked_once(tenant: Tenant, shop: Shop) -> None:
    order = shop.paid((shop.cream, 1))
    refund = services.refund_rest(order=order)

    answers = all_at_once(tenant, [lambda: services.send_refund(refund.pk)] * 6, threads=6)

    assert answers.count(RefundSettled.SUCCEEDED) == 1
    assert (fresh(order).refunded_fen, ledger.balance(CASH), held(shop.cream)) == (10_000, 0, 0)
    assert_invariants(ALWAYS)


def test_a_refund_notice_told_by_eight_at_once_is_booked_once(tenant: Tenant, shop: Shop) -> None:
    for number in range(5):
        order = shop.paid((shop.cream, 1), key=f"k{number}")
        refund = services.refund_rest(order=order)
        shop.gateway.refunds_finish = False
        services.send_refund(refund.pk)
        notice = shop.gateway.finish_refund(refund.out_refund_no, RefundState.SUCCESS)

        answers = all_at_once(tenant, [partial(services.settle_refund, notice)] * 8)

        assert answers.count(RefundSettled.SUCCEEDED) == 1
        assert fresh(order).refunded_fen == 10_000
    assert (ledger.balance(CASH), held(shop.cream)) == (0, 0)
    assert Event.objects.filter(name="mall.refund_succeeded").count() == 5


def test_a_promise_claimed_by_two_windows_is_one_order(tenant: Tenant, shop: Shop) -> None:
    benefit = services.create_benefit(name="试用", sku=shop.soap, worth_fen=1)
    promise = services.grant_entitlement(
        member=shop.buyer.member, benefit=benefit, source_ref="test"
    )

    answers = all_at_once(
        tenant,
        [lambda: services.place_claim_order(customer=shop.buyer, entitlement=promise)] * 8,
    )

    assert {order.pk for order in answers} == {Order.objects.get().pk}
    assert held(shop.soap) == 1


def test_two_orders_paid_at_once_carry_one_gift(tenant: Tenant, shop: Shop) -> None:
    benefit = services.create_benefit(name="试用", sku=shop.soap, worth_fen=1)
    shop.claimed(benefit)
    notices = [shop.pay(shop.place((shop.cream, 1), key=f"k{n}")) for n in range(4)]

    all_at_once(
        tenant,
        [partial(services.settle_payment, notice) for notice in notices],
        threads=4,
    )

    assert OrderLine.objects.filter(is_gift=True, order__kind="sale").count() == 1
    assert Entitlement.objects.get().state == "attached"
    assert_invariants(ALWAYS)


def test_a_benefit_of_few_pieces_is_claimed_by_as_many(tenant: Tenant, shop: Shop) -> None:
    benefit = services.create_benefit(name="试用", sku=shop.soap, worth_fen=1)
    promises = [
        (buyer, services.grant_entitlement(member=buyer.member, benefit=benefit, source_ref="t"))
        for buyer in buyers(30)
    ]

    def claim(buyer: Customer, promise: Entitlement) -> Callable[[], Order]:
        return lambda: services.place_claim_order(customer=buyer, entitlement=promise)

    answers = all_at_once(tenant, [claim(*pair) for pair in promises])

    assert (count(answers, Order), count(answers, SoldOut)) == (STOCK, 10)
    assert count(answers, EntitlementUnusable) == 0
    assert Stock.objects.filter(sku=shop.soap, sold=F("on_hand")).count() == 1
