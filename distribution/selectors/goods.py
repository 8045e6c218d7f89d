"""What commission needs to know of goods: code, category, price and what they leave."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.money import PPM
from mall.models import Sku


@dataclass(frozen=True)
class Goods:
    sku_id: int
    code: str
    category: str
    price_fen: int
    cost_fen: int

    @property
    def margin_ppm(self) -> int:
        return max(0, self.price_fen - self.cost_fen) * PPM // self.price_fen


_FIELDS = ("pk", "code", "product__category", "price_fen", "cost_fen")


def list_goods(sku_ids: Sequence[int]) -> list[Goods]:
    rows = Sku.objects.filter(pk__in=sku_ids).order_by("pk")
    return [Goods(*row) for row in rows.values_list(*_FIELDS)]


def list_margins(brand_id: int) -> list[Goods]:
    """Goods for sale whose price and cost are known."""
    rows = Sku.objects.filter(product__brand_id=brand_id, is_for_sale=True)
    rows = rows.filter(price_fen__gt=0, cost_fen__gt=0).order_by("pk")
    return [Goods(*row) for row in rows.values_list(*_FIELDS)]
