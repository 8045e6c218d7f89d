"""What lies on the shelf, and what is being explained."""

from django.db import transaction
from django.db.models import Max

from core import audit, clock
from core.errors import InvalidInput
from core.locks import lock_objects
from livestream.contracts import ForeignSku, RoomNotLive, ShelfRole
from livestream.models import LiveRoom, ShelfItem
from livestream.services.channel import tell_shelf
from mall.models import Sku
from mall.selectors import find_sku, list_products_on_sale
from org.selectors import find_brand_of

MOST_ITEMS = 60
AUTO = ((ShelfRole.WELFARE, 1), (ShelfRole.TRAFFIC, 4), (ShelfRole.BESTSELLER, 10))


@transaction.atomic
def put_item(*, room: LiveRoom, sku_id: int, role: str) -> ShelfItem:
    """Put a SKU of the room's brand at the end of the shelf, or change its role.

    Refuses `ForeignSku`, and a shelf of more than 60.
    """
    lock_objects(LiveRoom, [room.pk])
    sku, brand = find_sku(sku_id), find_brand_of(room.unit)
    if sku is None or brand is None or sku.product.brand_id != brand.pk:
        raise ForeignSku
    last = room.items.aggregate(last=Max("position"))["last"] or 0
    if last >= MOST_ITEMS:
        raise InvalidInput(f"货架最多放 {MOST_ITEMS} 件")
    item, _ = ShelfItem.objects.update_or_create(
        room=room,
        sku=sku,
        defaults={"role": ShelfRole(role)},
        create_defaults={"role": ShelfRole(role), "position": last + 1},
    )

    tell_shelf(room)
    return item


@transaction.atomic
def remove_item(item: ShelfItem) -> None:
    """Take an item off the shelf; what was ordered stays ordered."""
    item.delete()

    audit.record("livestream.shelf.removed", item.room, before={"sku": item.sku_id})
    tell_shelf(item.room)


@transaction.atomic
def fill_shelf(room: LiveRoom) -> int:
    """Make up a shelf from what the brand sells: the cheapest as welfare, then as traffic.

    Adds nothing to a shelf that has something on it. How many items it put there.
    """
    lock_objects(LiveRoom, [room.pk])
    brand = find_brand_of(room.unit)
    if brand is None or room.items.exists():
        return 0
    products = list_products_on_sale(brand)[: sum(count for _, count in AUTO)]
    skus = Sku.objects.filter(product__in=list(products), is_for_sale=True)
    cheapest = sorted(skus.order_by("product_id", "price_fen").distinct("product_id"), key=_price)
    roles = [role for role, count in AUTO for _ in range(count)]
    rows = [
        ShelfItem(room=room, sku=sku, role=role, position=place)
        for place, (sku, role) in enumerate(zip(cheapest, roles, strict=False), start=1)
    ]
    ShelfItem.objects.bulk_create(rows)
    return len(rows)


@transaction.atomic
def explain_item(item: ShelfItem) -> ShelfItem:
    """Pin an item as the one being explained; the former one's seconds are added up.

    Refuses `RoomNotLive`. Locks the room.
    """
    (room,) = lock_objects(LiveRoom, [item.room_id])
    if room.state != LiveRoom.State.LIVE:
        raise RoomNotLive
    unpin(room)

    item.is_pinned, item.explained_at = True, clock.now()
    item.save(update_fields=["is_pinned", "explained_at"])

    tell_shelf(room)
    return item


def unpin(room: LiveRoom) -> None:
    """Close the explanation that is going on; call holding the room's lock."""
    pinned = room.items.filter(is_pinned=True).first()
    if pinned is None or pinned.explained_at is None:
        return
    pinned.explained += max(0, int((clock.now() - pinned.explained_at).total_seconds()))
    pinned.is_pinned = False
    pinned.save(update_fields=["explained", "is_pinned"])


def _price(sku: Sku) -> int:
    return sku.price_fen
