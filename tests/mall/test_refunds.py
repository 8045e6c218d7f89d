"""Giving back: never more than was paid, always under one number, booked once."""

from dataclasses import replace
from typing import Any

import pytest

from core import ledger
from core.errors import InvalidInput, Outcome
from core.models import AuditEntry, Event, Job
from mall import services
from mall.contracts import (
    CASH,
    SALES_FREIGHT,
    SALES_GOODS,
    RefundFact,
    RefundNotAllowed,
    RefundState,
    RefundTooMuch,
)
from mall.models import Order, PayException, Refund, RefundLine
from mall.selectors import has_open_refund, refundable_freight, refundable_lines
from mall.services import RefundSettled
from tests.mall.shop import Shop, fresh, held, later, run_money

pytestmark = pytest.mark.django_db


def lines_of(order: Order) -> list[int]:
    return list(order.lines.order_by("pk").values_list("pk", flat=True))


def refunded(order: Order) -> list[int]:
    return list(order.lines.order_by("pk").values_list("refunded_fen", flat=True))


@pytest.fixture
def bought(shop: Shop) -> Order:
    """Goods 13,333 and freight 800, paid."""
    services.set_freight(brand=shop.brand, fee_fen=800)
    return shop.paid((shop.cream, 1), (shop.soap, 1))


def test_a_part_of_a_line_goes_back(shop: Shop, bought: Order) -> None:
    _cream, soap = lines_of(bought)
    refund = services.request_refund(order=bought, lines=[(soap, 1_667)], reason="差价")
    run_money()

    order = fresh(bought)
    assert (order.state, order.refunded_fen, refunded(order)) == ("paid", 1_667, [0, 1_667])
    assert Refund.objects.get().out_refund_no == f"{order.number}R01"
    assert (ledger.balance(CASH), ledger.balance(SALES_GOODS)) == (12_466, -11_666)
    assert ledger.balance(SALES_FREIGHT) == -800
    assert held(shop.soap) == 1
    event = Event.objects.get(name="mall.refund_succeeded")
    assert event.payload == {"refund_id": refund.pk}


def test_an_unshipped_order_refunded_whole_closes_and_restocks(shop: Shop, bought: Order) -> None:
    services.refund_rest(order=bought)
    run_money()

    order = fresh(bought)
    assert (order.state, order.refunded_fen) == ("closed", 14_133)
    assert (held(shop.cream), held(shop.soap)) == (0, 0)
    assert list(RefundLine.objects.order_by("pk").values_list("quantity", flat=True)) == [1, 1]


def test_a_line_refunded_whole_before_shipping_restocks_alone(shop: Shop, bought: Order) -> None:
    _cream, soap = lines_of(bought)
    services.request_refund(order=bought, lines=[(soap, 3_000)])
    run_money()
    assert held(shop.soap) == 1

    services.request_refund(order=bought, lines=[(soap, 333)])
    run_money()
    assert (held(shop.cream), held(shop.soap), fresh(bought).state) == (1, 0, "paid")


def test_goods_that_left_do_not_come_back_to_the_shelf(shop: Shop, bought: Order) -> None:
    services.ship_order(order=bought, carrier="顺丰", tracking_no="SF1")
    services.refund_rest(order=bought)
    run_money()

    assert (fresh(bought).state, held(shop.cream), held(shop.soap)) == ("closed", 1, 1)


def test_a_received_order_stays_received(bought: Order) -> None:
    services.ship_order(order=bought, carrier="顺丰", tracking_no="SF1")
    services.confirm_receipt(order=bought)
    services.refund_rest(order=bought)
    run_money()

    assert (fresh(bought).state, fresh(bought).refunded_fen) == ("received", 14_133)


def test_promises_count_before_they_are_kept(bought: Order) -> None:
    cream, soap = lines_of(bought)
    services.request_refund(order=bought, lines=[(soap, 2_000)], freight_fen=500)

    assert refundable_lines(bought) == {cream: 10_000, soap: 1_333}
    assert refundable_freight(bought) == 300
    with pytest.raises(RefundTooMuch):
        services.request_refund(order=bought, lines=[(soap, 1_334)])
    with pytest.raises(RefundTooMuch):
        services.request_refund(order=bought, lines=[(soap, 1)], freight_fen=301)
    assert Refund.objects.count() == 1


def test_the_same_line_twice_in_a_request_counts_together(bought: Order) -> None:
    soap = lines_of(bought)[1]
    with pytest.raises(RefundTooMuch):
        services.request_refund(order=bought, lines=[(soap, 2_000), (soap, 2_000)])


def test_a_line_of_another_order_is_not_there(shop: Shop, bought: Order) -> None:
    other = shop.paid((shop.cream, 1))
    with pytest.raises(RefundTooMuch):
        services.request_refund(order=bought, lines=[(lines_of(other)[0], 1)])


def test_a_failed_refund_keeps_its_promise_until_it_is_tried_again(bought: Order) -> None:
    soap = lines_of(bought)[1]
    services.request_refund(order=bought, lines=[(soap, 3_000)])
    Refund.objects.update(state="failed")

    with pytest.raises(RefundTooMuch):
        services.request_refund(order=bought, lines=[(soap, 3_000)])


@pytest.mark.parametrize(("lines", "freight"), [([], 0), ([(0, 0)], 0), ([(0, -5)], 0), ([], -1)])
def test_a_senseless_request_is_refused(
    bought: Order, lines: list[tuple[int, int]], freight: int
) -> None:
    mine = [(lines_of(bought)[index], amount) for index, amount in lines]
    with pytest.raises(InvalidInput):
        services.request_refund(order=bought, lines=mine, freight_fen=freight)
    assert Refund.objects.count() == 0


def test_nothing_unpaid_is_refunded(shop: Shop) -> None:
    order = shop.place()
    with pytest.raises(RefundNotAllowed):
        services.request_refund(order=order, lines=[(lines_of(order)[0], 1)])


def test_after_a_year_the_platform_takes_no_refund(bought: Order) -> None:
    with later(days=365, seconds=1), pytest.raises(RefundNotAllowed):
        services.refund_rest(order=bought)


def test_an_amount_spreads_over_the_lines_by_what_each_has_left(bought: Order) -> None:
    cream, _soap = lines_of(bought)
    services.request_refund(order=bought, lines=[(cream, 6_667)])
    services.refund_amount(order=bought, amount_fen=1_000)
    run_money()

    assert refunded(bought) == [6_667 + 500, 500]
    with pytest.raises(RefundTooMuch):
        services.refund_amount(order=bought, amount_fen=5_667)


def test_the_platform_is_asked_with_our_number_and_the_whole_total(
    shop: Shop, bought: Order
) -> None:
    services.refund_amount(order=bought, amount_fen=100, reason="补偿")
    run_money()

    assert shop.gateway.asked("refund") == [f"{bought.number}R01"]


def test_an_unanswered_refund_is_asked_about_before_it_is_sent_again(
    shop: Shop, bought: Order
) -> None:
    services.refund_amount(order=bought, amount_fen=100)
    shop.gateway.fail_next("refund", "TIMEOUT", Outcome.UNKNOWN)
    run_money()
    assert Refund.objects.get().state == "processing"

    with later(seconds=5):
        run_money()
    assert Refund.objects.get().state == "success"
    assert [name for name, _ in shop.gateway.calls[-2:]] == ["refund", "query_refund"]
    assert len(shop.gateway.asked("refund")) == 1


def test_a_refund_that_never_arrived_is_sent_again_under_its_number(
    shop: Shop, bought: Order
) -> None:
    services.refund_amount(order=bought, amount_fen=100)
    shop.gateway.fail_next("refund", "SYSTEM_ERROR", Outcome.RETRYABLE)
    run_money()
    with later(seconds=5):
        run_money()

    assert shop.gateway.asked("refund") == [f"{bought.number}R01"] * 2
    assert (Refund.objects.get().state, fresh(bought).refunded_fen) == ("success", 100)


def test_a_rejected_refund_waits_for_a_person_and_keeps_its_number(
    shop: Shop, bought: Order
) -> None:
    services.refund_amount(order=bought, amount_fen=100)
    shop.gateway.fail_next("refund", "NOT_ENOUGH", Outcome.REJECTED)
    run_money()
    failed = Refund.objects.get()
    assert (failed.state, failed.failure) == ("failed", "NOT_ENOUGH: NOT_ENOUGH")
    assert PayException.objects.get().kind == "refund_failed"
    assert fresh(bought).refunded_fen == 0

    services.retry_refund(refund=failed)
    run_money()
    assert shop.gateway.asked("refund") == [failed.out_refund_no] * 2
    assert (Refund.objects.get().state, fresh(bought).refunded_fen) == ("success", 100)


def test_only_a_failed_refund_is_tried_again(bought: Order) -> None:
    refund = services.refund_amount(order=bought, amount_fen=100)
    with pytest.raises(RefundNotAllowed):
        services.retry_refund(refund=refund)
    assert Job.objects.filter(name="mall.send_refund").count() == 1


def test_a_refund_in_progress_is_booked_when_its_notice_comes(shop: Shop, bought: Order) -> None:
    shop.gateway.refunds_finish = False
    refund = services.refund_amount(order=bought, amount_fen=100)
    run_money()
    assert (Refund.objects.get().state, fresh(bought).refunded_fen) == ("processing", 0)

    notice = shop.gateway.finish_refund(refund.out_refund_no, RefundState.SUCCESS)
    answers = [services.settle_refund(notice) for _ in range(3)]
    assert answers == [RefundSettled.SUCCEEDED] + [RefundSettled.REPEATED] * 2
    assert (fresh(bought).refunded_fen, ledger.balance(CASH)) == (100, 14_033)


def test_a_lost_refund_notice_is_found_by_asking(shop: Shop, bought: Order) -> None:
    shop.gateway.refunds_finish = False
    refund = services.refund_amount(order=bought, amount_fen=100)
    run_money()
    shop.gateway.finish_refund(refund.out_refund_no, RefundState.SUCCESS)

    with later(minutes=5):
        services.sweep_payments()
        run_money()
    assert Refund.objects.get().state == "success"


def test_an_old_word_does_not_undo_a_success(shop: Shop, bought: Order) -> None:
    refund = services.refund_amount(order=bought, amount_fen=100)
    run_money()
    done = shop.gateway.refunds[refund.out_refund_no]

    for state in (RefundState.PROCESSING, RefundState.CLOSED, RefundState.ABNORMAL):
        assert services.settle_refund(replace(done, state=state)) is RefundSettled.REPEATED
    assert Refund.objects.get().state == "success"


@pytest.mark.parametrize("state", [RefundState.CLOSED, RefundState.ABNORMAL])
def test_a_refund_the_platform_gave_up_is_not_booked(
    shop: Shop, bought: Order, state: RefundState
) -> None:
    shop.gateway.refunds_finish = False
    refund = services.refund_amount(order=bought, amount_fen=100)
    run_money()
    notice = shop.gateway.finish_refund(refund.out_refund_no, state)

    assert services.settle_refund(notice) is RefundSettled.FAILED
    assert (Refund.objects.get().failure, fresh(bought).refunded_fen) == (state.value, 0)


def test_a_success_after_a_failure_is_believed(shop: Shop, bought: Order) -> None:
    shop.gateway.refunds_finish = False
    refund = services.refund_amount(order=bought, amount_fen=100)
    run_money()
    services.settle_refund(shop.gateway.finish_refund(refund.out_refund_no, RefundState.ABNORMAL))
    done = shop.gateway.finish_refund(refund.out_refund_no, RefundState.SUCCESS)

    assert services.settle_refund(done) is RefundSettled.SUCCEEDED
    assert (Refund.objects.get().state, fresh(bought).refunded_fen) == ("success", 100)


@pytest.mark.parametrize("wrong", [{"amount_fen": 99}, {"out_trade_no": "another"}])
def test_a_refund_notice_that_differs_books_nothing(
    shop: Shop, bought: Order, wrong: dict[str, Any]
) -> None:
    refund = services.refund_amount(order=bought, amount_fen=100)
    fact = RefundFact(refund.out_refund_no, bought.number, "50", RefundState.SUCCESS, 100)

    assert services.settle_refund(replace(fact, **wrong)) is RefundSettled.EXCEPTION
    assert fresh(bought).refunded_fen == 0
    assert PayException.objects.get().kind == "refund_mismatch"


def test_a_refund_we_never_asked_for_is_a_persons_matter(bought: Order) -> None:
    fact = RefundFact("strange", bought.number, "50", RefundState.SUCCESS, 100)

    assert services.settle_refund(fact) is RefundSettled.EXCEPTION
    assert PayException.objects.get().kind == "refund_unknown"


def test_a_request_is_audited(bought: Order) -> None:
    services.refund_amount(order=bought, amount_fen=100, reason="补偿")

    entry = AuditEntry.objects.get(action="mall.refund.requested")
    assert (entry.subject_id, entry.reason) == (bought.public_id, "补偿")
    assert entry.after == {"amount_fen": 100, "refund": f"{bought.number}R01"}


def _applied(shop: Shop) -> Refund:
    order = shop.paid((shop.cream, 1), (shop.soap, 1))
    line = order.lines.get(sku=shop.soap)
    return services.apply_refund(order=order, lines=[(line.pk, 1_000)], reason="商品有问题")


def test_a_customers_application_waits_for_a_person_and_moves_no_money(shop: Shop) -> None:
    refund = _applied(shop)
    run_money()
    refund.refresh_from_db()
    assert refund.state == "applied"
    assert shop.gateway.refunds == {}
    assert has_open_refund(refund.order_id)


def test_an_agreed_application_goes_back_once(shop: Shop) -> None:
    refund = _applied(shop)
    services.approve_refund(refund=refund)
    with pytest.raises(RefundNotAllowed):
        services.approve_refund(refund=refund)
    run_money()
    refund.refresh_from_db()
    assert refund.state == "success"
    assert fresh(refund.order).refunded_fen == 1_000


def test_a_declined_application_frees_its_amounts_and_says_why(shop: Shop) -> None:
    refund = _applied(shop)
    before = refundable_lines(refund.order)
    with pytest.raises(InvalidInput):
        services.decline_refund(refund=refund, reason=" ")
    services.decline_refund(refund=refund, reason="已超过退货期")

    refund.refresh_from_db()
    assert (refund.state, refund.failure) == ("declined", "已超过退货期")
    assert sum(refundable_lines(refund.order).values()) == sum(before.values()) + 1_000
    with pytest.raises(RefundNotAllowed):
        services.approve_refund(refund=refund)


def test_what_never_left_the_house_is_given_up_whole_without_asking(shop: Shop) -> None:
    order = shop.paid((shop.cream, 1))
    lines = list(refundable_lines(order).items())
    refund = services.apply_refund(order=order, lines=lines, reason="拍错了")
    assert refund.state == "requested"


def test_the_rest_waits_with_what_is_not_decided_yet(shop: Shop, bought: Order) -> None:
    soap = bought.lines.get(sku=shop.soap).pk
    services.apply_refund(order=bought, lines=[(soap, 1_000)], reason="商品有问题")
    rest = [(line_id, fen) for line_id, fen in refundable_lines(bought).items() if fen]

    goods = services.apply_refund(order=bought, lines=rest)
    freight = services.apply_refund(order=bought, lines=[], freight_fen=800)

    run_money()
    assert (goods.state, freight.state, shop.gateway.refunds) == ("applied", "applied", {})
