"""Reading orders: through the eyes of staff, of the buyer, or by a plain id."""

import json

from django.db.models import CharField, Exists, F, Func, OuterRef, Prefetch, Q, QuerySet, Value

from core.errors import NotFound
from mall.contracts import OWN, Receiver
from mall.models import Order, OrderLine, PayException
from members.models import Customer
from org.models import Staff
from org.selectors import scope_path


def list_orders_for(actor: Staff) -> QuerySet[Order]:
    """Orders counted to a brand or store in the actor's subtree, the newest first."""
    scope = scope_path(actor)
    rows = Order.objects.select_related("brand", "store", "member").order_by("-placed_at", "-pk")
    if scope == "/":
        return rows
    return rows.filter(Q(store__path__startswith=scope) | Q(brand__path__startswith=scope))


def get_order_for(actor: Staff, public_id: str) -> Order:
    return _one(list_orders_for(actor), public_id)


def list_orders_to_ship(actor: Staff) -> QuerySet[Order]:
    """Paid sales of our own, the longest waiting first; claims travel with them."""
    waiting = list_orders_for(actor).filter(
        platform=OWN, kind=Order.Kind.SALE, state=Order.State.PAID
    )
    return waiting.order_by("paid_at", "pk")


def list_orders_of(customer: Customer) -> QuerySet[Order]:
    """What the buyer's person bought or claimed here, the newest first."""
    rows = Order.objects.filter(member_id=customer.member_id, platform=OWN)
    return _with_lines(rows).order_by("-placed_at", "-pk")


def get_order_of(customer: Customer, public_id: str) -> Order:
    return _one(list_orders_of(customer), public_id)


def list_orders_of_member(member_id: int, brand_id: int) -> QuerySet[Order]:
    """A person's orders of a brand, imported ones too, the newest first."""
    rows = Order.objects.filter(member_id=member_id, brand_id=brand_id)
    return _with_lines(rows).order_by("-placed_at", "-pk")


def get_order(order_id: int) -> Order:
    """With its lines, SKUs and products: for whoever hears an order's event."""
    found = _with_lines(Order.objects.filter(pk=order_id)).first()
    if found is None:
        raise NotFound
    return found


def find_order_by_number(number: str) -> Order | None:
    return Order.objects.filter(number=number).first()


def read_receiver(order: Order) -> Receiver | None:
    """Where the parcel goes, in the clear; None where nothing was kept."""
    if not order.receiver:
        return None
    return Receiver(**json.loads(order.receiver))


def find_last_receiver(customer: Customer) -> Receiver | None:
    """Where this login's last parcel went, so that nobody types an address twice."""
    theirs = Order.objects.filter(customer=customer, platform=OWN).exclude(receiver="")
    newest = theirs.order_by("-placed_at", "-pk").first()
    return read_receiver(newest) if newest else None


def list_pay_exceptions(*, unresolved_only: bool = True) -> QuerySet[PayException]:
    rows = PayException.objects.order_by("-at", "-pk")
    return rows.filter(resolved_at__isnull=True) if unresolved_only else rows


def list_pay_exceptions_for(
    actor: Staff, *, unresolved_only: bool = True
) -> QuerySet[PayException]:
    """Differences about orders in the actor's reach, and those that name no order of ours.

    A difference names an order, or a refund of it: its number, R and two digits.
    """
    rows = list_pay_exceptions(unresolved_only=unresolved_only)
    if scope_path(actor) == "/":
        return rows
    number = Func(F("ref"), Value("R"), Value(1), function="split_part", output_field=CharField())
    elsewhere = Order.objects.filter(number=OuterRef("order_number")).exclude(
        pk__in=list_orders_for(actor).order_by().values("pk")
    )
    return rows.annotate(order_number=number).exclude(Exists(elsewhere))


def get_pay_exception_for(actor: Staff, exception_id: int) -> PayException:
    rows = list_pay_exceptions_for(actor, unresolved_only=False)
    found = rows.filter(pk=exception_id).first()
    if found is None:
        raise NotFound
    return found


def _with_lines(rows: QuerySet[Order]) -> QuerySet[Order]:
    lines = OrderLine.objects.select_related("sku__product").order_by("pk")
    return rows.select_related("brand", "store").prefetch_related(Prefetch("lines", lines))


def _one(rows: QuerySet[Order], public_id: str) -> Order:
    order = rows.filter(public_id=public_id).first()
    if order is None:
        raise NotFound
    return order
