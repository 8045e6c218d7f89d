"""What is left to give back, and what is on its way."""

from django.db.models import QuerySet, Sum

from core.errors import NotFound
from mall.models import Order, Refund, RefundLine

OPEN_STATES = (Refund.State.APPLIED, Refund.State.REQUESTED, Refund.State.PROCESSING)


def refundable_lines(order: Order) -> dict[int, int]:
    """{line id: fen} that no refund has promised yet, in the order of the lines."""
    promised = dict(
        RefundLine.objects.filter(refund__order=order)
        .exclude(refund__state=Refund.State.DECLINED)
        .values_list("line_id")
        .annotate(total=Sum("amount_fen"))
    )
    lines = order.lines.order_by("pk").values_list("pk", "paid_fen")
    return {pk: paid_fen - promised.get(pk, 0) for pk, paid_fen in lines}


def refundable_freight(order: Order) -> int:
    """Fen of the freight that no refund has promised yet."""
    standing = order.refunds.exclude(state=Refund.State.DECLINED)
    promised = standing.aggregate(total=Sum("freight_fen"))["total"] or 0
    return order.freight_fen - promised if order.paid_fen else 0


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
