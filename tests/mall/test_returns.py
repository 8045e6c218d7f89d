"""Goods that come back: agreed to, sent, taken in, refunded; each piece on the shelf once."""

import datetime as dt

import pytest

from core.errors import InvalidInput
from mall import services
from mall.contracts import RefundNotAllowed, RefundTooMuch
from mall.models import Order, Refund, RefundLine, Stock, StockRelease
from mall.selectors import price_pieces, refundable_pieces
from mall.services.returns import lapse_returns
from tests.mall.checks import assert_invariants
from tests.mall.shop import Shop, fresh, held, later, run_money

pytestmark = pytest.mark.django_db

BACK = Refund.Way.RETURN_GOODS


def ask_back(order: Order, pieces: int, way: Refund.Way = BACK) -> Refund:
    line = order.lines.get(is_gift=False)
    lines = price_pieces(order, {line.pk: pieces})
    return services.apply_refund(
        order=order, lines=lines.items(), pieces={line.pk: pieces}, reason="尺码不合适", way=way
    )


def come_back(refund: Refund, *, restocks: bool = True) -> None:
    services.approve_refund(refund=refund)
    refund.refresh_from_db()
    services.send_goods_back(refund=refund, carrier="顺丰速运", tracking_no="SF9")
    services.take_goods_in(refund=refund, restocks=restocks)
    run_money()


def test_the_money_goes_only_after_the_goods_came(shop: Shop) -> None:
    order = shop.shipped((shop.cream, 3))
    refund = ask_back(order, 2)
    assert (refund.state, refund.amount_fen) == ("applied", 20_000)

    services.approve_refund(refund=refund)
    run_money()
    refund.refresh_from_db()
    assert (refund.state, shop.gateway.refunds) == ("to_return", {})

    services.send_goods_back(refund=refund, carrier="顺丰速运", tracking_no="SF9")
    refund.refresh_from_db()
    assert (refund.state, refund.return_tracking_no) == ("returning", "SF9")
    services.take_goods_in(refund=refund, restocks=True)
    run_money()
    refund.refresh_from_db()
    assert (refund.state, fresh(order).refunded_fen) == ("success", 20_000)
    assert_invariants()


def test_pieces_taken_in_whole_are_for_sale_again_once(shop: Shop) -> None:
    order = shop.shipped((shop.cream, 3))
    refund = ask_back(order, 2)
    come_back(refund)
    services.settle_refund(shop.gateway.refunds[refund.out_refund_no])

    assert held(shop.cream) == 1
    assert RefundLine.objects.get().quantity == 2
    assert StockRelease.objects.get().quantity == 2
    assert_invariants()


def test_pieces_of_a_line_come_back_by_several_refunds(shop: Shop) -> None:
    order = shop.shipped((shop.soap, 3))
    amounts = []
    for _ in range(3):
        refund = ask_back(order, 1)
        come_back(refund)
        amounts.append(refund.amount_fen)
        assert_invariants()
    assert (sum(amounts), held(shop.soap)) == (9_999, 0)
    assert fresh(order).state == "closed"
    assert StockRelease.objects.count() == 3


def test_what_cannot_be_sold_again_stays_off_the_shelf(shop: Shop) -> None:
    order = shop.shipped((shop.cream, 1))
    come_back(ask_back(order, 1), restocks=False)
    assert (held(shop.cream), StockRelease.objects.count()) == (1, 0)
    assert fresh(order).refunded_fen == 10_000
    assert_invariants()


def test_an_odd_price_is_given_back_to_the_fen(shop: Shop) -> None:
    order = shop.shipped((shop.soap, 3))
    line = order.lines.get()
    order.lines.filter(pk=line.pk).update(paid_fen=9_998)
    assert price_pieces(order, {line.pk: 1}) == {line.pk: 3_332}
    assert price_pieces(order, {line.pk: 3}) == {line.pk: 9_998}


def test_no_more_pieces_than_were_bought_come_back(shop: Shop) -> None:
    order = shop.shipped((shop.cream, 2))
    ask_back(order, 1)
    line = order.lines.get()
    assert refundable_pieces(order) == {line.pk: 1}
    with pytest.raises(RefundTooMuch):
        ask_back(order, 2)
    with pytest.raises(RefundTooMuch):
        services.apply_refund(order=order, lines=[(line.pk, 1)], pieces={line.pk: 2}, way=BACK)
    assert Refund.objects.count() == 1


def test_goods_that_never_left_cannot_come_back(shop: Shop) -> None:
    order = shop.paid((shop.cream, 2))
    with pytest.raises(RefundNotAllowed):
        ask_back(order, 1)
    assert Refund.objects.count() == 0


def test_a_piece_given_up_before_sending_is_for_sale_again(shop: Shop) -> None:
    order = shop.paid((shop.cream, 3))
    refund = ask_back(order, 1, Refund.Way.REFUND_ONLY)
    assert refund.state == "applied"
    services.approve_refund(refund=refund)
    run_money()
    assert (held(shop.cream), fresh(order).state) == (2, "paid")
    assert_invariants()
    services.refund_rest(order=order)
    run_money()
    assert (held(shop.cream), fresh(order).state) == (0, "closed")
    assert_invariants()


def test_a_decision_is_made_once(shop: Shop) -> None:
    refund = ask_back(shop.shipped(), 1)
    services.approve_refund(refund=refund)
    with pytest.raises(RefundNotAllowed):
        services.approve_refund(refund=refund)
    services.take_goods_in(refund=refund, restocks=True)
    for again in (
        lambda: services.take_goods_in(refund=refund, restocks=True),
        lambda: services.decline_refund(refund=refund, reason="晚了"),
        lambda: services.withdraw_refund(refund=refund),
        lambda: services.send_goods_back(refund=refund, carrier="顺丰", tracking_no="1"),
    ):
        with pytest.raises(RefundNotAllowed):
            again()
    run_money()
    assert len(shop.gateway.asked("refund")) == 1


def test_wrong_goods_are_declined_after_they_came(shop: Shop) -> None:
    order = shop.shipped()
    refund = ask_back(order, 1)
    services.approve_refund(refund=refund)
    services.send_goods_back(refund=refund, carrier="顺丰", tracking_no="SF1")
    services.decline_refund(refund=refund, reason="寄回的不是这件商品")
    run_money()
    refund.refresh_from_db()
    assert (refund.state, fresh(order).refunded_fen) == ("declined", 0)
    assert refundable_pieces(order) == {order.lines.get().pk: 1}


def test_a_withdrawn_wish_may_be_made_again(shop: Shop) -> None:
    order = shop.shipped()
    services.withdraw_refund(refund=ask_back(order, 1))
    again = ask_back(order, 1)
    assert (again.state, again.amount_fen) == ("applied", 10_000)


def test_a_return_nobody_sends_lapses_after_seven_days(shop: Shop) -> None:
    refund = ask_back(shop.shipped(), 1)
    services.approve_refund(refund=refund)
    with later(days=6, hours=23):
        assert lapse_returns() == 0
    with later(days=7):
        assert (lapse_returns(), lapse_returns()) == (1, 0)
    refund.refresh_from_db()
    assert refund.state == "withdrawn"


def test_a_late_decision_is_no_silence(shop: Shop) -> None:
    refund = ask_back(shop.shipped(), 1, Refund.Way.REFUND_ONLY)
    with later(days=3):
        services.approve_refund(refund=refund)
        assert_invariants(("M8",))
    Refund.objects.update(decided_at=refund.created_at - dt.timedelta(days=1))
    with later(days=3), pytest.raises(AssertionError):
        assert_invariants(("M8",))


def test_a_parcel_needs_its_number(shop: Shop) -> None:
    refund = ask_back(shop.shipped(), 1)
    services.approve_refund(refund=refund)
    with pytest.raises(InvalidInput):
        services.send_goods_back(refund=refund, carrier="顺丰", tracking_no=" ")
    refund.refresh_from_db()
    assert refund.state == "to_return"


def test_stock_is_free_again_where_it_lay(shop: Shop) -> None:
    order = shop.shipped((shop.cream, 2))
    come_back(ask_back(order, 1))
    stock = Stock.objects.get(sku=shop.cream)
    assert (stock.on_hand, stock.sold) == (20, 1)
