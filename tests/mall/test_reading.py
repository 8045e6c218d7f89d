"""Reading orders: whose they are, what they tell, what analytics may count."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import clock
from core.errors import NotFound
from mall import services
from mall.models import Order
from mall.selectors import (
    explain_order,
    get_order,
    get_order_for,
    get_order_of,
    get_refund,
    list_orders_for,
    list_orders_of,
    list_orders_to_ship,
    list_pay_exceptions,
    read_receiver,
)
from members.models import Member
from tests.mall.shop import Shop, fresh, later, login_of, run_money
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db


def facts(view: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {view} ORDER BY 1")
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def imported(shop: Shop, number: str, **fields: Any) -> Order:
    return Order.objects.create(
        number=f"I{number}",
        platform="tmall",
        platform_order_no=number,
        brand=shop.brand,
        goods_fen=fields.pop("goods_fen", 5_000),
        total_fen=5_000,
        placed_at=MONDAY,
        **fields,
    )


def test_a_store_sees_its_own_orders_and_the_brand_sees_all(shop: Shop, world: World) -> None:
    services.set_stock(sku=shop.cream, location=shop.brand, on_hand=0)
    services.set_stock(sku=shop.cream, location=world.first_store, on_hand=5)
    at_first, at_brand = shop.place((shop.cream, 1)), shop.place((shop.soap, 1))

    assert list(list_orders_for(world.bo)) == [at_first]
    assert list(list_orders_for(world.dee)) == []
    assert set(list_orders_for(world.ann)) == {at_first, at_brand}
    assert set(list_orders_for(world.admin)) == {at_first, at_brand}
    for person in (world.dee, world.cai):
        with pytest.raises(NotFound):
            get_order_for(person, at_brand.public_id)


def test_an_order_may_be_counted_to_another_store(shop: Shop, world: World) -> None:
    order = shop.place((shop.soap, 1))
    services.assign_store(order_id=order.pk, unit_id=world.other_store.pk, reason="归属")

    assert list(list_orders_for(world.dee)) == [order]
    assert list(list_orders_for(world.bo)) == []


def test_a_buyer_sees_their_own_orders_only(shop: Shop) -> None:
    order = shop.place()
    stranger = login_of(Member.objects.create(name="路人", created_at=clock.now()), "o_x")

    assert get_order_of(shop.buyer, order.public_id) == order
    assert list(list_orders_of(stranger)) == []
    with pytest.raises(NotFound):
        get_order_of(stranger, order.public_id)


def test_what_is_to_be_shipped_is_paid_and_the_longest_waiting_first(
    shop: Shop, world: World
) -> None:
    shop.claimed(services.create_benefit(name="试用", sku=shop.soap, worth_fen=1))
    with later(minutes=2):
        second = shop.paid((shop.soap, 1))
    first = shop.paid((shop.soap, 1))
    shop.place()
    shop.shipped((shop.soap, 1))

    assert list(list_orders_to_ship(world.ann)) == [first, second]


@pytest.mark.parametrize("lines", [1, 20])
def test_an_order_is_read_in_two_queries(shop: Shop, lines: int) -> None:
    skus = [
        services.add_sku(product=shop.cream.product, code=f"N{n}", price_fen=100)
        for n in range(lines)
    ]
    for sku in skus:
        services.set_stock(sku=sku, location=shop.brand, on_hand=1)
    order = shop.place(*[(sku, 1) for sku in skus])

    with CaptureQueriesContext(connection) as seen:
        found = get_order(order.pk)
        assert len([line.sku.product.title for line in found.lines.all() if line.sku]) == lines
    assert len([one for one in seen if one["sql"].startswith("SELECT")]) == 2


def test_the_story_of_an_order_reads_from_first_to_last(shop: Shop) -> None:
    shop.claimed(services.create_benefit(name="试用", sku=shop.soap, worth_fen=1))
    order = shop.paid((shop.cream, 1))
    with later(hours=1):
        services.ship_order(order=order, carrier="顺丰", tracking_no="SF1")
    with later(hours=2):
        services.refund_rest(order=order, reason="不合适")
        run_money()

    story = [(moment.title, moment.detail) for moment in explain_order(fresh(order))]
    assert story == [
        ("提交订单", "应付 ¥100.00"),
        ("付款成功", "¥100.00"),
        ("赠品随单发出", "玫瑰面霜"),
        ("已发货", "顺丰 SF1"),
        ("订单关闭", "已全额退款"),
        ("申请退款 ¥100.00", "不合适"),
        ("退款到账 ¥100.00", ""),
    ]


def test_the_story_says_why_an_order_closed(shop: Shop) -> None:
    cancelled, expired = shop.place(), shop.place()
    services.cancel_order(order=cancelled)
    with later(minutes=15):
        run_money()

    assert explain_order(fresh(cancelled))[-1].detail == "付款前取消"
    assert explain_order(fresh(expired))[-1].detail == "超过付款时间，自动关闭"


def test_the_story_shows_what_a_person_has_to_look_at(shop: Shop) -> None:
    order = shop.place()
    services.settle_payment(shop.pay(order, amount_fen=1))

    assert explain_order(order)[-1].title == "微信支付通知与订单不符，未入账"
    exception = list_pay_exceptions().get()
    services.resolve_exception(exception=exception, reason="已与顾客核对")
    assert not list_pay_exceptions().exists()
    assert list_pay_exceptions(unresolved_only=False).get() == exception


def test_an_order_without_a_receiver_has_none(shop: Shop) -> None:
    assert read_receiver(imported(shop, "1")) is None


def test_facts_tell_orders_and_lines(shop: Shop) -> None:
    services.set_freight(brand=shop.brand, fee_fen=800)
    order = shop.paid((shop.cream, 2))

    assert facts("fact_order") == [
        {
            "order_id": order.pk,
            "platform": "own",
            "kind": "sale",
            "state": "paid",
            "brand_id": shop.brand.pk,
            "store_id": None,
            "member_id": shop.buyer.member_id,
            "placed_at": MONDAY,
            "paid_at": MONDAY,
            "received_at": None,
            "total_fen": 20_800,
            "paid_fen": 20_800,
            "freight_fen": 800,
            "refunded_fen": 0,
            "room_ref": "",
        }
    ]
    (line,) = facts("fact_order_line")
    told = (line["sku_code"], line["quantity"], line["paid_fen"], line["cost_fen"])
    assert (told, line["is_gift"]) == (("CREAM", 2, 20_000, 6_000), False)


def test_facts_of_refunds_hold_business_and_nothing_else(shop: Shop) -> None:
    order = shop.paid((shop.cream, 1))
    refund = services.refund_amount(order=order, amount_fen=100)
    services.refund_amount(order=order, amount_fen=50)
    shop.claimed(services.create_benefit(name="试用", sku=shop.soap, worth_fen=1))
    late = shop.place()
    services.start_payment(order=late)
    services.cancel_order(order=late)
    services.settle_payment(shop.gateway.pay(late.number))
    services.send_refund(refund.pk)
    with later(days=31):
        services.expire_entitlements()

    assert [(row["refund_id"], row["amount_fen"], row["kind"]) for row in facts("fact_refund")] == [
        (refund.pk, 100, "after_sale")
    ]


def test_facts_date_an_imported_refund_by_the_last_time_the_file_knows(shop: Shop) -> None:
    with later(days=1):
        paid_at = clock.now()
    with later(days=5):
        received_at = clock.now()
    one = imported(shop, "1", paid_at=paid_at, paid_fen=5_000, refunded_fen=700)
    two = imported(
        shop, "2", paid_at=paid_at, received_at=received_at, paid_fen=5_000, refunded_fen=5_000
    )
    three = imported(shop, "3", kind="cancellation", goods_fen=-900, refunded_fen=900)

    told = [
        (row["refund_id"], row["order_id"], row["amount_fen"], row["succeeded_at"], row["kind"])
        for row in facts("fact_refund")
    ]
    assert told == [
        (-three.pk, three.pk, 900, MONDAY, "cancellation"),
        (-two.pk, two.pk, 5_000, received_at, "imported"),
        (-one.pk, one.pk, 700, paid_at, "imported"),
    ]


def test_whoever_hears_of_a_refund_finds_it_with_its_lines(shop: Shop) -> None:
    refund = services.refund_amount(order=shop.paid((shop.cream, 1)), amount_fen=100)

    found = get_refund(refund.pk)
    assert [(part.line.sku_code, part.amount_fen) for part in found.lines.all()] == [("CREAM", 100)]
    with pytest.raises(NotFound):
        get_refund(0)


def test_a_payment_told_in_whole_seconds_comes_after_its_order(shop: Shop) -> None:
    order = shop.place((shop.cream, 1))
    order.paid_at = order.placed_at - dt.timedelta(milliseconds=400)

    assert [moment.title for moment in explain_order(order)] == ["提交订单", "付款成功"]
