"""Collecting: one journal for any number of notices, and none for a wrong one."""

from dataclasses import replace
from typing import Any

import pytest

from core import clock, ledger
from core.errors import InvalidInput, Outcome, PortFailure
from core.models import Entry, Event, Job, Journal
from mall import services
from mall.contracts import (
    CASH,
    SALES_GOODS,
    SUSPENSE_LATE,
    OrderStateRefused,
    PaymentFact,
    PayWindowClosed,
    TradeState,
)
from mall.models import Order, PayException, Payment, Refund
from mall.services import Settled
from tests.mall.shop import Shop, fresh, held, later, run_money
from tests.world import MONDAY

pytestmark = pytest.mark.django_db


def exceptions() -> list[tuple[str, str]]:
    return list(PayException.objects.order_by("pk").values_list("kind", "ref"))


def test_the_collection_is_committed_before_the_platform_is_asked(shop: Shop) -> None:
    order = shop.place()
    shop.gateway.fail_next("create_jsapi", "SYSTEM_ERROR", Outcome.UNKNOWN)

    with pytest.raises(PortFailure):
        services.start_payment(order=order)
    payment = Payment.objects.get(order=order)
    assert (payment.state, payment.amount_fen, payment.openid) == ("prepay", 10_000, "o_eve")
    assert (payment.appid, payment.mchid) == ("wx_mall", "1900000001")


def test_asking_twice_collects_once(shop: Shop) -> None:
    order = shop.place()

    first = services.start_payment(order=order)
    assert services.start_payment(order=order) == first
    assert shop.gateway.asked("create_jsapi") == [order.number]


def test_a_payment_is_booked_once_for_five_notices(shop: Shop) -> None:
    order = shop.place((shop.cream, 1), (shop.soap, 1))
    notice = shop.pay(order)

    answers = [services.settle_payment(notice) for _ in range(5)]

    assert answers == [Settled.PAID] + [Settled.REPEATED] * 4
    assert fresh(order).paid_fen == 13_333
    assert list(fresh(order).lines.order_by("pk").values_list("paid_fen", flat=True)) == [
        10_000,
        3_333,
    ]
    assert Journal.objects.count() == 1
    assert ledger.balance(CASH) == 13_333
    assert ledger.balance(SALES_GOODS, f"order:{order.number}") == -13_333
    assert Event.objects.filter(name="mall.order_paid").count() == 1


def test_a_notice_that_outruns_our_own_request_is_believed(shop: Shop) -> None:
    order = shop.place()
    shop.gateway.fail_next("create_jsapi", "TIMEOUT", Outcome.UNKNOWN)
    with pytest.raises(PortFailure):
        services.start_payment(order=order)
    notice = PaymentFact(
        out_trade_no=order.number,
        transaction_id="4200",
        state=TradeState.SUCCESS,
        amount_fen=10_000,
        currency="CNY",
        openid="o_eve",
        appid="wx_mall",
        mchid="1900000001",
        paid_at=clock.now(),
    )

    assert services.settle_payment(notice) is Settled.PAID
    with pytest.raises(OrderStateRefused):
        services.start_payment(order=order)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("amount_fen", 1),
        ("amount_fen", 10_001),
        ("amount_fen", 0),
        ("amount_fen", -10_000),
        ("currency", "USD"),
        ("mchid", "1900000009"),
        ("appid", "wx_other"),
        ("openid", "o_mallory"),
    ],
)
def test_a_wrong_notice_pays_nothing_and_a_person_sees_it(
    shop: Shop, field: str, wrong: Any
) -> None:
    order = shop.place()
    notice = shop.pay(order, **{field: wrong})

    assert services.settle_payment(notice) is Settled.EXCEPTION
    assert (fresh(order).state, fresh(order).paid_fen) == ("created", 0)
    assert Payment.objects.get().state == "prepay"
    assert (Entry.objects.count(), exceptions()) == (0, [("payment_mismatch", order.number)])


def test_a_wrong_notice_does_not_stop_the_right_one(shop: Shop) -> None:
    order = shop.place()
    notice = shop.pay(order)
    services.settle_payment(replace(notice, amount_fen=1))

    assert services.settle_payment(notice) is Settled.PAID


def test_money_for_no_order_is_a_persons_matter(shop: Shop) -> None:
    notice = replace(shop.pay(shop.place()), out_trade_no="nobody")

    assert services.settle_payment(notice) is Settled.EXCEPTION
    assert (Entry.objects.count(), exceptions()) == (0, [("payment_unknown", "nobody")])


def test_a_second_payment_of_an_order_is_a_persons_matter(shop: Shop) -> None:
    order = shop.place()
    notice = shop.pay(order)
    services.settle_payment(notice)

    second = replace(notice, transaction_id="4299")
    assert services.settle_payment(second) is Settled.EXCEPTION
    assert ledger.balance(CASH) == 10_000
    assert exceptions() == [("payment_twice", order.number)]


@pytest.mark.parametrize("state", [TradeState.NOTPAY, TradeState.CLOSED, TradeState.ERROR])
def test_what_is_not_a_payment_changes_nothing(shop: Shop, state: TradeState) -> None:
    order = shop.place()
    notice = replace(shop.pay(order), state=state)

    assert services.settle_payment(notice) is Settled.PENDING
    assert (fresh(order).state, exceptions()) == ("created", [])


def test_money_returned_behind_our_back_is_a_persons_matter(shop: Shop) -> None:
    order = shop.place()
    notice = replace(shop.pay(order), state=TradeState.REFUND)

    assert services.settle_payment(notice) is Settled.EXCEPTION
    assert (fresh(order).state, exceptions()) == (
        "created",
        [("refunded_outside", order.number)],
    )


def test_money_for_a_closed_order_goes_back_by_itself(shop: Shop) -> None:
    order = shop.place()
    notice = shop.pay(order)
    Order.objects.filter(pk=order.pk).update(state="closed")

    assert services.settle_payment(notice) is Settled.LATE
    assert services.settle_payment(notice) is Settled.REPEATED
    assert (ledger.balance(CASH), ledger.balance(SUSPENSE_LATE)) == (10_000, -10_000)
    run_money()

    order = fresh(order)
    assert (order.state, order.paid_fen, order.refunded_fen) == ("closed", 0, 0)
    refund = Refund.objects.get()
    assert (refund.kind, refund.state, refund.amount_fen) == ("late", "success", 10_000)
    assert (ledger.balance(CASH), ledger.balance(SUSPENSE_LATE)) == (0, 0)
    assert exceptions() == [("late_payment", order.number)]
    assert not Event.objects.filter(name="mall.order_paid").exists()
    assert not Event.objects.filter(name="mall.refund_succeeded").exists()


def test_the_window_closes_for_starting_but_not_for_paying(shop: Shop) -> None:
    order = shop.place()
    with later(minutes=14, seconds=30), pytest.raises(PayWindowClosed):
        services.start_payment(order=order)

    notice = shop.pay(order)
    with later(minutes=15, seconds=1):
        with pytest.raises(PayWindowClosed):
            services.start_payment(order=order)
        assert services.settle_payment(notice) is Settled.PAID


def test_only_a_login_of_the_collecting_app_can_pay(shop: Shop) -> None:
    shop.buyer.appid = "wx_elsewhere"
    shop.buyer.save()

    with pytest.raises(InvalidInput):
        services.start_payment(order=shop.place())
    assert not Payment.objects.exists()


def test_a_lost_notice_is_found_by_asking(shop: Shop) -> None:
    order = shop.place()
    shop.pay(order)
    services.sweep_payments()
    assert shop.gateway.asked("query") == []

    with later(minutes=5):
        services.sweep_payments()
        run_money()
    assert fresh(order).state == "paid"
    assert Journal.objects.filter(kind="order.paid", ref=order.number).count() == 1


def test_a_sweep_owes_each_question_once_a_minute(shop: Shop) -> None:
    shop.pay(shop.place())

    with later(minutes=2):
        services.sweep_payments()
        services.sweep_payments()
    assert Job.objects.filter(name="mall.check_payment").count() == 1


def test_a_payment_of_a_closed_collection_is_found_the_next_night(shop: Shop) -> None:
    order = shop.place()
    services.start_payment(order=order)
    services.cancel_order(order=order)
    shop.gateway.pay(order.number)

    with later(hours=18):
        assert services.recheck_closed() == 1
        run_money()
        run_money()
    assert exceptions() == [("late_payment", order.number)]
    assert Refund.objects.get().state == "success"
    assert held(shop.cream) == 0


def test_the_description_fits_the_platform(shop: Shop) -> None:
    services.edit_product(product=shop.cream.product, title="霜" * 70)
    shop.cream.refresh_from_db()

    services.start_payment(order=shop.place((shop.cream, 1)))
    assert shop.gateway.descriptions == ["霜" * 42]


def test_the_time_of_payment_is_the_platforms(shop: Shop) -> None:
    order = shop.place()
    notice = shop.pay(order)
    with later(hours=2):
        services.settle_payment(notice)

    assert fresh(order).paid_at == MONDAY
