"""A small shop for commission: goods, orders with their snapshot, payments, refunds.

It writes the mall's rows itself, so that a test of commission is not one of checkout.
"""

import datetime as dt
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from core import clock
from distribution.models import Commission, PerformanceShare
from distribution.rules import DEFAULT_RULES
from distribution.services import (
    Snapshots,
    decide_order,
    freeze_order,
    record_evidence,
    reverse_refund,
)
from mall.models import Order, OrderLine, Product, Refund, RefundLine, Sku
from tests.world import World

_numbers = count(1)

HOUR = dt.timedelta(hours=1)


@dataclass
class Goods:
    price_fen: int
    category: str = ""
    cost_fen: int = 0
    quantity: int = 1
    is_gift: bool = False
    code: str = field(default_factory=lambda: f"sku{next(_numbers)}")


def config(**changes: Any) -> dict[str, Any]:
    return {**DEFAULT_RULES, **changes}


def percent(ppm: int) -> dict[str, Any]:
    return {"default": {"mode": "percent", "ppm": ppm}}


def make_sku(world: World, goods: Goods) -> Sku:
    product = Product.objects.create(
        brand=world.brand,
        title=f"商品 {goods.code}",
        category=goods.category,
        created_at=clock.now(),
    )
    return Sku.objects.create(
        product=product, code=goods.code, price_fen=goods.price_fen, cost_fen=goods.cost_fen
    )


def place(world: World, *goods: Goods, kind: str = "sale", **fields: Any) -> Order:
    """An unpaid order of Eve's with the snapshot of now on its lines."""
    now, number = clock.now(), f"T{next(_numbers):08d}"
    skus = [make_sku(world, each) for each in goods]
    evidence = Snapshots().snapshot(
        member_id=world.eve.pk,
        brand_id=world.brand.pk,
        sku_ids=[sku.pk for sku in skus],
        placed_at=now,
    )
    total = sum(each.price_fen * each.quantity for each in goods if not each.is_gift)
    freight = fields.get("freight_fen", 0)
    order = Order.objects.create(
        **{
            "number": number,
            "platform_order_no": number,
            "kind": kind,
            "brand": world.brand,
            "member": world.eve,
            "goods_fen": total,
            "total_fen": total + freight,
            "placed_at": now,
            **fields,
        }
    )
    for each, sku in zip(goods, skus, strict=True):
        paid = 0 if each.is_gift else each.price_fen * each.quantity
        OrderLine.objects.create(
            order=order,
            sku=sku,
            sku_code=sku.code,
            title=sku.product.title,
            quantity=each.quantity,
            price_fen=each.price_fen,
            amount_fen=paid,
            paid_fen=paid,
            cost_fen=each.cost_fen * each.quantity,
            is_gift=each.is_gift,
            evidence=evidence[sku.pk],
        )
    return order


def pay(order: Order, *, decide: bool = True) -> Order:
    order.paid_at, order.paid_fen, order.state = clock.now(), order.total_fen, "paid"
    order.save()
    if decide:
        decide_order(order.pk)
    return order


def receive(order: Order) -> Order:
    order.received_at, order.state = clock.now(), "received"
    order.save()
    freeze_order(order.pk)
    return order


def refund(order: Order, *parts: tuple[OrderLine, int], reverse: bool = True) -> Refund:
    """A refund that has succeeded, of the given fen of the given lines."""
    number, total = f"R{next(_numbers):08d}", sum(fen for _, fen in parts)
    row = Refund.objects.create(
        order=order,
        out_refund_no=number,
        state=Refund.State.SUCCESS,
        amount_fen=total,
        created_at=clock.now(),
        succeeded_at=clock.now(),
    )
    for line, fen in parts:
        RefundLine.objects.create(refund=row, line=line, amount_fen=fen)
        OrderLine.objects.filter(pk=line.pk).update(refunded_fen=line.refunded_fen + fen)
        line.refresh_from_db()
    Order.objects.filter(pk=order.pk).update(refunded_fen=order.refunded_fen + total)
    order.refresh_from_db()
    if reverse:
        reverse_refund(row.pk)
    return row


def shared_by(world: World, guide: Any, *, ago: dt.timedelta = HOUR, kind: str = "share") -> None:
    record_evidence(
        member=world.eve,
        brand=world.brand,
        guide=guide,
        kind=kind,
        ref=f"ref{next(_numbers)}",
        at=clock.now() - ago,
    )


def lines_of(order: Order) -> list[OrderLine]:
    return list(order.lines.order_by("pk"))


def standing(order: Order) -> dict[tuple[str, str], int]:
    """{(guide, role): fen that stand} of an order."""
    found: dict[tuple[str, str], int] = {}
    for row in Commission.objects.filter(line__order=order).select_related("guide").order_by("pk"):
        key = (row.guide.username, row.role)
        found[key] = found.get(key, 0) + row.standing_fen
    return found


def performance(order: Order) -> dict[str, int]:
    """{role: fen} of an order, refunds taken off."""
    found: dict[str, int] = {}
    for row in PerformanceShare.objects.filter(line__order=order):
        found[row.role] = found.get(row.role, 0) + row.amount_fen
    return found
