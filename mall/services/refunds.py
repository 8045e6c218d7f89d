"""Promising money back: never more than was paid, whatever came before.

The promise is a numbered row and a job; what becomes of it is in `refund_results`.
"""

import datetime as dt
from collections.abc import Iterable, Mapping

from django.db import transaction

from core import audit, clock, jobs
from core.errors import InvalidInput
from core.locks import lock_objects
from mall.amounts import spread_refund
from mall.contracts import RefundNotAllowed, RefundTooMuch
from mall.models import Order, Refund, RefundLine
from mall.selectors.refunds import price_pieces, refundable_freight, refundable_lines

MOST_REFUNDS = 50
REFUND_DAYS = 365
"""The platform takes no more refunds of an order, and none later."""

DECIDED = "这笔退款已经处理过了"
REFUNDABLE = (Order.State.PAID, Order.State.SHIPPED, Order.State.RECEIVED)


@transaction.atomic
def request_refund(
    *,
    order: Order,
    lines: Iterable[tuple[int, int]],
    freight_fen: int = 0,
    reason: str = "",
    state: Refund.State = Refund.State.REQUESTED,
    pieces: Mapping[int, int] | None = None,
    way: Refund.Way = Refund.Way.REFUND_ONLY,
) -> Refund:
    """Promise to give back (line id, fen) and so much of the freight; the sending is owed.

    `pieces` of each line are given up with the money. What open and failed refunds have
    promised is no longer there to promise, so refunds in any order never exceed what was
    paid. Refuses `RefundNotAllowed`, `RefundTooMuch`. Locks: order.
    """
    (locked,) = lock_objects(Order, [order.pk])
    wanted = _merge(lines, freight_fen)
    _refuse(locked)
    _refuse_too_much(locked, wanted, freight_fen)

    amount_fen = sum(wanted.values()) + freight_fen
    refund = _open(locked, amount_fen, freight_fen, reason=reason, state=state, way=way)
    _add_lines(refund, wanted, pieces or {})

    after = {"amount_fen": refund.amount_fen, "refund": refund.out_refund_no}
    audit.record(f"mall.refund.{state}", locked, after=after, reason=reason[:200])
    return refund


def _add_lines(refund: Refund, wanted: Mapping[int, int], pieces: Mapping[int, int]) -> None:
    RefundLine.objects.bulk_create(
        RefundLine(refund=refund, line_id=line_id, amount_fen=amount, pieces=pieces.get(line_id, 0))
        for line_id, amount in wanted.items()
    )


@transaction.atomic
def apply_refund(
    *,
    order: Order,
    lines: Iterable[tuple[int, int]],
    freight_fen: int = 0,
    reason: str = "",
    pieces: Mapping[int, int] | None = None,
    way: Refund.Way = Refund.Way.REFUND_ONLY,
) -> Refund:
    """A customer's wish to have money back: kept for a person of the merchant to decide.

    What has not left the house and is given up whole needs no decision and goes back at
    once, unless a part of it waits for one; goods can come back only after they have left.
    Refuses what `request_refund` refuses, and more pieces than are left. Locks: order.
    """
    (locked,) = lock_objects(Order, [order.pk])
    if way == Refund.Way.RETURN_GOODS and locked.shipped_at is None:
        raise RefundNotAllowed("商品还没有发出，请选择仅退款")
    wanted = _merge(lines, freight_fen)
    price_pieces(locked, pieces or {})
    is_whole = wanted == {k: v for k, v in refundable_lines(locked).items() if v}
    is_undecided = locked.refunds.filter(state=Refund.State.APPLIED).exists()
    at_once = is_whole and not is_undecided and locked.state == Order.State.PAID
    return request_refund(
        order=order,
        lines=wanted.items(),
        freight_fen=freight_fen,
        reason=reason,
        state=Refund.State.REQUESTED if at_once else Refund.State.APPLIED,
        pieces=pieces,
        way=way,
    )


@transaction.atomic
def approve_refund(*, refund: Refund) -> None:
    """Agree to what a customer applied for: the sending is owed from here on, or once the
    goods have come back.
    """
    applied = Refund.objects.filter(pk=refund.pk, state=Refund.State.APPLIED)
    waits = refund.way == Refund.Way.RETURN_GOODS
    state = Refund.State.TO_RETURN if waits else Refund.State.REQUESTED
    if not applied.update(state=state, decided_at=clock.now()):
        raise RefundNotAllowed(DECIDED)
    if not waits:
        owe_sending(refund)
    audit.record("mall.refund.approved", refund)


@transaction.atomic
def decline_refund(*, refund: Refund, reason: str) -> None:
    """Say no, also to goods that came back, with the reason that the customer reads; the
    amounts are free again.
    """
    if not reason.strip():
        raise InvalidInput("请写明不同意的理由，顾客会看到")
    undecided = (Refund.State.APPLIED, Refund.State.TO_RETURN, Refund.State.RETURNING)
    applied = Refund.objects.filter(pk=refund.pk, state__in=undecided)
    no = {"state": Refund.State.DECLINED, "failure": reason.strip()[:120]}
    if not applied.update(**no, decided_at=clock.now()):
        raise RefundNotAllowed(DECIDED)
    audit.record("mall.refund.declined", refund, reason=reason.strip()[:200])


@transaction.atomic
def refund_rest(*, order: Order, reason: str = "") -> Refund:
    """Promise all that is left of an order, freight included."""
    (locked,) = lock_objects(Order, [order.pk])
    left = refundable_lines(locked)
    freight_fen = refundable_freight(locked)
    lines = [(line_id, amount) for line_id, amount in left.items() if amount]
    return request_refund(order=order, lines=lines, freight_fen=freight_fen, reason=reason)


@transaction.atomic
def refund_amount(*, order: Order, amount_fen: int, reason: str = "") -> Refund:
    """Promise an amount of the goods, spread over the lines by what each has left."""
    (locked,) = lock_objects(Order, [order.pk])
    left = refundable_lines(locked)
    if amount_fen > sum(left.values()):
        raise RefundTooMuch(left_fen=sum(left.values()))
    parts = spread_refund(amount_fen, list(left.values()))
    lines = [(line_id, part) for line_id, part in zip(left, parts, strict=True) if part]
    return request_refund(order=order, lines=lines, reason=reason)


def _merge(lines: Iterable[tuple[int, int]], freight_fen: int) -> dict[int, int]:
    wanted: dict[int, int] = {}
    for line_id, amount in lines:
        if amount < 1:
            raise InvalidInput("退款金额须大于零")
        wanted[line_id] = wanted.get(line_id, 0) + amount
    if freight_fen < 0 or not (wanted or freight_fen):
        raise InvalidInput("退款金额须大于零")
    return wanted


def _refuse(order: Order) -> None:
    if order.kind != Order.Kind.SALE or order.state not in REFUNDABLE:
        raise RefundNotAllowed(state=order.state)
    assert order.paid_at is not None
    if clock.now() - order.paid_at > dt.timedelta(days=REFUND_DAYS):
        raise RefundNotAllowed("付款已超过一年，不能原路退款")
    if order.refunds.count() >= MOST_REFUNDS:
        raise RefundNotAllowed("这笔订单的退款次数已达上限")


def _refuse_too_much(order: Order, wanted: dict[int, int], freight_fen: int) -> None:
    left = refundable_lines(order)
    over = [line_id for line_id, amount in wanted.items() if amount > left.get(line_id, 0)]
    if over or freight_fen > refundable_freight(order):
        raise RefundTooMuch(lines=over)


def _open(
    order: Order,
    amount_fen: int,
    freight_fen: int = 0,
    *,
    kind: Refund.Kind = Refund.Kind.AFTER_SALE,
    reason: str,
    state: Refund.State = Refund.State.REQUESTED,
    way: Refund.Way = Refund.Way.REFUND_ONLY,
) -> Refund:
    """A numbered promise, and once it is requested the job that keeps it.

    Call holding the order's lock.
    """
    refund = Refund.objects.create(
        order=order,
        kind=kind,
        state=state,
        way=way,
        out_refund_no=f"{order.number}R{order.refunds.count() + 1:02d}",
        amount_fen=amount_fen,
        freight_fen=freight_fen,
        reason=reason[:80],
        created_at=clock.now(),
    )
    if state == Refund.State.REQUESTED:
        owe_sending(refund)
    return refund


def owe_sending(refund: Refund) -> None:
    jobs.enqueue("mall.send_refund", {"refund_id": refund.pk}, key=refund.out_refund_no)


def give_late_payment_back(order: Order, amount_fen: int) -> Refund:
    """Money for a closed order goes back whole. Call holding the order's lock."""
    reason = "订单已关闭，付款自动退回"
    return _open(order, amount_fen, kind=Refund.Kind.LATE, reason=reason)


def give_claim_back(order: Order) -> Refund:
    """The fen of a claim whose benefit expired goes back. Call holding the order's lock."""
    reason = "福利已过期，领取款自动退回"
    return _open(order, order.paid_fen, kind=Refund.Kind.CLAIM, reason=reason)


@transaction.atomic
def retry_refund(*, refund: Refund) -> None:
    """Send a failed refund again under the same number; refuses unless it has failed."""
    failed = Refund.objects.filter(pk=refund.pk, state=Refund.State.FAILED)
    if not failed.update(state=Refund.State.REQUESTED, failure="", decided_at=clock.now()):
        raise RefundNotAllowed("只有失败的退款可以重试")
    jobs.enqueue("mall.send_refund", {"refund_id": refund.pk})
    audit.record("mall.refund.retried", refund)
