"""Flash sales: opened with pieces of their own, bought by persons, ended once."""

import datetime as dt
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from core import audit, clock, jobs
from core.errors import InvalidInput
from core.locks import lock_name
from mall.contracts import LimitReached, SaleNotOpen, SoldOut
from mall.models import FlashSale, Sku, Stock
from mall.selectors.flash import names_of
from mall.services import buckets, stock
from members.models import Customer

LONGEST = dt.timedelta(days=30)
MOST_MINUTES = 60


@transaction.atomic
def open_flash_sale(
    *,
    sku: Sku,
    price_fen: int,
    quantity: int,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    per_person: int = 1,
    pay_minutes: int = 5,
    room_ref: str = "",
) -> FlashSale:
    """Set `quantity` pieces aside for a sale at `price_fen`; it ends by itself.

    The pieces leave the ordinary stock now and come back, unsold, at the end. Refuses
    `SoldOut` when there are not as many. Source of the window: docs/rules.md, 秒杀.
    """
    _check(price_fen, quantity, per_person, pay_minutes)
    if not starts_at < ends_at <= starts_at + LONGEST or ends_at <= clock.now():
        raise InvalidInput("请填写正确的开始和结束时间，一场最长三十天")

    sale = FlashSale.objects.create(
        sku=sku,
        price_fen=price_fen,
        quantity=quantity,
        per_person=per_person,
        pay_minutes=pay_minutes,
        room_ref=room_ref,
        starts_at=starts_at,
        ends_at=ends_at,
        created_at=clock.now(),
    )
    buckets.fill(sale.pk, _set_aside(sku, quantity))

    after = {"sale": sale.public_id, "price_fen": price_fen, "quantity": quantity}
    audit.record("mall.flash_sale.opened", sku, after=after)
    jobs.enqueue("mall.end_flash_sale", {"sale_id": sale.pk}, key=sale.public_id, due_at=ends_at)
    return sale


def _check(price_fen: int, quantity: int, per_person: int, pay_minutes: int) -> None:
    if price_fen < 1:
        raise InvalidInput("秒杀价须至少一分")
    if quantity < 1 or not 1 <= per_person <= quantity:
        raise InvalidInput("秒杀数量须为正数，每人限购不能超过它")
    if not 1 <= pay_minutes <= MOST_MINUTES:
        raise InvalidInput("付款时间须在 1 到 60 分钟之间")


def _set_aside(sku: Sku, quantity: int) -> dict[int, int]:
    try:
        holds = stock.take({sku.pk: quantity})
    except SoldOut as short:
        raise SoldOut("可用库存不足，不能划出这么多件参加秒杀", **short.detail) from short
    places = dict(Stock.objects.filter(sku=sku).values_list("location_id", "pk"))
    return {places[hold.location_id]: hold.quantity for hold in holds}


def require_open(sale: FlashSale) -> None:
    """Refuses `SaleNotOpen` before the beginning and from the end on, and a sure `SoldOut`.

    Most of a rush comes too late: they hear so before anything is priced or counted.
    """
    now = clock.now()
    if now < sale.starts_at:
        raise SaleNotOpen("秒杀还没有开始")
    if sale.ended_at is not None or now >= sale.ends_at:
        raise SaleNotOpen
    if not buckets.has_any(sale.pk):
        raise SoldOut(sale_id=sale.pk)


_COUNT = """
WITH former AS MATERIALIZED (
    SELECT COALESCE(SUM(taken), 0) AS taken FROM mall_flashclaim
    WHERE sale_id = %(sale)s AND person = ANY(%(formerly)s)
)
INSERT INTO mall_flashclaim AS c (sale_id, person, taken)
SELECT %(sale)s, %(person)s, %(quantity)s FROM former
WHERE former.taken + %(quantity)s <= %(most)s
ON CONFLICT (sale_id, person) DO UPDATE SET taken = c.taken + excluded.taken
WHERE c.taken + excluded.taken + (SELECT taken FROM former) <= %(most)s
RETURNING id
"""
"""`formerly` are names under which the same person was counted before; they lock the buyer."""


def claim(sale: FlashSale, customer: Customer, quantity: int) -> list[stock.Hold]:
    """Count the person and take the pieces; refuses `LimitReached` and `SoldOut`.

    Locks: the person's count, then buckets. Two logins of one person wait for each other.
    """
    if quantity > sale.per_person:
        raise LimitReached.at(sale.per_person)
    person, *formerly = names_of(customer)
    values: dict[str, Any] = {"sale": sale.pk, "person": person, "formerly": formerly}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values | {"quantity": quantity, "most": sale.per_person})
        counted = cursor.fetchone()
    if counted is None:
        raise LimitReached.at(sale.per_person)

    taken = buckets.take(sale.pk, quantity)
    return [stock.Hold(sale.sku_id, each.location_id, each.quantity, counted[0]) for each in taken]


@transaction.atomic
def end_flash_sale(*, sale_id: int) -> bool:
    """Stop selling; what is left goes back to the ordinary stock. False when it had ended.

    Orders that wait for payment keep their pieces and may still be paid. Locks: sale,
    buckets, stock.
    """
    lock_name("mall.flash_sale", sale_id)
    sale = FlashSale.objects.select_for_update(no_key=True).get(pk=sale_id)
    if sale.ended_at is not None:
        return False

    FlashSale.objects.filter(pk=sale_id).update(ended_at=clock.now())
    left = buckets.empty(sale_id)
    for stock_id, pieces in sorted(left.items()):
        Stock.objects.filter(pk=stock_id).update(sold=F("sold") - pieces)

    after = {"sale": sale.public_id, "left": sum(left.values())}
    audit.record("mall.flash_sale.ended", sale.sku, after=after)
    return True
