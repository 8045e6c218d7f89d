"""Parcels: sent when paid and undisputed, received by word or by time."""

import pytest

from core.errors import InvalidInput
from core.models import AuditEntry, Event
from mall import services
from mall.contracts import OrderStateRefused, RefundOpen
from mall.models import Order
from members.models import TimelineEntry
from tests.mall.shop import Shop, fresh, later, run_money

pytestmark = pytest.mark.django_db


def ship(order: Order) -> None:
    services.ship_order(order=order, carrier="顺丰", tracking_no="SF1")


def test_a_paid_order_is_shipped_once(shop: Shop) -> None:
    order = shop.paid()
    ship(order)

    order = fresh(order)
    assert (order.state, order.carrier, order.tracking_no) == ("shipped", "顺丰", "SF1")
    assert AuditEntry.objects.filter(action="mall.order.shipped").count() == 1
    with pytest.raises(OrderStateRefused):
        ship(order)
    assert Event.objects.filter(name="mall.order_shipped").count() == 1


def test_an_unpaid_order_is_not_shipped(shop: Shop) -> None:
    order = shop.place()
    with pytest.raises(OrderStateRefused):
        ship(order)
    assert fresh(order).state == "created"


def test_a_parcel_needs_a_number(shop: Shop) -> None:
    order = shop.paid()
    with pytest.raises(InvalidInput):
        services.ship_order(order=order, carrier="顺丰", tracking_no=" ")
    assert fresh(order).state == "paid"


def test_nothing_leaves_while_a_refund_is_open(shop: Shop) -> None:
    order = shop.paid()
    services.refund_amount(order=order, amount_fen=100)
    with pytest.raises(RefundOpen):
        ship(order)

    run_money()
    ship(order)
    assert fresh(order).state == "shipped"


def test_receipt_is_confirmed_once(shop: Shop) -> None:
    order = shop.shipped()
    with later(days=1):
        services.confirm_receipt(order=order)
    received_at = fresh(order).received_at
    with later(days=2):
        services.confirm_receipt(order=order)

    assert fresh(order).received_at == received_at
    assert Event.objects.filter(name="mall.order_received").count() == 1


def test_an_unshipped_order_cannot_be_received(shop: Shop) -> None:
    order = shop.paid()
    with pytest.raises(OrderStateRefused):
        services.confirm_receipt(order=order)
    assert fresh(order).state == "paid"


def test_ten_quiet_days_are_a_receipt(shop: Shop) -> None:
    order = shop.shipped()
    with later(days=9, hours=23):
        assert services.receive_overdue() == 0
    with later(days=10):
        assert services.receive_overdue() == 1
        assert services.receive_overdue() == 0
    assert fresh(order).state == "received"


def test_an_open_refund_stops_the_days_from_counting(shop: Shop) -> None:
    order = shop.shipped()
    shop.gateway.refunds_finish = False
    services.refund_amount(order=order, amount_fen=100)
    run_money()

    with later(days=11):
        assert services.receive_overdue() == 0
    assert fresh(order).state == "shipped"


def test_the_member_reads_their_orders_in_their_story(shop: Shop) -> None:
    order = shop.shipped()
    services.confirm_receipt(order=order)
    services.refund_amount(order=order, amount_fen=100)
    run_money()

    told = TimelineEntry.objects.filter(member=shop.buyer.member).order_by("pk")
    assert list(told.values_list("kind", "text")) == [
        ("order_paid", "下单付款 ¥100.00"),
        ("order_received", "订单已收货"),
        ("order_refunded", "退款 ¥1.00"),
    ]
