"""A live room of the fixed world, with a shelf, and people who come in."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from core import clock
from livestream.models import LiveRoom
from livestream.services import enter_room, open_room, put_item, start_room
from mall.services import add_sku, create_product, set_stock
from members.models import Member
from org.models import OrgUnit, Staff
from tests.world import World

_numbers = count(1)


@dataclass
class FakeChannel:
    """A channel that remembers what it was told."""

    told: list[tuple[str, str, Any]] = field(default_factory=list)
    watching: int = 0

    def publish(self, room: str, kind: str, body: Any, *, keep: bool = False) -> None:
        self.told.append((room, kind, body))

    def viewers(self, room: str) -> int:
        return self.watching


def stock_brand(brand: OrgUnit, how_many: int = 15, price_fen: int = 2_990) -> list[int]:
    """So many products of the brand on sale; their SKUs."""
    ids = []
    for _ in range(how_many):
        number = next(_numbers)
        product = create_product(brand=brand, title=f"好物 {number}")
        sku = add_sku(product=product, code=f"LV{number}", price_fen=price_fen, cost_fen=100)
        set_stock(sku=sku, location=brand, on_hand=50)
        ids.append(sku.pk)
    return ids


def plan_room(unit: OrgUnit, *, guide: Staff | None = None, shelf: int = 1) -> LiveRoom:
    room = open_room(
        unit=unit, title="上新专场", host_name="小安", guide=guide, is_host_checked=True
    )
    brand = unit if unit.kind == "brand" else unit.parent
    assert brand is not None
    for sku_id in stock_brand(brand, shelf):
        put_item(room=room, sku_id=sku_id, role="bestseller")
    return room


def live_room(unit: OrgUnit, **changes: Any) -> LiveRoom:
    return start_room(plan_room(unit, **changes))


def make_member(name: str = "") -> Member:
    label = name or f"客{next(_numbers)}"
    return Member.objects.create(name=label, source="test", created_at=clock.now())


def come_in(room: LiveRoom, how_many: int) -> list[Member]:
    members = [make_member() for _ in range(how_many)]
    for member in members:
        enter_room(room=room, member=member)
    return members


def store_of(world: World) -> OrgUnit:
    return world.first_store
