"""Placing an order: the server's total, the pieces taken, the evidence as of now."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction

from core import audit, clock, events, jobs, ports
from core.crypto import normal_phone
from core.errors import InvalidInput
from core.idempotency import KeyReused
from core.ids import random_text
from core.locks import lock_name
from mall.contracts import (
    OWN,
    AttributionEvidence,
    CartInvalid,
    EntitlementUnusable,
    OrderPlaced,
    Receiver,
    ReceiverInvalid,
    TotalChanged,
)
from mall.models import FlashSale, Order, OrderLine, Sku
from mall.selectors.benefits import find_usable
from mall.selectors.quotes import Quote, merge_cart, quote_cart
from mall.services import flash, stock
from members.models import Customer
from org.selectors import get_unit

PAY_WINDOW = dt.timedelta(minutes=15)


@transaction.atomic
def place_order(
    *,
    customer: Customer,
    lines: Iterable[tuple[int, int]],
    receiver: Receiver,
    shown_total_fen: int,
    idempotency_key: str,
    entitlement_id: int | None = None,
    flash_sale: FlashSale | None = None,
    room_ref: str = "",
) -> Order:
    """Take the pieces and open an order that waits fifteen minutes for its payment.

    `lines` are (sku id, pieces). The same key gives the same order, with other contents
    `KeyReused`. Refuses `TotalChanged`, `SoldOut`, `NotOnSale`, `BrandsMixed`,
    `CartInvalid`, `NotDelivered`, `ReceiverInvalid`, and `EntitlementUnusable` for a gift
    that the customer was shown and this order would not carry. In a flash sale the cart is
    pieces of its SKU, the wait is the sale's, and `SaleNotOpen` and `LimitReached` refuse
    too. Locks: buyer, then the person's count, then stock.
    """
    cart = merge_cart(lines)
    sale_id = flash_sale.pk if flash_sale else None
    digest = _digest(cart, receiver, shown_total_fen, entitlement_id, sale_id, room_ref)
    lock_name("mall.buyer", customer.member_id)
    earlier = _find_earlier(customer, idempotency_key, digest)
    if earlier is not None:
        return earlier

    quote = quote_cart(cart, receiver.place, _prices(cart, flash_sale))
    _refuse(quote, receiver, shown_total_fen)
    if entitlement_id is not None:
        _require_gift(customer, entitlement_id, quote.goods_fen)

    holds = _take(customer, quote, flash_sale, receiver.city.strip())
    order = _open_sale(
        customer,
        quote,
        receiver,
        pay_window=_pay_window(flash_sale),
        store_id=_shipping_store(holds),
        idempotency_key=idempotency_key,
        content_hash=digest,
        room_ref=room_ref or (flash_sale.room_ref if flash_sale else ""),
    )
    _add_lines(order, quote, holds)

    owe_closing(order)
    events.announce(OrderPlaced(order.pk))
    return order


def _find_earlier(customer: Customer, key: str, digest: str) -> Order | None:
    if not 1 <= len(key) <= 80:
        raise InvalidInput("缺少幂等键")
    same_key = Order.objects.filter(customer_id=customer.pk, idempotency_key=key)
    found = same_key.values_list("pk", "content_hash").first()
    if found is None:
        return None
    if found[1] != digest:
        raise KeyReused
    return Order.objects.get(pk=found[0])


def _digest(*parts: Any) -> str:
    plain = [asdict(part) if isinstance(part, Receiver) else part for part in parts]
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def _prices(cart: Mapping[int, int], sale: FlashSale | None) -> dict[int, int]:
    """What a flash sale that runs asks for its SKU, in fen for each piece."""
    if sale is None:
        return {}
    flash.require_open(sale)
    if set(cart) != {sale.sku_id}:
        raise CartInvalid
    return {sale.sku_id: sale.price_fen}


def _take(customer: Customer, quote: Quote, sale: FlashSale | None, city: str) -> list[stock.Hold]:
    if sale is not None:
        return flash.claim(sale, customer, quote.lines[0].quantity)
    return stock.take({line.sku.pk: line.quantity for line in quote.lines}, city)


def _pay_window(sale: FlashSale | None) -> dt.timedelta:
    return dt.timedelta(minutes=sale.pay_minutes) if sale else PAY_WINDOW


def _refuse(quote: Quote, receiver: Receiver, shown_total_fen: int) -> None:
    if quote.total_fen != shown_total_fen:
        raise TotalChanged(shown_fen=shown_total_fen, total_fen=quote.total_fen)
    named = receiver.name.strip() and receiver.city.strip() and receiver.address.strip()
    if not named or not normal_phone(receiver.phone):
        raise ReceiverInvalid


def _require_gift(customer: Customer, entitlement_id: int, goods_fen: int) -> None:
    usable = find_usable(customer.member_id, entitlement_id)
    if usable is None or usable.benefit.threshold_fen > goods_fen:
        raise EntitlementUnusable(entitlement_id=entitlement_id)


def _open_sale(customer: Customer, quote: Quote, receiver: Receiver, **fields: Any) -> Order:
    return open_order(
        kind=Order.Kind.SALE,
        brand_id=quote.brand_id,
        customer=customer,
        goods_fen=quote.goods_fen,
        freight_fen=quote.freight_fen,
        receiver=json.dumps(asdict(receiver), ensure_ascii=False),
        city=receiver.city.strip(),
        **fields,
    )


def open_order(
    *,
    customer: Customer,
    goods_fen: int,
    freight_fen: int = 0,
    pay_window: dt.timedelta = PAY_WINDOW,
    **fields: Any,
) -> Order:
    """An own order in state created, without lines yet."""
    now = clock.now()
    number = f"{now.astimezone(clock.SHANGHAI):%y%m%d%H%M%S}{random_text(50)}"
    return Order.objects.create(
        number=number,
        platform=OWN,
        platform_order_no=number,
        member_id=customer.member_id,
        customer_id=customer.pk,
        goods_fen=goods_fen,
        freight_fen=freight_fen,
        total_fen=goods_fen + freight_fen,
        placed_at=now,
        expires_at=now + pay_window,
        **fields,
    )


def owe_closing(order: Order) -> None:
    """Owe the end of the wait for payment, to the second."""
    key, due_at = order.number, order.expires_at
    jobs.enqueue("mall.close_expired", {"order_id": order.pk}, key=key, due_at=due_at)


def _add_lines(order: Order, quote: Quote, holds: Sequence[stock.Hold]) -> None:
    evidence = _evidence(order, [line.sku.pk for line in quote.lines])
    priced = {line.sku.pk: line for line in quote.lines}
    lines = []
    for hold in holds:
        line = make_line(order, priced[hold.sku_id].sku, hold, priced[hold.sku_id].price_fen)
        line.evidence = evidence.get(hold.sku_id, {})
        lines.append(line)
    OrderLine.objects.bulk_create(lines)


def make_line(order: Order, sku: Sku, hold: stock.Hold, price_fen: int) -> OrderLine:
    """A line of held pieces, not saved; `price_fen` for each piece, `cost_fen` for the line."""
    return OrderLine(
        order=order,
        sku=sku,
        location_id=hold.location_id,
        claim_id=hold.claim_id,
        sku_code=sku.code,
        title=" ".join(filter(None, (sku.product.title, sku.spec))),
        quantity=hold.quantity,
        held=hold.quantity,
        price_fen=price_fen,
        amount_fen=price_fen * hold.quantity,
        cost_fen=sku.cost_fen * hold.quantity,
    )


def _evidence(order: Order, sku_ids: Sequence[int]) -> Mapping[int, dict[str, Any]]:
    source = ports.find(AttributionEvidence)
    if source is None or order.member_id is None:
        return {}
    return source.snapshot(
        member_id=order.member_id,
        brand_id=order.brand_id,
        sku_ids=sku_ids,
        placed_at=order.placed_at,
    )


def _shipping_store(holds: Sequence[stock.Hold]) -> int | None:
    """The store that ships is the order's store until distribution says otherwise."""
    unit = get_unit(holds[0].location_id)
    return unit.pk if unit.kind == "store" else None


@transaction.atomic
def assign_store(*, order_id: int, unit_id: int | None, reason: str = "") -> None:
    """Count an own order to a store, as whoever decides attribution found."""
    order = Order.objects.get(pk=order_id, platform=OWN)
    Order.objects.filter(pk=order_id).update(store_id=unit_id)
    audit.record(
        "mall.order.store_assigned",
        order,
        before={"store": order.store_id},
        after={"store": unit_id},
        reason=reason,
    )
