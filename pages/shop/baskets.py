"""What is about to be ordered, priced now: one parcel for each brand."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import NotFound, Refusal
from mall.contracts import CartInvalid, NotDelivered, Place
from mall.models import FlashSale
from mall.selectors import (
    CartPart,
    Quote,
    find_sku_by_code,
    get_flash_sale,
    list_cart,
    merge_cart,
    quote_cart,
)
from members.models import Customer


@dataclass(frozen=True)
class Basket:
    """`parcels` are the quotes by brand; `refused` is why none of it can be sent there.

    `sale` is the flash sale whose price this is.
    """

    lines: Mapping[int, int]
    parcels: tuple[Quote, ...]
    refused: Refusal | None = None
    sale: FlashSale | None = None

    @property
    def total_fen(self) -> int:
        return sum(parcel.total_fen for parcel in self.parcels)

    @property
    def goods_fen(self) -> int:
        return sum(parcel.goods_fen for parcel in self.parcels)

    @property
    def freight_fen(self) -> int:
        return sum(parcel.freight_fen for parcel in self.parcels)


def wished(fields: Any, place: Place) -> Basket:
    """The one variant of 立即购买; refuses `NotFound`, `NotOnSale` and `CartInvalid`."""
    sku = find_sku_by_code(str(fields.get("sku", ""))[:64])
    if sku is None:
        raise NotFound
    sale = _sale_in(fields)
    if sale is not None and sale.sku_id != sku.pk:
        raise NotFound
    return _price([merge_cart([(sku.pk, pieces_in(fields))])], place, sale)


def _sale_in(fields: Any) -> FlashSale | None:
    public_id = str(fields.get("sale", ""))[:26]
    return get_flash_sale(public_id) if public_id else None


def chosen(customer: Customer, codes: list[str], place: Place) -> Basket:
    """Lines of the cart; refuses `CartInvalid` when one of them cannot be bought."""
    parts = list_cart(customer, codes=codes)
    items = [item for part in parts for item in part.items]
    if not items or not all(item.is_buyable for item in items):
        raise CartInvalid("有商品已售完或下架，请回购物车看看")
    return _price([_lines_of(part) for part in parts], place)


def pieces_in(fields: Any, default: str = "1") -> int:
    """How many pieces a form asks for; refuses `CartInvalid`."""
    quantity = str(fields.get("n", default))
    if not re.fullmatch("[0-9]{1,3}", quantity):
        raise CartInvalid
    return int(quantity)


def _lines_of(part: CartPart) -> dict[int, int]:
    return merge_cart((item.sku.pk, item.quantity) for item in part.items)


def _price(parts: list[dict[int, int]], place: Place, sale: FlashSale | None = None) -> Basket:
    """Where nothing is sent to the place, the sum is that of anywhere else, and says so."""
    lines = {sku_id: pieces for part in parts for sku_id, pieces in part.items()}
    prices = {sale.sku_id: sale.price_fen} if sale else {}
    try:
        parcels = tuple(quote_cart(part, place, prices) for part in parts)
        return Basket(lines, parcels, sale=sale)
    except NotDelivered as refused:
        parcels = tuple(quote_cart(part, prices=prices) for part in parts)
        return Basket(lines, parcels, refused, sale)
