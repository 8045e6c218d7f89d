"""What the operator's desk asks of the mall: searching, what waits, what runs short."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, F, Max, Prefetch, Q, QuerySet, Sum

from mall.models import Order, OrderLine, Payment, Product, Refund, Sku, Stock
from mall.selectors.catalogue import list_products_for
from mall.selectors.orders import list_orders_for, list_orders_to_ship
from org.models import Staff

LOW_STOCK = 5
"""Pieces left from which a SKU for sale counts as short."""


@dataclass(frozen=True)
class OrderSearch:
    """What to look for; "" and None do not narrow. Days are business days, both included."""

    state: str = ""
    platform: str = ""
    brand_id: int | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    number: str = ""


def search_orders(actor: Staff, search: OrderSearch) -> QuerySet[Order]:
    """Orders in the actor's reach, the newest first; `until` is not included."""
    rows = list_orders_for(actor)
    if search.state:
        rows = rows.filter(state=search.state)
    if search.platform:
        rows = rows.filter(platform=search.platform)
    if search.brand_id is not None:
        rows = rows.filter(brand_id=search.brand_id)
    if search.since is not None:
        rows = rows.filter(placed_at__gte=search.since)
    if search.until is not None:
        rows = rows.filter(placed_at__lt=search.until)
    if search.number:
        rows = rows.filter(Q(number__iexact=search.number) | Q(platform_order_no=search.number))
    return rows


@dataclass(frozen=True)
class Waiting:
    """How many, and how much money is in them."""

    count: int
    fen: int


def sum_orders_to_ship(actor: Staff) -> Waiting:
    sums = list_orders_to_ship(actor).order_by().aggregate(fen=Sum("paid_fen"))
    return Waiting(list_orders_to_ship(actor).count(), sums["fen"] or 0)


def list_refunds_for(actor: Staff, *states: str) -> QuerySet[Refund]:
    """Refunds of orders in the actor's reach, the longest waiting first."""
    rows = Refund.objects.filter(order__in=list_orders_for(actor).order_by().values("pk"))
    if states:
        rows = rows.filter(state__in=states)
    return rows.select_related("order").order_by("created_at", "pk")


def count_refunds_for(actor: Staff) -> dict[str, int]:
    """{state: how many} of the refunds in the actor's reach."""
    rows = list_refunds_for(actor).order_by().values_list("state")
    return dict(rows.annotate(count=Count("pk")))


def sum_refunds(actor: Staff, *states: str) -> Waiting:
    rows = list_refunds_for(actor, *states).order_by()
    return Waiting(rows.count(), rows.aggregate(fen=Sum("amount_fen"))["fen"] or 0)


def get_refund_for(actor: Staff, out_refund_no: str) -> Refund | None:
    return list_refunds_for(actor).filter(out_refund_no=out_refund_no).first()


def find_payment(order: Order) -> Payment | None:
    return Payment.objects.filter(order=order).first()


def list_lines_of(order: Order) -> list[OrderLine]:
    return list(order.lines.select_related("sku__product", "location").order_by("pk"))


def list_products_with_skus(actor: Staff) -> QuerySet[Product]:
    """The catalogue with every SKU and, on each, `free`: the pieces that can be bought."""
    skus = Sku.objects.annotate(
        free=Sum(F("stock__on_hand") - F("stock__sold")), held=Sum("stock__sold")
    ).order_by("pk")
    return list_products_for(actor).prefetch_related(Prefetch("skus", skus))


def list_all_skus_of(product: Product) -> list[Sku]:
    """Every SKU, off sale too, with its stock rows and places."""
    stock = Stock.objects.annotate(free=F("on_hand") - F("sold"))
    stock = stock.select_related("location").order_by("location__path")
    return list(product.skus.prefetch_related(Prefetch("stock", stock)).order_by("pk"))


def get_sku_of(product: Product, sku_id: int) -> Sku | None:
    return product.skus.filter(pk=sku_id).first()


def count_low_stock(actor: Staff) -> int:
    """SKUs for sale with no more than `LOW_STOCK` pieces left in all places together."""
    rows = Sku.objects.filter(
        is_for_sale=True,
        product__status=Product.Status.ON,
        product__in=list_products_for(actor).order_by().values("pk"),
    )
    left = rows.annotate(free=Sum(F("stock__on_hand") - F("stock__sold")))
    return left.filter(free__lte=LOW_STOCK).count()


def list_skus_for(actor: Staff) -> QuerySet[Sku]:
    """SKUs that a benefit may promise, by the name of their product."""
    products = list_products_for(actor).order_by().values("pk")
    return (
        Sku.objects.filter(product__in=products)
        .select_related("product")
        .order_by("product__title", "pk")
    )


def list_orders_of_member_for(actor: Staff, member_id: int) -> QuerySet[Order]:
    """A person's orders in the actor's reach, imported ones too, the newest first."""
    return list_orders_for(actor).filter(member_id=member_id)


def find_buyers_of(actor: Staff, number: str) -> list[int]:
    """Ids of the members whose order bears this number, ours or a platform's."""
    rows = search_orders(actor, OrderSearch(number=number)) if number else Order.objects.none()
    return [pk for pk in rows.order_by().values_list("member_id", flat=True)[:20] if pk]


@dataclass(frozen=True)
class Bought:
    """What a person bought here and elsewhere, in fen after refunds."""

    orders: int
    net_fen: int
    last_at: dt.datetime | None


def sum_bought(actor: Staff, member_id: int) -> Bought:
    rows = list_orders_of_member_for(actor, member_id).filter(
        kind=Order.Kind.SALE, paid_at__isnull=False
    )
    sums = rows.order_by().aggregate(
        orders=Count("pk"), net_fen=Sum(F("paid_fen") - F("refunded_fen")), last_at=Max("paid_at")
    )
    return Bought(sums["orders"], sums["net_fen"] or 0, sums["last_at"])
