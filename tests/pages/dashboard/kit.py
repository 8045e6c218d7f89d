"""What the tests of the business pages share: goods, orders, cards, and counting queries."""

import datetime as dt
from collections.abc import Callable
from itertools import count
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from acquisition.models import Card, CardBatch
from acquisition.services import create_batch
from core import clock
from mall.models import Benefit, Order, OrderLine, Sku
from mall.services import add_sku, create_benefit, create_product, set_stock
from org.models import Staff
from tests.world import World, client_for

_numbers = count(1)


def make_sku(world: World, *, price_fen: int = 10_000, stock: int = 20) -> Sku:
    number = next(_numbers)
    product = create_product(brand=world.brand, title=f"面霜{number}")
    sku = add_sku(product=product, code=f"K{number}", price_fen=price_fen, cost_fen=3_000)
    set_stock(sku=sku, location=world.brand, on_hand=stock)
    return sku


def make_order(world: World, *, sku: Sku | None = None, **fields: Any) -> Order:
    """A paid sale of Eve's over 100 yuan in the first store, unless `fields` say else."""
    now, number = clock.now(), f"D{next(_numbers):08d}"
    order = Order.objects.create(
        **{
            "number": number,
            "platform_order_no": number,
            "brand": world.brand,
            "store": world.first_store,
            "member": world.eve,
            "goods_fen": 10_000,
            "total_fen": 10_000,
            "paid_fen": 10_000,
            "state": "paid",
            "placed_at": now,
            "paid_at": now,
            **fields,
        }
    )
    OrderLine.objects.create(
        order=order,
        sku=sku,
        title="面霜",
        quantity=1,
        price_fen=10_000,
        amount_fen=10_000,
        paid_fen=10_000,
    )
    return order


def make_benefit(world: World, sku: Sku | None = None) -> Benefit:
    return create_benefit(
        name="一分领小样", sku=sku or make_sku(world), worth_fen=2_900, threshold_fen=2_900
    )


def make_batch(world: World, *, size: int = 10, benefit: Benefit | None = None) -> CardBatch:
    return create_batch(
        name=f"批次{next(_numbers)}",
        benefit=benefit or make_benefit(world),
        brand=world.brand,
        size=size,
        print_cost_fen=15,
        insert_cost_fen=5,
    )


def deliver(batch: CardBatch, *, delivered: int, added: int, days_ago: int = 30) -> None:
    """So many of the batch's cards arrived then, and so many of them brought somebody new."""
    at = clock.now() - dt.timedelta(days=days_ago)
    ids = list(batch.cards.order_by("pk").values_list("pk", flat=True)[:delivered])
    Card.objects.filter(pk__in=ids).update(shipped_at=at, delivered_at=at, state="delivered")
    Card.objects.filter(pk__in=ids[:added]).update(
        scanned_at=at, added_at=at, is_new_person=True, state="contact_added"
    )


def queries_of(staff: Staff, url: str) -> int:
    """How many statements a GET takes once what lives for a second (host, clock) is cached."""
    client = client_for(staff)
    assert client.get(url).status_code == 200
    return min(_counted(client, url) for _ in range(2))


def _counted(client: Any, url: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        client.get(url)
    return len(caught)


def assert_flat(staff: Staff, url: str, grow: Callable[[], Any], most: int) -> None:
    """One row and twenty-one cost the same, and no more than `most`."""
    grow()
    one = queries_of(staff, url)
    for _ in range(20):
        grow()
    assert (many := queries_of(staff, url)) == one, f"{url}: {one} → {many}"
    assert one <= most, f"{url}: {one}"
