"""The orders that commission follows."""

from core.errors import NotFound
from mall.models import Order, Refund


def get_order(order_id: int) -> Order:
    order = Order.objects.select_related("brand", "store", "member").filter(pk=order_id).first()
    if order is None:
        raise NotFound(order_id=order_id)
    return order


def get_refund(refund_id: int) -> Refund:
    refund = Refund.objects.select_related("order").filter(pk=refund_id).first()
    if refund is None:
        raise NotFound(refund_id=refund_id)
    return refund


def has_open_after_sale(order_id: int) -> bool:
    """A refund was asked for or is under way."""
    open_states = (Refund.State.REQUESTED, Refund.State.PROCESSING)
    return Refund.objects.filter(order_id=order_id, state__in=open_states).exists()
