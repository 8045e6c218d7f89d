"""What a cart costs now: the same numbers for the page and for the order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mall.amounts import freight_of
from mall.contracts import BrandsMixed, CartInvalid, NotOnSale
from mall.models import FreightRule, Product, Sku

MAX_PIECES = 99
MAX_LINES = 50


@dataclass(frozen=True)
class QuoteLine:
    sku: Sku
    quantity: int

    @property
    def amount_fen(self) -> int:
        return self.sku.price_fen * self.quantity


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


def quote_cart(cart: Mapping[int, int]) -> Quote:
    """Price a cart; refuses `NotOnSale` and `BrandsMixed`."""
    skus = list(Sku.objects.select_related("product").filter(pk__in=cart).order_by("pk"))
    _check_on_sale(cart, skus)
    brands = {sku.product.brand_id for sku in skus}
    if len(brands) > 1:
        raise BrandsMixed

    lines = tuple(QuoteLine(sku, cart[sku.pk]) for sku in skus)
    goods_fen = sum(line.amount_fen for line in lines)
    brand_id = brands.pop()
    return Quote(brand_id, lines, goods_fen, _freight(brand_id, goods_fen))


def _check_on_sale(cart: Mapping[int, int], skus: Sequence[Sku]) -> None:
    sellable = {
        sku.pk for sku in skus if sku.is_for_sale and sku.product.status == Product.Status.ON
    }
    missing = sorted(set(cart) - sellable)
    if missing:
        raise NotOnSale(sku_ids=missing)


def _freight(brand_id: int, goods_fen: int) -> int:
    rule = FreightRule.objects.filter(brand_id=brand_id).first()
    if rule is None:
        return 0
    return freight_of(goods_fen, fee_fen=rule.fee_fen, free_from_fen=rule.free_from_fen)
