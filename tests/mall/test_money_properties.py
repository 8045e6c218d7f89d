"""Random carts and refunds against a model of a few lines; random days in a small shop.

SIYU_EXAMPLES sets how many are played; the few of a normal run are always the same.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import ledger
from core.errors import Refusal
from mall import services
from mall.contracts import CASH, SALES_FREIGHT, SALES_GOODS
from mall.models import Benefit, Order, Payment, Refund, Sku
from mall.selectors import refundable_freight, refundable_lines
from tests.mall.checks import ALWAYS, assert_invariants
from tests.mall.shop import Shop, fresh, later, run_money

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

EXAMPLES = int(os.environ.get("SIYU_EXAMPLES", "0"))
played = settings(
    max_examples=EXAMPLES or 15,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class Undo(Exception):
    """Ends an example without keeping its rows."""


@contextmanager
def one_example(shop: Shop) -> Iterator[None]:
    shop.gateway.payments.clear()
    shop.gateway.refunds.clear()
    try:
        with transaction.atomic():
            yield
            raise Undo
    except Undo:
        pass


def shelve(shop: Shop, price_fen: int, number: int) -> Sku:
    sku = services.add_sku(product=shop.cream.product, code=f"R{number}", price_fen=price_fen)
    services.set_stock(sku=sku, location=shop.brand, on_hand=50)
    return sku


CARTS = st.lists(st.tuples(st.integers(1, 99_999), st.integers(1, 5)), min_size=1, max_size=5)
FREIGHT = st.sampled_from([0, 1, 800, 1_234])


@played
@given(cart=CARTS, freight=FREIGHT, data=st.data())
def test_refunds_in_any_order_sum_up_and_never_pass_what_was_paid(
    shop: Shop, cart: list[tuple[int, int]], freight: int, data: Any
) -> None:
    with one_example(shop):
        services.set_freight(brand=shop.brand, fee_fen=freight)
        lines = [(shelve(shop, price, no), pieces) for no, (price, pieces) in enumerate(cart)]
        order = shop.paid(*lines)
        assert order.paid_fen == sum(price * pieces for price, pieces in cart) + freight

        given_back = _refund_at_random(order, data)
        run_money()

        order = fresh(order)
        assert order.refunded_fen == sum(given_back) <= order.paid_fen
        assert ledger.balance(CASH) == order.paid_fen - order.refunded_fen
        assert_invariants(ALWAYS)
        _refund_what_is_left(order)


def _refund_at_random(order: Order, data: Any) -> list[int]:
    """Up to six requests; the model is the list of what was granted."""
    given_back: list[int] = []
    for _ in range(data.draw(st.integers(0, 6))):
        left, freight = refundable_lines(order), refundable_freight(order)
        line_id = data.draw(st.sampled_from(sorted(left)))
        amount = data.draw(st.integers(1, left[line_id] + 3))
        part = data.draw(st.integers(0, freight + 1))
        is_too_much = amount > left[line_id] or part > freight
        try:
            services.request_refund(order=order, lines=[(line_id, amount)], freight_fen=part)
            assert not is_too_much
            given_back.append(amount + part)
        except Refusal:
            assert is_too_much or fresh(order).state == "closed"
        if data.draw(st.booleans()):
            run_money()
    return given_back


def _refund_what_is_left(order: Order) -> None:
    if order.refunded_fen < order.paid_fen:
        services.refund_rest(order=order)
        run_money()
    assert fresh(order).refunded_fen == order.paid_fen
    for account in (CASH, SALES_GOODS, SALES_FREIGHT):
        assert ledger.balance(account) == 0
    assert_invariants(ALWAYS)


@played
@given(cart=CARTS, amounts=st.lists(st.integers(1, 50_000), max_size=8))
def test_spread_refunds_empty_the_lines_together(
    shop: Shop, cart: list[tuple[int, int]], amounts: list[int]
) -> None:
    with one_example(shop):
        order = shop.paid(*[(shelve(shop, price, no), n) for no, (price, n) in enumerate(cart)])
        left = order.paid_fen
        for amount in amounts:
            if amount <= left:
                services.refund_amount(order=order, amount_fen=amount)
                left -= amount

        assert sum(refundable_lines(order).values()) == left
        assert min(refundable_lines(order).values()) >= 0


def _place(shop: Shop, data: Any) -> None:
    shop.place((shop.cream, data.draw(st.integers(1, 4))))


def _pay(shop: Shop, data: Any) -> None:
    order = _one(data, "created")
    if order:
        notice = shop.pay(order)
        for _ in range(data.draw(st.integers(1, 3))):
            services.settle_payment(notice)


def _cancel(shop: Shop, data: Any) -> None:
    order = _one(data, "created", "paid")
    if order:
        services.cancel_order(order=order)


def _ship(shop: Shop, data: Any) -> None:
    order = _one(data, "paid")
    if order:
        services.ship_order(order=order, carrier="顺丰", tracking_no="SF1")


def _receive(shop: Shop, data: Any) -> None:
    order = _one(data, "shipped", "paid")
    if order:
        services.confirm_receipt(order=order)


def _refund(shop: Shop, data: Any) -> None:
    order = _one(data, "paid", "shipped", "received", "closed")
    if order:
        services.refund_amount(order=order, amount_fen=data.draw(st.integers(1, 20_000)))


def _refund_all(shop: Shop, data: Any) -> None:
    order = _one(data, "paid", "shipped", "received")
    if order:
        services.refund_rest(order=order)


def _retell(shop: Shop, data: Any) -> None:
    """Old news once more."""
    for fact in shop.gateway.payments.values():
        services.settle_payment(fact)
    for refund in shop.gateway.refunds.values():
        services.settle_refund(refund)


def _work(shop: Shop, data: Any) -> None:
    run_money()


def _wait(shop: Shop, data: Any) -> None:
    with later(minutes=15):
        run_money()


def _claim(shop: Shop, data: Any) -> None:
    promise = services.grant_entitlement(
        member=shop.buyer.member, benefit=Benefit.objects.get(), source_ref="test"
    )
    services.place_claim_order(customer=shop.buyer, entitlement=promise)


def _expire(shop: Shop, data: Any) -> None:
    with later(days=31):
        services.expire_entitlements()
        run_money()


def _one(data: Any, *states: str) -> Order | None:
    found = list(Order.objects.filter(state__in=states).order_by("pk"))
    return data.draw(st.sampled_from(found)) if found else None


DEEDS: list[Callable[[Shop, Any], None]] = [
    _place,
    _place,
    _pay,
    _pay,
    _cancel,
    _ship,
    _receive,
    _refund,
    _refund_all,
    _claim,
    _claim,
    _expire,
    _retell,
    _work,
    _wait,
]


@played
@given(deeds=st.lists(st.sampled_from(DEEDS), min_size=8, max_size=25), data=st.data())
def test_a_random_day_in_the_shop_keeps_every_invariant_at_every_step(
    shop: Shop, deeds: list[Callable[[Shop, Any], None]], data: Any
) -> None:
    with one_example(shop):
        services.set_stock(sku=shop.cream, location=shop.brand, on_hand=6)
        services.create_benefit(name="试用", sku=shop.soap, worth_fen=1, threshold_fen=10_000)
        for deed in deeds:
            with suppress(Refusal):
                deed(shop, data)
            assert_invariants(ALWAYS)
        run_money()
        assert_invariants(ALWAYS)
        collected = Payment.objects.filter(state="paid")
        paid = sum(collected.values_list("amount_fen", flat=True))
        back = sum(Refund.objects.filter(state="success").values_list("amount_fen", flat=True))
        assert ledger.balance(CASH) == paid - back
