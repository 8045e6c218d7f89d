"""Writing the catalogue: products, variants, prices, stock, delivery fee."""

from typing import Any

from django.db import transaction
from django.db.models import F

from core import audit, clock
from core.errors import InvalidInput
from core.locks import lock_name
from mall.contracts import SkuCodeTaken, StockBelowSold
from mall.models import FreightRule, Product, Sku, Stock
from org.models import OrgUnit


@transaction.atomic
def create_product(
    *,
    brand: OrgUnit,
    title: str,
    subtitle: str = "",
    category: str = "",
    image: str = "",
    description: str = "",
) -> Product:
    """Put a product of a brand on sale; it can be bought once it has a SKU and stock."""
    if not title.strip():
        raise InvalidInput("请填写商品名称")

    product = Product.objects.create(
        brand=brand,
        title=title.strip(),
        subtitle=subtitle,
        category=category,
        image=image,
        description=description,
        created_at=clock.now(),
    )

    audit.record("mall.product.created", product, after={"title": product.title})
    return product


_EDITABLE = ("title", "subtitle", "category", "image", "description", "status", "freight")


@transaction.atomic
def edit_product(*, product: Product, **changes: Any) -> Product:
    """Change what customers read, take it off the shelf (`status` on or off), or send it
    by another template (`freight`, None for the brand's own).
    """
    unknown = set(changes) - set(_EDITABLE)
    if unknown:
        raise InvalidInput(fields=sorted(unknown))
    if "status" in changes and changes["status"] not in Product.Status.values:
        raise InvalidInput("商品状态有误")

    template = changes.get("freight")
    if template is not None and template.brand_id != product.brand_id:
        raise InvalidInput("运费模板须属于同一个品牌")

    before = {name: getattr(product, name) for name in changes}
    for name, value in changes.items():
        setattr(product, name, value)
    product.save(update_fields=list(changes))

    audit.record("mall.product.edited", product, before=_plain(before), after=_plain(changes))
    return product


def _plain(changes: dict[str, Any]) -> dict[str, Any]:
    """As the audit keeps it: a template by its name."""
    return {name: str(value) if value is not None else "" for name, value in changes.items()}


@transaction.atomic
def add_sku(
    *,
    product: Product,
    code: str,
    price_fen: int,
    cost_fen: int = 0,
    spec: str = "",
    reference_price_fen: int | None = None,
    is_for_sale: bool = True,
    weight_g: int = 0,
) -> Sku:
    """Add a variant; fen and grams for each piece. Refuses `SkuCodeTaken`."""
    _check_prices(price_fen, cost_fen)
    lock_name("mall.sku", code)
    if Sku.objects.filter(code=code).exists():
        raise SkuCodeTaken(code=code)

    sku = Sku.objects.create(
        product=product,
        code=code,
        spec=spec,
        price_fen=price_fen,
        reference_price_fen=reference_price_fen,
        cost_fen=cost_fen,
        is_for_sale=is_for_sale,
        weight_g=weight_g,
    )

    audit.record("mall.sku.added", sku, after={"code": code, "price_fen": price_fen})
    return sku


@transaction.atomic
def set_price(
    *, sku: Sku, price_fen: int, cost_fen: int | None = None, weight_g: int | None = None
) -> Sku:
    """A new price and weight for orders from now on; placed orders keep theirs."""
    after = {
        "price_fen": price_fen,
        "cost_fen": sku.cost_fen if cost_fen is None else cost_fen,
        "weight_g": sku.weight_g if weight_g is None else weight_g,
    }
    _check_prices(price_fen, after["cost_fen"])

    before = {name: getattr(sku, name) for name in after}
    for name, value in after.items():
        setattr(sku, name, value)
    sku.save(update_fields=list(after))

    audit.record("mall.sku.repriced", sku, before=before, after=after)
    return sku


def _check_prices(price_fen: int, cost_fen: int) -> None:
    if price_fen < 1 or cost_fen < 0:
        raise InvalidInput("价格须至少一分，成本不能为负")


@transaction.atomic
def set_stock(*, sku: Sku, location: OrgUnit, on_hand: int) -> Stock:
    """State how many pieces a location ever received, those sold included.

    Refuses `StockBelowSold`: pieces that orders hold cannot be counted away.
    """
    if on_hand < 0:
        raise InvalidInput("库存不能为负")
    stock, _ = Stock.objects.get_or_create(sku=sku, location=location)
    changed = Stock.objects.filter(pk=stock.pk, sold__lte=on_hand).update(on_hand=on_hand)
    if not changed:
        raise StockBelowSold

    _record_stock(stock, on_hand)
    return Stock.objects.get(pk=stock.pk)


@transaction.atomic
def add_stock(*, sku: Sku, location: OrgUnit, quantity: int) -> Stock:
    """Take `quantity` new pieces in at a location."""
    if quantity < 1:
        raise InvalidInput("入库数量须为正数")
    stock, _ = Stock.objects.get_or_create(sku=sku, location=location)
    Stock.objects.filter(pk=stock.pk).update(on_hand=F("on_hand") + quantity)
    fresh = Stock.objects.get(pk=stock.pk)

    _record_stock(stock, fresh.on_hand)
    return fresh


def _record_stock(stock: Stock, on_hand: int) -> None:
    after: dict[str, Any] = {"location": stock.location_id, "on_hand": on_hand}
    audit.record("mall.stock.set", stock.sku, before={"on_hand": stock.on_hand}, after=after)


@transaction.atomic
def set_freight(*, brand: OrgUnit, fee_fen: int, free_from_fen: int = 0) -> FreightRule:
    """What a brand's deliveries cost; 0 for `free_from_fen` never waives the fee."""
    if fee_fen < 0 or free_from_fen < 0:
        raise InvalidInput("运费不能为负")
    rule, _ = FreightRule.objects.update_or_create(
        brand=brand, defaults={"fee_fen": fee_fen, "free_from_fen": free_from_fen}
    )
    after = {"fee_fen": fee_fen, "free_from_fen": free_from_fen}
    audit.record("mall.freight.set", brand, after=after)
    return rule
