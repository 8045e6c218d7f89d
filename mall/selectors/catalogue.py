"""Reading the catalogue: what is on sale, for how much, and what is left."""

from django.db.models import F, Min, QuerySet, Sum

from core.errors import NotFound
from mall.models import FreightRule, Product, Sku, Stock
from org.models import OrgUnit, Staff
from org.selectors import scope_path


def list_products_on_sale(brand: OrgUnit) -> QuerySet[Product]:
    """With `from_fen`, the least price of a SKU for sale; the newest first."""
    rows = Product.objects.filter(brand=brand, status=Product.Status.ON, skus__is_for_sale=True)
    return rows.annotate(from_fen=Min("skus__price_fen")).order_by("-created_at", "-pk")


def get_product(public_id: str) -> Product:
    """A product that customers may see."""
    found = (
        Product.objects.select_related("brand")
        .filter(public_id=public_id, status=Product.Status.ON)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def list_products_for(actor: Staff) -> QuerySet[Product]:
    """The catalogue of the actor's brand, off the shelf too; a store sees its brand's."""
    rows = Product.objects.select_related("brand").order_by("-created_at", "-pk")
    scope = scope_path(actor)
    if scope == "/":
        return rows
    above = [int(part) for part in scope.strip("/").split("/") if part.isdigit()]
    return rows.filter(brand_id__in=above)


def get_product_for(actor: Staff, public_id: str) -> Product:
    found = list_products_for(actor).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def list_skus_of(product: Product) -> QuerySet[Sku]:
    """A product's variants for sale, with `free`: the pieces that can be bought now."""
    rows = product.skus.filter(is_for_sale=True)
    return rows.annotate(free=Sum(F("stock__on_hand") - F("stock__sold"))).order_by("pk")


def find_sku(sku_id: int) -> Sku | None:
    return Sku.objects.select_related("product").filter(pk=sku_id).first()


def find_sku_by_code(code: str) -> Sku | None:
    return Sku.objects.select_related("product").filter(code=code).first()


def list_skus_with_codes(codes: list[str]) -> QuerySet[Sku]:
    return Sku.objects.filter(code__in=codes)


def list_stock_of(product: Product) -> QuerySet[Stock]:
    rows = Stock.objects.filter(sku__product=product).select_related("sku", "location")
    return rows.order_by("sku_id", "location_id")


def find_freight_rule(brand: OrgUnit) -> FreightRule | None:
    return FreightRule.objects.filter(brand=brand).first()
