"""Stock as the desk sees it: by SKU and place, what runs short, what was done to it."""

from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from core.errors import NotFound
from core.models import AuditEntry
from mall.models import FlashSale, Product, Sku, Stock
from mall.selectors.catalogue import list_products_for
from mall.selectors.desk import LOW_STOCK
from mall.selectors.flash import list_flash_sales
from org.models import Staff

MOVES = (
    "mall.stock.set",
    "mall.stock.counted",
    "mall.stock.adjusted",
    "mall.stock.transferred_out",
    "mall.stock.transferred_in",
)
SHOWN_MOVES = 30


@dataclass(frozen=True)
class StockSearch:
    """What to look for; "", None and False do not narrow."""

    text: str = ""
    location_id: int | None = None
    low_only: bool = False


def list_stock_for(actor: Staff, search: StockSearch) -> QuerySet[Stock]:
    """Places of the SKUs in the actor's catalogue with `free`, the pieces to be bought.

    The catalogue belongs to the brand, so a store sees where else there is some.
    """
    products = list_products_for(actor).order_by().values("pk")
    rows = Stock.objects.filter(sku__product__in=products).annotate(free=F("on_hand") - F("sold"))
    if search.text:
        words = Q(sku__product__title__icontains=search.text) | Q(sku__code__iexact=search.text)
        rows = rows.filter(words)
    if search.location_id is not None:
        rows = rows.filter(location_id=search.location_id)
    if search.low_only:
        rows = rows.filter(
            free__lte=LOW_STOCK, sku__is_for_sale=True, sku__product__status=Product.Status.ON
        )
    rows = rows.select_related("sku__product", "location")
    return rows.order_by("sku__product__title", "sku_id", "location__path")


def get_sku_for(actor: Staff, sku_id: int) -> Sku:
    products = list_products_for(actor).order_by().values("pk")
    rows = Sku.objects.select_related("product__brand")
    found = rows.filter(pk=sku_id, product__in=products).first()
    if found is None:
        raise NotFound
    return found


def list_places_of(sku: Sku) -> QuerySet[Stock]:
    rows = Stock.objects.filter(sku=sku).annotate(free=F("on_hand") - F("sold"))
    return rows.select_related("location").order_by("location__path")


def list_stock_moves(sku: Sku) -> QuerySet[AuditEntry]:
    """What was done to a SKU's stock by hand and why, the newest first."""
    rows = AuditEntry.objects.filter(
        action__in=MOVES, subject_kind="mall.sku", subject_id=str(sku.pk)
    )
    return rows.order_by("-at", "-pk")[:SHOWN_MOVES]


def list_flash_sales_for(actor: Staff) -> QuerySet[FlashSale]:
    """Sales of the actor's catalogue, those that end last first."""
    products = list_products_for(actor).order_by().values("pk")
    rows = list_flash_sales().filter(sku__product__in=products)
    return rows.order_by("-ends_at", "-pk")


def get_flash_sale_for(actor: Staff, public_id: str) -> FlashSale:
    found = list_flash_sales_for(actor).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found
