"""What a cart costs now: the same numbers for the page and for the order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mall.contracts import BrandsMixed, CartInvalid, NotOnSale, Place
from mall.models import Product, Sku
from mall.selectors.freight import Goods, quote_freight

MAX_PIECES = 99
MAX_LINES = 50
ANYWHERE = Place()
"""The place of an address that is not known yet."""


@dataclass(frozen=True)
class QuoteLine:
    """Pieces at `price_fen` each: the SKU's own price, or that of a flash sale."""

    sku: Sku
    quantity: int
    price_fen: int

    @property
    def amount_fen(self) -> int:
        return self.price_fen * self.quantity


@dataclass(frozen=True)
class Quote:
    """A priced cart of one brand, in fen."""

    brand_id: int
    lines: tuple[QuoteLine, ...]
    goods_fen: int
    freight_fen: int

    @property
    def total_fen(self) -> int:
        return self.goods_fen + self.freight_fen


def merge_cart(lines: Iterable[tuple[int, int]]) -> dict[int, int]:
    """{sku id: pieces}, the same SKU added up; refuses `CartInvalid`."""
    cart: dict[int, int] = {}
    for sku_id, quantity in lines:
        if quantity < 1:
            raise CartInvalid(sku_id=sku_id, quantity=quantity)
        cart[sku_id] = cart.get(sku_id, 0) + quantity
    if not 1 <= len(cart) <= MAX_LINES or max(cart.values()) > MAX_PIECES:
        raise CartInvalid(lines=len(cart))
    return cart


def quote_cart(
    cart: Mapping[int, int], place: Place = ANYWHERE, prices: Mapping[int, int] | None = None
) -> Quote:
    """Price a cart and its delivery to a place; `prices` are {sku id: fen} of a flash sale.

    Refuses `NotOnSale`, `BrandsMixed` and `NotDelivered`.
    """
    skus = list(Sku.objects.select_related("product__freight").filter(pk__in=cart).order_by("pk"))
    _check_on_sale(cart, skus)
    brands = {sku.product.brand_id for sku in skus}
    if len(brands) > 1:
        raise BrandsMixed

    special = prices or {}
    lines = tuple(QuoteLine(sku, cart[sku.pk], special.get(sku.pk, sku.price_fen)) for sku in skus)
    goods_fen = sum(line.amount_fen for line in lines)
    brand_id = brands.pop()
    freight_fen = quote_freight(brand_id, [_goods(line) for line in lines], place)
    return Quote(brand_id, lines, goods_fen, freight_fen)


def _goods(line: QuoteLine) -> Goods:
    weight_g = line.sku.weight_g * line.quantity
    return Goods(line.sku.product, line.amount_fen, line.quantity, weight_g)


def _check_on_sale(cart: Mapping[int, int], skus: Sequence[Sku]) -> None:
    sellable = {
        sku.pk for sku in skus if sku.is_for_sale and sku.product.status == Product.Status.ON
    }
    missing = sorted(set(cart) - sellable)
    if missing:
        raise NotOnSale(sku_ids=missing)
