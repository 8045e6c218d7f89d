"""Each invariant examines rows, finds nothing in a healthy shop, and catches its defect."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.db.models import F

from core import clock, ledger
from core.invariants import CHECKS as LEDGER_CHECKS
from core.models import Entry
from mall import invariants, services
from mall.contracts import RefundState
from mall.models import (
    Entitlement,
    FlashClaim,
    FlashSale,
    Order,
    OrderLine,
    PayException,
    Payment,
    Refund,
    RefundLine,
    Stock,
    StockBucket,
    StockRelease,
)
from tests.mall.checks import AT_REST, broken
from tests.mall.sales import buy, open_sale
from tests.mall.shop import Shop, later, run_money

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy(shop: Shop) -> Shop:
    """A bit of everything: unpaid, closed, paid, shipped, refunded, late, claimed, carried."""
    services.set_freight(brand=shop.brand, fee_fen=800)
    mask = services.create_benefit(name="试用", sku=shop.soap, worth_fen=3_333, threshold_fen=9_900)
    shop.claimed(mask)
    shop.shipped((shop.cream, 1))
    services.refund_amount(order=shop.paid((shop.cream, 2), (shop.soap, 1)), amount_fen=5_000)
    services.refund_rest(order=shop.paid((shop.soap, 2)))
    services.cancel_order(order=shop.place((shop.soap, 1)))
    late = shop.place((shop.soap, 1))
    services.start_payment(order=late)
    services.cancel_order(order=late)
    services.settle_payment(shop.gateway.pay(late.number))
    shop.place((shop.cream, 1))
    sale = open_sale(shop, 3, per_person=2)
    services.settle_payment(shop.pay(buy(shop, sale, 2, shown_total_fen=10_600)))
    run_money()
    return shop


@pytest.mark.parametrize("name", [*AT_REST, "M5"])
def test_a_busy_healthy_shop_keeps_every_invariant(busy: Shop, name: str) -> None:
    checks = {**invariants.CHECKS, **LEDGER_CHECKS}[name]

    with later(hours=1):
        run_money()
        for check in checks:
            examined, violations = check()
            assert violations == []
            assert examined > 0


def unbalanced_journal() -> None:
    entry = Entry.objects.order_by("pk").first()
    assert entry is not None
    Entry.objects.create(journal=entry.journal, account="cash:wechatpay", amount_fen=1)


def money_nobody_paid() -> None:
    order = Order.objects.filter(state="paid").first()
    assert order is not None
    lines = [
        ledger.Line("cash:wechatpay", 1, order_ref=order.number),
        ledger.Line("sales:goods", -1, order_ref=order.number),
    ]
    ledger.post("order.corrected", "x", lines)


def marked_paid_without_paying() -> None:
    order = Order.objects.filter(state="created").first()
    assert order is not None
    services.start_payment(order=order)
    Payment.objects.filter(order=order).update(state="paid")


def cheaper_payment() -> None:
    Payment.objects.filter(order__kind="sale", state="paid").update(amount_fen=1)


def line_worth_more() -> None:
    line = OrderLine.objects.filter(order__kind="sale", is_gift=False)[:1].get()
    OrderLine.objects.filter(pk=line.pk).update(price_fen=F("price_fen") + 1)


def refund_never_booked() -> None:
    refund = Refund.objects.filter(kind="after_sale")[:1].get()
    Order.objects.filter(pk=refund.order_id).update(refunded_fen=0)


def payment_lost(shop: Shop) -> None:
    order = Order.objects.filter(state="created").first()
    assert order is not None
    shop.pay(order)


def payment_invented(shop: Shop) -> None:
    order = Order.objects.filter(state="paid", kind="sale").first()
    assert order is not None
    del shop.gateway.payments[order.number]


def refund_unheard(shop: Shop) -> None:
    order = Order.objects.filter(state="paid", kind="sale").first()
    assert order is not None
    shop.gateway.refunds_finish = False
    refund = services.refund_amount(order=order, amount_fen=1)
    services.send_refund(refund.pk)
    shop.gateway.finish_refund(refund.out_refund_no, RefundState.SUCCESS)


def refund_invented(shop: Shop) -> None:
    shop.gateway.refunds.clear()


def unpaid_for_ever() -> None:
    Order.objects.filter(state="created").update(expires_at=clock.now() - dt.timedelta(hours=1))


def late_money_kept() -> None:
    Refund.objects.filter(kind="late").delete()


def refund_forgotten() -> None:
    order = Order.objects.filter(state="paid", kind="sale").first()
    assert order is not None
    services.refund_amount(order=order, amount_fen=1)
    Refund.objects.filter(state="requested").update(created_at=clock.now() - dt.timedelta(days=2))


def failure_hidden() -> None:
    Refund.objects.filter(kind="after_sale").update(state="failed")
    PayException.objects.all().delete()


def oversold() -> None:
    Stock.objects.filter(sku__code="CREAM").update(sold=F("sold") + 1)


def pieces_forgotten() -> None:
    line = OrderLine.objects.filter(held__gt=0, is_gift=False)[:1].get()
    OrderLine.objects.filter(pk=line.pk).update(held=0)
    Stock.objects.filter(sku=line.sku).update(sold=F("sold") - line.held)


def put_back_twice() -> None:
    RefundLine.objects.filter(quantity__gt=0).update(quantity=F("quantity") + 1)
    Order.objects.filter(state="closed").update(shipped_at=clock.now())


def sale_forgot_a_piece() -> None:
    bucket = StockBucket.objects.filter(pieces__gt=0)[:1].get()
    StockBucket.objects.filter(pk=bucket.pk).update(pieces=F("pieces") - 1)
    Stock.objects.filter(pk=bucket.stock_id).update(sold=F("sold") - 1)


def sale_kept_pieces_after_its_end() -> None:
    FlashSale.objects.update(ended_at=clock.now())


def released_beyond_the_line() -> None:
    given = StockRelease.objects.filter(kind="cancelled")[:1].get()
    StockRelease.objects.create(line=given.line, kind="timeout", quantity=1, at=clock.now())


def released_but_still_held() -> None:
    line = OrderLine.objects.filter(held__gt=0, is_gift=False)[:1].get()
    StockRelease.objects.create(line=line, kind="timeout", quantity=1, at=clock.now())


def person_over_the_limit() -> None:
    FlashSale.objects.update(per_person=1)


def count_forgotten() -> None:
    FlashClaim.objects.update(taken=1)


def one_person_under_two_names() -> None:
    line = OrderLine.objects.get(claim__isnull=False)
    other = FlashClaim.objects.create(sale=FlashSale.objects.get(), person="member:0", taken=1)
    line.pk, line.claim, line.held, line.quantity = None, other, 1, 1
    line.save()


def gift_sent_twice() -> None:
    gift = OrderLine.objects.get(is_gift=True, order__kind="sale")
    gift.pk = None
    gift.held, gift.location_id = 0, None
    gift.save()


def claimed_without_order() -> None:
    Entitlement.objects.update(claim_order=None)


DEFECTS: list[tuple[str, Callable[..., None]]] = [
    ("M1", unbalanced_journal),
    ("M2", money_nobody_paid),
    ("M2", marked_paid_without_paying),
    ("M6", cheaper_payment),
    ("M6", line_worth_more),
    ("M6", refund_never_booked),
    ("M7", payment_lost),
    ("M7", payment_invented),
    ("M7", refund_unheard),
    ("M7", refund_invented),
    ("M8", unpaid_for_ever),
    ("M8", late_money_kept),
    ("M8", refund_forgotten),
    ("M8", failure_hidden),
    ("S1", oversold),
    ("S1", pieces_forgotten),
    ("S1", put_back_twice),
    ("S1", sale_forgot_a_piece),
    ("S1", sale_kept_pieces_after_its_end),
    ("S2", released_beyond_the_line),
    ("S2", released_but_still_held),
    ("S3", person_over_the_limit),
    ("S3", count_forgotten),
    ("S3", one_person_under_two_names),
    ("S4", gift_sent_twice),
    ("S4", claimed_without_order),
]


@pytest.mark.parametrize(("name", "defect"), DEFECTS)
def test_a_seeded_defect_turns_its_invariant_red(
    busy: Shop, name: str, defect: Callable[..., None]
) -> None:
    with later(minutes=11):
        assert broken() == set()
        _seed(defect, busy)
    with later(minutes=22) if name == "M7" else later(minutes=11):
        assert name in broken()


def _seed(defect: Callable[..., None], shop: Shop) -> None:
    defect(shop) if defect.__code__.co_argcount else defect()


def test_a_grant_too_many_turns_append_only_red(busy: Shop) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute("GRANT UPDATE ON core_entry TO siyu_app")
        cursor.execute("SET LOCAL ROLE siyu_app")

    (check,) = LEDGER_CHECKS["M5"]
    assert check()[1] == ["角色 siyu_app 可以改写 core_entry"]
