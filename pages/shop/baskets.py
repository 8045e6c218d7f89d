"""What is about to be ordered, priced now: one parcel for each brand."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from core.errors import NotFound, Refusal
from mall.contracts import CartInvalid, NotDelivered, Place
from mall.models import FlashSale
from mall.selectors import (
    CartPart,
    Quote,
    find_flash_sale,
    find_sku_by_code,
    list_cart,
    merge_cart,
    quote_cart,
)
from members.models import Customer


@dataclass(frozen=True)
class Basket:
    """`parts` are pieces by SKU, one for each brand; `sale` is the flash sale whose price it is.

    Priced when first asked: an order is priced where it is placed.
    """

    parts: tuple[Mapping[int, int], ...]
    place: Place
    sale: FlashSale | None = None

    @property
    def lines(self) -> dict[int, int]:
        return {sku_id: pieces for part in self.parts for sku_id, pieces in part.items()}

    @property
    def parcels(self) -> tuple[Quote, ...]:
        """The quotes by brand."""
        return self._priced[0]

    @property
    def refused(self) -> Refusal | None:
        """Why none of it can be sent there; the sum is then that of anywhere else."""
        return self._priced[1]

    @cached_property
    def _priced(self) -> tuple[tuple[Quote, ...], Refusal | None]:
        prices = {self.sale.sku_id: self.sale.price_fen} if self.sale else {}
        try:
            return tuple(quote_cart(part, self.place, prices) for part in self.parts), None
        except NotDelivered as refused:
            return tuple(quote_cart(part, prices=prices) for part in self.parts), refused

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
    code, sale = str(fields.get("sku", ""))[:64], _sale_in(fields)
    sku = sale.sku if sale else find_sku_by_code(code)
    if sku is None or sku.code != code:
        raise NotFound
    return Basket((merge_cart([(sku.pk, pieces_in(fields))]),), place, sale)


def _sale_in(fields: Any) -> FlashSale | None:
    public_id = str(fields.get("sale", ""))[:26]
    sale = find_flash_sale(public_id) if public_id else None
    if public_id and sale is None:
        raise NotFound
    return sale


def chosen(customer: Customer, codes: list[str], place: Place) -> Basket:
    """Lines of the cart; refuses `CartInvalid` when one of them cannot be bought."""
    parts = list_cart(customer, codes=codes)
    items = [item for part in parts for item in part.items]
    if not items or not all(item.is_buyable for item in items):
        raise CartInvalid("有商品已售完或下架，请回购物车看看")
    return Basket(tuple(_lines_of(part) for part in parts), place)


def pieces_in(fields: Any, default: str = "1") -> int:
    """How many pieces a form asks for; refuses `CartInvalid`."""
    quantity = str(fields.get("n", default))
    if not re.fullmatch("[0-9]{1,3}", quantity):
        raise CartInvalid
    return int(quantity)


def _lines_of(part: CartPart) -> dict[int, int]:
    return merge_cart((item.sku.pk, item.quantity) for item in part.items)
