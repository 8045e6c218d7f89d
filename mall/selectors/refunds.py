"""What is left to give back, and what is on its way."""

from collections.abc import Mapping

from django.db.models import Prefetch, QuerySet, Sum

from core.errors import NotFound
from mall.amounts import pieces_share
from mall.contracts import OWN, RefundTooMuch
from mall.models import Order, Refund, RefundLine
from members.models import Customer

SENDING_STATES = (Refund.State.REQUESTED, Refund.State.PROCESSING)
OPEN_STATES = (
    Refund.State.APPLIED,
    Refund.State.TO_RETURN,
    Refund.State.RETURNING,
    *SENDING_STATES,
)
GIVEN_UP = (Refund.State.DECLINED, Refund.State.WITHDRAWN)
"""Promises of nothing: what they asked for may be asked for again."""


def refundable_lines(order: Order) -> dict[int, int]:
    """{line id: fen} that no refund has promised yet, in the order of the lines."""
    promised = dict(
        RefundLine.objects.filter(refund__order=order)
        .exclude(refund__state__in=GIVEN_UP)
        .values_list("line_id")
        .annotate(total=Sum("amount_fen"))
    )
    lines = order.lines.order_by("pk").values_list("pk", "paid_fen")
    return {pk: paid_fen - promised.get(pk, 0) for pk, paid_fen in lines}


def refundable_freight(order: Order) -> int:
    """Fen of the freight that no refund has promised yet."""
    standing = order.refunds.exclude(state__in=GIVEN_UP)
    promised = standing.aggregate(total=Sum("freight_fen"))["total"] or 0
    return order.freight_fen - promised if order.paid_fen else 0


def refundable_pieces(order: Order) -> dict[int, int]:
    """{line id: pieces} that no refund takes back yet; gifts are not asked back."""
    given_up = dict(
        RefundLine.objects.filter(refund__order=order)
        .exclude(refund__state__in=GIVEN_UP)
        .values_list("line_id")
        .annotate(total=Sum("pieces"))
    )
    lines = order.lines.filter(is_gift=False).order_by("pk").values_list("pk", "quantity")
    return {pk: quantity - given_up.get(pk, 0) for pk, quantity in lines}


def price_pieces(order: Order, pieces: Mapping[int, int]) -> dict[int, int]:
    """{line id: fen} for giving so many pieces back: their share of what the line was paid,
    and all that is left of it for the last ones. Refuses `RefundTooMuch`.
    """
    left_fen, left = refundable_lines(order), refundable_pieces(order)
    over = [pk for pk, count in pieces.items() if count > left.get(pk, 0)]
    if over:
        raise RefundTooMuch("退的件数超过了可退件数", lines=over)
    lines = {line.pk: line for line in order.lines.filter(pk__in=pieces)}
    return {
        pk: left_fen[pk]
        if count == left[pk]
        else min(left_fen[pk], pieces_share(lines[pk].paid_fen, lines[pk].quantity, count))
        for pk, count in pieces.items()
        if count
    }


def list_after_sales_of(customer: Customer) -> QuerySet[Refund]:
    """What the buyer's person asked back here, the newest first."""
    rows = Refund.objects.filter(
        order__member_id=customer.member_id, kind=Refund.Kind.AFTER_SALE, order__platform=OWN
    )
    lines = RefundLine.objects.select_related("line__sku__product").order_by("line_id")
    rows = rows.select_related("order").prefetch_related(Prefetch("lines", lines))
    return rows.order_by("-created_at", "-pk")


def get_after_sale_of(customer: Customer, number: str) -> Refund:
    found = list_after_sales_of(customer).filter(out_refund_no=number).first()
    if found is None:
        raise NotFound
    return found


def has_open_refund(order_id: int) -> bool:
    return Refund.objects.filter(order_id=order_id, state__in=OPEN_STATES).exists()


def list_refunds_of(order: Order) -> QuerySet[Refund]:
    return order.refunds.prefetch_related("lines__line").order_by("created_at", "pk")


def get_refund(refund_id: int) -> Refund:
    """With its order and lines: for whoever hears `RefundSucceeded`."""
    found = (
        Refund.objects.select_related("order")
        .prefetch_related("lines__line")
        .filter(pk=refund_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found
