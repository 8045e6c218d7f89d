"""Orders brought in whole are not asked about, and the mark cannot hide a real collection."""

import pytest

from mall.contracts import HISTORY
from mall.invariants import (
    history_was_never_collected,
    payments_are_complete,
    refunds_are_complete,
)
from mall.models import Order, Payment
from tests.mall.shop import Shop

pytestmark = pytest.mark.django_db


def history(shop: Shop) -> Order:
    """A paid order of the shop made into history: nothing of WeChat Pay is left on it."""
    order = shop.paid()
    Order.objects.filter(pk=order.pk).update(flags=[HISTORY])
    Payment.objects.filter(order=order).update(mchid="", prepay_id="", transaction_id="")
    return order


def test_history_is_not_asked_of_the_platform_and_is_counted_apart(shop: Shop) -> None:
    asked, _ = payments_are_complete()
    history(shop)

    assert payments_are_complete()[0] == asked
    assert refunds_are_complete()[0] == 0
    assert history_was_never_collected() == (1, [])


@pytest.mark.parametrize("trace", ["mchid", "prepay_id", "transaction_id"])
def test_a_real_collection_under_the_mark_turns_red(shop: Shop, trace: str) -> None:
    order = history(shop)
    Payment.objects.filter(order=order).update(**{trace: "1900000001"})

    examined, found = history_was_never_collected()

    assert examined == 1
    assert found == [f"订单 {order.number}：标为历史，却有微信支付的痕迹（1900000001）"]
