"""Reading flash sales: what is left, who a buyer is, what a price may be compared with."""

import datetime as dt

from django.db.models import F, Min, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from core import clock
from core.errors import NotFound
from mall.contracts import OWN
from mall.models import FlashClaim, FlashSale, Order, OrderLine, StockBucket
from members.contracts import UNIONID
from members.models import Customer
from members.selectors import list_identities_of

COMPARED_DAYS = 7
"""Provisions on clearly marked prices and price fraud, article 18: the seven days before."""


def list_flash_sales(*, room_ref: str = "") -> QuerySet[FlashSale]:
    """Of a live room or, without one, of all, the next to begin first; `left` is annotated."""
    rows = FlashSale.objects.select_related("sku__product").annotate(left=_left())
    rows = rows.filter(room_ref=room_ref) if room_ref else rows
    return rows.order_by("starts_at", "pk")


def _left() -> Coalesce:
    pieces = StockBucket.objects.filter(sale=OuterRef("pk")).order_by().values("sale")
    return Coalesce(Subquery(pieces.annotate(sum=Sum("pieces")).values("sum")), 0)


def find_flash_sale(public_id: str) -> FlashSale | None:
    """Without `left`: it is read in every order of a rush."""
    rows = FlashSale.objects.select_related("sku__product")
    return rows.filter(public_id=public_id).first()


def get_flash_sale(public_id: str) -> FlashSale:
    """With `left`; raises `NotFound`."""
    sale = list_flash_sales().filter(public_id=public_id).first()
    if sale is None:
        raise NotFound
    return sale


def list_open_sales(sku_ids: list[int]) -> QuerySet[FlashSale]:
    """The sales of these SKUs that run now."""
    now = clock.now()
    running = list_flash_sales().filter(starts_at__lte=now, ends_at__gt=now, ended_at=None)
    return running.filter(sku_id__in=sku_ids)


def person_of(customer: Customer) -> str:
    """One name for one person, whichever login they come with."""
    unionid = (
        customer.unionid
        or (
            list_identities_of(customer.member).filter(kind=UNIONID).values_list("value", flat=True)
        ).first()
    )
    return f"unionid:{unionid}" if unionid else f"member:{customer.member_id}"


def names_of(customer: Customer) -> list[str]:
    """The name of the person and, after it, the one from before their unionid was known."""
    return list(dict.fromkeys((person_of(customer), f"member:{customer.member_id}")))


def count_taken(sale: FlashSale, customer: Customer) -> int:
    """How many pieces of a sale a person holds now."""
    mine = FlashClaim.objects.filter(sale=sale, person__in=names_of(customer))
    taken: int = mine.aggregate(pieces=Sum("taken", default=0))["pieces"]
    return taken


def reference_price(sku_id: int, at: dt.datetime) -> int | None:
    """What a promotion that begins at `at` may be compared with, in fen for each piece.

    The lowest price really paid here in the seven days before it; when nobody bought in
    them, the last price paid; None when nobody ever bought. Source: docs/rules.md, 秒杀.
    """
    deals = OrderLine.objects.filter(
        sku_id=sku_id,
        is_gift=False,
        quantity__gt=0,
        order__platform=OWN,
        order__kind=Order.Kind.SALE,
        order__paid_at__lt=at,
    ).annotate(each=F("paid_fen") / F("quantity"), at=F("order__paid_at"))
    lately = deals.filter(at__gte=at - dt.timedelta(days=COMPARED_DAYS))
    lowest: int | None = lately.aggregate(fen=Min("each"))["fen"]
    if lowest is not None:
        return lowest
    last: int | None = deals.order_by("-at", "each").values_list("each", flat=True).first()
    return last
