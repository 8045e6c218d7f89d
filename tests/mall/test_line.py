"""The whole line: buy, pay, ship, receive, refund."""

import pytest

from core import ledger
from core.models import Event
from mall import services
from mall.contracts import CASH, SALES_FREIGHT, SALES_GOODS
from mall.selectors import explain_order
from tests.mall.shop import Shop, fresh, held, later, run_money

pytestmark = pytest.mark.django_db


def test_an_order_is_bought_paid_shipped_received_and_refunded(shop: Shop) -> None:
    services.set_freight(brand=shop.brand, fee_fen=800, free_from_fen=0)
    order = shop.place((shop.cream, 2), (shop.soap, 1))
    assert (order.state, order.total_fen, held(shop.cream)) == ("created", 24_133, 2)

    services.settle_payment(shop.pay(order))
    assert (fresh(order).state, fresh(order).paid_fen) == ("paid", 24_133)
    with later(hours=3):
        services.ship_order(order=order, carrier="顺丰", tracking_no="SF100")
    with later(days=2):
        services.confirm_receipt(order=order)
    with later(days=3):
        services.refund_rest(order=order, reason="不喜欢")
        run_money()

    order = fresh(order)
    assert (order.state, order.refunded_fen, held(shop.cream)) == ("received", 24_133, 2)
    for account in (CASH, SALES_GOODS, SALES_FREIGHT):
        assert ledger.balance(account) == 0
    assert [event.name for event in Event.objects.order_by("pk")] == [
        "mall.order_placed",
        "mall.order_paid",
        "mall.order_shipped",
        "mall.order_received",
        "mall.refund_succeeded",
    ]
    titles = [moment.title for moment in explain_order(order)]
    assert titles[:4] == ["提交订单", "付款成功", "已发货", "已收货"]
