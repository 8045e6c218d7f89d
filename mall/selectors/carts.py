"""A person's cart as it stands now: prices, stock and what has changed since."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Sum

from mall.models import CartLine, Product, Sku, Stock
from mall.selectors.quotes import MAX_PIECES
from members.models import Customer
from org.models import OrgUnit


@dataclass(frozen=True)
class CartItem:
    """Pieces of a SKU that somebody means to buy; `free` are those that can be bought."""

    sku: Sku
    quantity: int
    seen_fen: int
    free: int

    @property
    def is_on_sale(self) -> bool:
        return self.sku.is_for_sale and self.sku.product.status == Product.Status.ON

    @property
    def is_buyable(self) -> bool:
        return self.is_on_sale and self.free >= self.quantity

    @property
    def is_repriced(self) -> bool:
        return self.sku.price_fen != self.seen_fen

    @property
    def amount_fen(self) -> int:
        return self.sku.price_fen * self.quantity


@dataclass(frozen=True)
class CartPart:
    """What one brand sends: an order of its own."""

    brand: OrgUnit
    items: tuple[CartItem, ...]

    @property
    def buyable_fen(self) -> int:
        return sum(item.amount_fen for item in self.items if item.is_buyable)


def list_cart(customer: Customer, *, codes: Iterable[str] | None = None) -> list[CartPart]:
    """The person's cart by brand, in the order of the brands, the newest line first.

    The same SKU in the carts of two logins is one line. `codes` narrows to some SKUs.
    """
    rows = CartLine.objects.filter(customer__member_id=customer.member_id)
    if codes is not None:
        rows = rows.filter(sku__code__in=list(codes))
    lines = list(rows.select_related("sku__product__brand").order_by("-added_at", "-pk"))
    free = _free_of({line.sku_id for line in lines})
    parts: dict[OrgUnit, dict[int, CartItem]] = {}
    for line in lines:
        items = parts.setdefault(line.sku.product.brand, {})
        before = items[line.sku_id].quantity if line.sku_id in items else 0
        pieces = min(MAX_PIECES, before + line.quantity)
        left = free.get(line.sku_id, 0)
        items[line.sku_id] = CartItem(line.sku, pieces, line.seen_fen, left)
    ordered = sorted(parts.items(), key=lambda part: part[0].pk)
    return [CartPart(brand, tuple(items.values())) for brand, items in ordered]


def count_cart(customer: Customer) -> int:
    """How many kinds of goods lie in the person's cart."""
    rows = CartLine.objects.filter(customer__member_id=customer.member_id)
    return rows.values("sku_id").distinct().count()


def _free_of(sku_ids: set[int]) -> dict[int, int]:
    rows = Stock.objects.filter(sku_id__in=sku_ids).values_list("sku_id")
    return dict(rows.annotate(free=Sum(F("on_hand") - F("sold"))))
