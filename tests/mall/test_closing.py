"""Ending the wait: at the platform first, and never while it might be paid."""

from dataclasses import replace
from unittest import mock

import pytest

from core.errors import Outcome, PortFailure
from core.locks import Busy
from core.models import Event, Job
from mall import services
from mall.contracts import OrderStateRefused, TradeState
from mall.models import PayException, Payment
from mall.services import closing
from tests.mall.shop import Shop, fresh, held, later, run_money

pytestmark = pytest.mark.django_db


def closings() -> int:
    return Event.objects.filter(name="mall.order_closed").count()


def test_an_unpaid_order_ends_after_fifteen_minutes_and_frees_its_pieces(shop: Shop) -> None:
    order = shop.place((shop.cream, 3))
    services.start_payment(order=order)
    with later(minutes=14, seconds=59):
        run_money()
        assert (fresh(order).state, held(shop.cream)) == ("created", 3)

    with later(minutes=15):
        run_money()
    assert (fresh(order).state, held(shop.cream), closings()) == ("closed", 0, 1)
    assert Payment.objects.get().state == "closed"
    assert shop.gateway.payments[order.number].state == "closed"


def test_an_order_nobody_began_to_pay_closes_without_asking(shop: Shop) -> None:
    order = shop.place()

    with later(minutes=15):
        run_money()
    assert (fresh(order).state, shop.gateway.calls) == ("closed", [])


def test_closing_finds_the_payment_whose_notice_is_still_on_its_way(shop: Shop) -> None:
    order = shop.place()
    shop.pay(order)

    with later(minutes=15):
        run_money()
    assert (fresh(order).state, held(shop.cream), closings()) == ("paid", 1, 0)


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.RETRYABLE])
def test_an_order_stays_open_while_the_platform_does_not_answer(
    shop: Shop, outcome: Outcome
) -> None:
    order = shop.place()
    services.start_payment(order=order)
    shop.gateway.fail_next("close", "TIMEOUT", outcome)

    with later(minutes=15):
        run_money()
        assert (fresh(order).state, held(shop.cream)) == ("created", 1)
    with later(minutes=16):
        run_money()
    assert (fresh(order).state, held(shop.cream)) == ("closed", 0)


def test_a_refused_closing_of_an_unpaid_order_is_not_taken_for_success(shop: Shop) -> None:
    order = shop.place()
    services.start_payment(order=order)
    shop.gateway.fail_next("close", "SIGN_ERROR", Outcome.REJECTED)

    with later(minutes=15), pytest.raises(PortFailure, match="SIGN_ERROR"):
        services.close_expired(order.pk)
    assert fresh(order).state == "created"


def test_the_sweep_closes_what_a_dead_closing_job_left(shop: Shop) -> None:
    order = shop.place()
    Job.objects.filter(key=order.number).update(state="dead")

    with later(minutes=20):
        services.sweep_payments()
        run_money()
    assert (fresh(order).state, held(shop.cream)) == ("closed", 0)


def test_a_buyer_may_change_their_mind_before_paying(shop: Shop) -> None:
    order = shop.place((shop.cream, 2))

    services.cancel_order(order=order, reason="不想要了")
    assert (fresh(order).state, held(shop.cream), closings()) == ("closed", 0, 1)
    with pytest.raises(OrderStateRefused):
        services.cancel_order(order=order)
    assert (held(shop.cream), closings()) == (0, 1)


def test_a_buyer_cannot_cancel_what_they_have_paid(shop: Shop) -> None:
    order = shop.place()
    shop.pay(order)

    with pytest.raises(OrderStateRefused) as refused:
        services.cancel_order(order=order)
    assert refused.value.detail == {"state": "paid"}
    assert (fresh(order).state, held(shop.cream)) == ("paid", 1)


def test_money_that_came_and_went_without_us_closes_the_order_for_a_person(shop: Shop) -> None:
    order = shop.place()
    paid = shop.pay(order)
    shop.gateway.payments[order.number] = replace(paid, state=TradeState.REFUND)

    with later(minutes=15):
        run_money()
    assert (fresh(order).state, held(shop.cream)) == ("closed", 0)
    assert PayException.objects.get().kind == "refunded_outside"


def test_a_row_that_is_held_too_long_is_waited_for(shop: Shop) -> None:
    order = shop.place()
    with later(minutes=15), mock.patch.object(closing, "lock_objects", side_effect=Busy):
        run_money()
    job = Job.objects.get(name="mall.close_expired", key=order.number)
    assert (job.state, fresh(order).state) == ("due", "created")


def test_closing_twice_frees_the_pieces_once(shop: Shop) -> None:
    shop.place((shop.cream, 1))
    order = shop.place((shop.cream, 4))

    with later(minutes=16):
        assert services.close_expired(order.pk)
        assert not services.close_expired(order.pk)
    assert held(shop.cream) == 1
