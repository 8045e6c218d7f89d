"""Create, notice, timeout and refund in every order, and each during another's call.

The platform's own record is the oracle: at rest the buyer's money is either for goods
that are held for them, or with the buyer.
"""

import itertools
from collections.abc import Callable

import pytest

from core import ledger
from core.errors import Outcome, PortFailure, Refusal
from core.models import Event, Journal
from mall import services
from mall.contracts import CASH, PayWindowClosed, RefundState, TradeState
from mall.models import Order, Refund
from mall.services import RefundSettled, Settled
from tests.mall.checks import ALWAYS, AT_REST, assert_invariants
from tests.mall.shop import Shop, fresh, held, later, run_money

pytestmark = pytest.mark.django_db

STEPS = ("create", "notice", "timeout", "refund")


class Play:
    """One order and the four things that may befall it, each whenever it likes."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.order = shop.place((shop.cream, 2))

    def create(self) -> None:
        """Our answer to the buyer's tap on pay."""
        try:
            services.start_payment(order=self.order)
        except Refusal:
            assert fresh(self.order).state != "created"

    def notice(self) -> None:
        """The buyer pays and two notices come, even if our own request is unanswered."""
        if self.order.number not in self.shop.gateway.payments:
            self._lose_the_answer()
        if self.order.number in self.shop.gateway.payments:
            fact = self.shop.gateway.pay(self.order.number)
            services.settle_payment(fact)
            services.settle_payment(fact)

    def _lose_the_answer(self) -> None:
        self.shop.gateway.fail_next("create_jsapi", "TIMEOUT", Outcome.UNKNOWN)
        try:
            services.start_payment(order=self.order)
        except PortFailure:
            self.shop.gateway.accept(self.order.number, self.order.total_fen)
        except Refusal:
            self.shop.gateway.failures.clear()

    def timeout(self) -> None:
        with later(minutes=15):
            services.close_expired(self.order.pk)

    def refund(self) -> None:
        try:
            services.refund_rest(order=self.order)
        except Refusal:
            return
        run_money()

    def to_rest(self) -> None:
        for minutes in (15, 20, 25):
            with later(minutes=minutes):
                services.sweep_payments()
                run_money()

    def money_with_us(self) -> int:
        """By the platform's record."""
        gateway = self.shop.gateway
        paid = gateway.payments.get(self.order.number)
        back = sum(
            one.amount_fen for one in gateway.refunds.values() if one.state is RefundState.SUCCESS
        )
        return paid.amount_fen - back if paid and paid.state is TradeState.SUCCESS else 0


ORDERS = list(itertools.permutations(STEPS))


def test_there_are_24_orders_of_the_four_steps() -> None:
    assert len(ORDERS) == 24


@pytest.mark.parametrize("steps", ORDERS, ids="-".join)
def test_every_order_of_the_four_steps_keeps_the_books(shop: Shop, steps: tuple[str, ...]) -> None:
    play = Play(shop)
    for step in steps:
        getattr(play, step)()
        assert_invariants(ALWAYS)
    play.to_rest()

    with later(hours=1):
        assert_invariants(AT_REST)
    order = fresh(play.order)
    keeps = order.state == "paid"
    assert order.state in ("paid", "closed")
    assert held(shop.cream) == (2 if keeps else 0)
    assert play.money_with_us() == (order.total_fen if keeps else 0)
    assert ledger.balance(CASH) == play.money_with_us()


def test_some_orders_end_paid_and_some_end_closed(shop: Shop) -> None:
    """Without both ends the test above would prove little."""
    play = Play(shop)
    play.create()
    play.notice()
    play.timeout()
    play.to_rest()
    assert fresh(play.order).state == "paid"

    second = Play(shop)
    second.timeout()
    second.notice()
    second.to_rest()
    assert fresh(second.order).state == "closed"


def test_a_notice_during_our_request_is_believed_and_the_buyer_is_told(shop: Shop) -> None:
    order = shop.place()
    gateway = shop.gateway
    gateway.during["create_jsapi"] = lambda: (
        gateway.accept(order.number, order.total_fen),
        services.settle_payment(gateway.pay(order.number)),
    )

    with pytest.raises(PortFailure):
        services.start_payment(order=order)
    assert fresh(order).state == "paid"
    assert_invariants(ALWAYS)


def test_a_cancellation_during_our_request_wins_and_late_money_goes_back(shop: Shop) -> None:
    order = shop.place()
    shop.gateway.during["create_jsapi"] = lambda: services.cancel_order(order=order)

    with pytest.raises(PayWindowClosed):
        services.start_payment(order=order)
    assert services.settle_payment(shop.gateway.pay(order.number)) is Settled.LATE
    run_money()
    assert (fresh(order).state, ledger.balance(CASH), held(shop.cream)) == ("closed", 0, 0)
    assert_invariants(ALWAYS)


def test_a_payment_while_we_ask_to_close_wins(shop: Shop) -> None:
    order = shop.place()
    services.start_payment(order=order)
    gateway = shop.gateway
    gateway.during["close"] = lambda: services.settle_payment(gateway.pay(order.number))

    with later(minutes=15):
        assert not services.close_expired(order.pk)
    assert (fresh(order).state, held(shop.cream)) == ("paid", 1)
    assert Journal.objects.count() == 1


def test_a_second_closing_during_the_first_frees_the_pieces_once(shop: Shop) -> None:
    shop.place((shop.cream, 5))
    order = shop.place((shop.cream, 2))
    services.start_payment(order=order)
    shop.gateway.during["close"] = lambda: services.close_expired(order.pk)

    with later(minutes=15):
        assert not services.close_expired(order.pk)
    assert (fresh(order).state, held(shop.cream)) == ("closed", 5)
    assert Event.objects.filter(name="mall.order_closed").count() == 1


def test_a_second_sender_during_the_first_is_one_refund(shop: Shop) -> None:
    order = shop.paid((shop.cream, 1))
    refund = services.refund_amount(order=order, amount_fen=300)
    shop.gateway.during["refund"] = lambda: services.send_refund(refund.pk)

    assert services.send_refund(refund.pk) is RefundSettled.REPEATED
    assert set(shop.gateway.asked("refund")) == {refund.out_refund_no}
    assert fresh(order).refunded_fen == 300
    assert_invariants(ALWAYS)


def test_another_refund_during_the_first_stays_within_what_was_paid(shop: Shop) -> None:
    order = shop.paid((shop.cream, 1))
    first = services.refund_amount(order=order, amount_fen=6_000)
    refused: list[type[Refusal]] = []

    def another() -> None:
        try:
            services.refund_amount(order=order, amount_fen=4_001)
        except Refusal as refusal:
            refused.append(type(refusal))

    shop.gateway.during["refund"] = another
    services.send_refund(first.pk)
    assert [kind.code for kind in refused] == ["refund_too_much"]
    assert Refund.objects.count() == 1


@pytest.mark.parametrize(
    "actor",
    [
        lambda order: services.cancel_order(order=order),
        lambda order: services.ship_order(order=order, carrier="顺丰", tracking_no="SF1"),
        lambda order: services.confirm_receipt(order=order),
    ],
)
def test_nothing_happens_to_an_order_that_was_refunded_whole(
    shop: Shop, actor: Callable[[Order], object]
) -> None:
    order = shop.paid((shop.cream, 1))
    services.refund_rest(order=order)
    run_money()

    with pytest.raises(Refusal):
        actor(fresh(order))
    assert (fresh(order).state, held(shop.cream)) == ("closed", 0)
    assert_invariants(ALWAYS)
