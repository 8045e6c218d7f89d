"""The shelf as it sells now: what is left, and at which price."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Sum

from livestream.composition import Finding, check_shelf
from livestream.models import LiveRoom, ShelfItem
from mall.models import FlashSale
from mall.selectors import list_open_sales


@dataclass(frozen=True)
class ShelfRow:
    """An item with the flash sale that runs on it, if one does; `free` pieces can be bought."""

    item: ShelfItem
    free: int
    sale: FlashSale | None = None

    @property
    def price_fen(self) -> int:
        return self.sale.price_fen if self.sale else self.item.sku.price_fen


def list_shelf(room: LiveRoom) -> list[ShelfRow]:
    """In the order of the show. A sale of another room is not this room's price."""
    items = ShelfItem.objects.filter(room=room).select_related("sku__product")
    left = Sum(F("sku__stock__on_hand") - F("sku__stock__sold"))
    rows: Any = list(items.annotate(left=left).order_by("position", "pk"))
    sales = _sales(room, [item.sku_id for item in rows])
    return [_row(item, sales.get(item.sku_id)) for item in rows]


def findings_of(shelf: Iterable[ShelfRow]) -> list[Finding]:
    """What the check of the composition says of a shelf at its prices of now."""
    return check_shelf((row.item.role, row.price_fen) for row in shelf)


def _sales(room: LiveRoom, sku_ids: list[int]) -> dict[int, FlashSale]:
    running = list_open_sales(sku_ids).filter(room_ref__in=("", room.public_id))
    return {sale.sku_id: sale for sale in running}


def _row(item: Any, sale: Any) -> ShelfRow:
    return ShelfRow(item, max(0, (sale.left if sale else item.left) or 0), sale)
