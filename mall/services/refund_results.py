"""Sending promised refunds, always under their one number, and booking each once."""

from collections.abc import Sequence
from enum import StrEnum

from django.db import transaction
from django.db.models import F

from core import clock, events, ports
from core.errors import Outcome, PortFailure
from core.locks import lock_objects
from mall.contracts import PaymentGateway, RefundFact, RefundState, RefundSucceeded
from mall.models import Order, OrderLine, Refund, RefundLine, StockRelease
from mall.services import benefits, journals, stock, story
from mall.services.exceptions import note_exception


class RefundSettled(StrEnum):
    """What a refund fact came to here."""

    SUCCEEDED = "succeeded"
    REPEATED = "repeated"
    PROCESSING = "processing"
    FAILED = "failed"
    EXCEPTION = "exception"


def send_refund(refund_id: int) -> RefundSettled:
    """Ask the platform for a promised refund, always under its one number.

    `processing` is committed before the call. After an unknown outcome the next try asks
    first what became of the number. Raises `PortFailure` to be tried again.
    """
    refund = Refund.objects.select_related("order__payment").get(pk=refund_id)
    gateway = ports.get(PaymentGateway)
    fact = None
    if refund.state == Refund.State.PROCESSING:
        fact = gateway.query_refund(refund.out_refund_no)
    elif not _mark_sending(refund):
        return RefundSettled.REPEATED
    return settle_refund(fact or _call(gateway, refund))


def _mark_sending(refund: Refund) -> bool:
    waiting = Refund.objects.filter(pk=refund.pk, state=Refund.State.REQUESTED)
    return bool(waiting.update(state=Refund.State.PROCESSING))


def _call(gateway: PaymentGateway, refund: Refund) -> RefundFact:
    payment = refund.order.payment
    try:
        return gateway.refund(
            refund.out_refund_no,
            payment.out_trade_no,
            refund.amount_fen,
            payment.amount_fen,
            refund.reason,
        )
    except PortFailure as failure:
        if failure.outcome is Outcome.REJECTED:
            _fail(refund.pk, refund.out_refund_no, f"{failure.code}: {failure.text}")
        raise


@transaction.atomic
def settle_refund(fact: RefundFact) -> RefundSettled:
    """Book what became of a refund, once, whoever tells it and in whatever order."""
    found = Refund.objects.filter(out_refund_no=fact.out_refund_no).first()
    if found is None:
        return _doubt("refund_unknown", fact)
    (order,) = lock_objects(Order, [found.order_id])
    refund = Refund.objects.get(pk=found.pk)
    if refund.state == Refund.State.SUCCESS:
        return RefundSettled.REPEATED
    if (fact.amount_fen, fact.out_trade_no) != (refund.amount_fen, order.number):
        return _doubt("refund_mismatch", fact, ours_fen=refund.amount_fen)
    if fact.state in (RefundState.CLOSED, RefundState.ABNORMAL):
        _fail(refund.pk, refund.out_refund_no, fact.state.value)
        return RefundSettled.FAILED
    if fact.state is RefundState.PROCESSING:
        return _mark_processing(refund, fact)
    return _succeed(order, refund, fact)


def _doubt(kind: str, fact: RefundFact, **detail: object) -> RefundSettled:
    note_exception(kind, fact.out_refund_no[:64], amount_fen=fact.amount_fen, **detail)
    return RefundSettled.EXCEPTION


def _fail(refund_id: int, number: str, failure: str) -> None:
    open_states = (Refund.State.REQUESTED, Refund.State.PROCESSING)
    Refund.objects.filter(pk=refund_id, state__in=open_states).update(
        state=Refund.State.FAILED, failure=failure[:120]
    )
    note_exception("refund_failed", number, failure=failure[:120])


def _mark_processing(refund: Refund, fact: RefundFact) -> RefundSettled:
    Refund.objects.filter(pk=refund.pk).exclude(state=Refund.State.FAILED).update(
        state=Refund.State.PROCESSING, refund_id=fact.refund_id
    )
    return RefundSettled.PROCESSING


def _succeed(order: Order, refund: Refund, fact: RefundFact) -> RefundSettled:
    Refund.objects.filter(pk=refund.pk).update(
        state=Refund.State.SUCCESS,
        refund_id=fact.refund_id,
        succeeded_at=fact.succeeded_at or clock.now(),
        failure="",
    )
    journals.post_refunded(order, refund)
    if refund.kind == Refund.Kind.LATE:
        return RefundSettled.SUCCEEDED

    Order.objects.filter(pk=order.pk).update(refunded_fen=F("refunded_fen") + refund.amount_fen)
    order.refunded_fen += refund.amount_fen
    if refund.kind == Refund.Kind.AFTER_SALE:
        _give_back_goods(order, refund)
        story.tell_refunded(order, refund, fact.succeeded_at or clock.now())
        events.announce(RefundSucceeded(refund.pk))
    elif refund.kind == Refund.Kind.CLAIM:
        _close(order, Order.State.PAID)
    return RefundSettled.SUCCEEDED


def _give_back_goods(order: Order, refund: Refund) -> None:
    for part in refund.lines.order_by("line_id"):
        OrderLine.objects.filter(pk=part.line_id).update(
            refunded_fen=F("refunded_fen") + part.amount_fen
        )
    is_whole = order.refunded_fen == order.paid_fen
    if is_whole:
        benefits.return_gifts(order)
    if order.shipped_at is None or refund.restocks:
        _restock(order, refund, is_whole=is_whole)
    if is_whole:
        _close(order, Order.State.PAID, Order.State.SHIPPED)


def _close(order: Order, *states: Order.State) -> None:
    open_order = Order.objects.filter(pk=order.pk, state__in=states)
    open_order.update(state=Order.State.CLOSED, closed_at=clock.now())


def _restock(order: Order, refund: Refund, *, is_whole: bool) -> None:
    """The pieces given up go back on the shelf, once: those that the refund names, and all
    of a line that was refunded whole before it left.
    """
    lines: Sequence[OrderLine] = list(order.lines.order_by("pk"))
    pieces = dict.fromkeys((line.pk for line in lines), 0)
    pieces.update(refund.lines.values_list("line_id", "pieces"))
    if order.shipped_at is None:
        done = [line for line in lines if is_whole or 0 < line.paid_fen == line.refunded_fen]
        pieces.update({line.pk: line.held for line in done})
    kind = StockRelease.Kind.REFUNDED
    released = stock.put_back(lines, kind, pieces=pieces, refund_id=refund.pk)
    for line_id, count in released.items():
        RefundLine.objects.filter(refund=refund, line_id=line_id).update(quantity=count)
