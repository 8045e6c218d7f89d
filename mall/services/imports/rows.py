"""A record of a file as rows of ours: which numbers, which state, whose share of what."""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace

from mall.amounts import share_paid
from mall.contracts import Receiver
from mall.importing import Flag, ImportedLine, ImportedOrder, OrderStatus, RecordKind
from mall.models import Order

STATES = {
    OrderStatus.CREATED: Order.State.CREATED,
    OrderStatus.PAID: Order.State.PAID,
    OrderStatus.SHIPPED: Order.State.SHIPPED,
    OrderStatus.COMPLETED: Order.State.RECEIVED,
    OrderStatus.CLOSED: Order.State.CLOSED,
}
STEPS: dict[str, int] = {state: step for step, state in enumerate(STATES.values())}
"""How far along a state is: a file never takes an order back."""

LINE_FLAGS = frozenset({Flag.LINES_MERGED, Flag.DETAIL_MISSING})
LONGEST_NUMBER = 32
LONGEST_CITY = 40


def trimmed(order: ImportedOrder) -> ImportedOrder:
    """The record as it is kept: no more goes back than was paid, the excess stays flagged."""
    if order.kind is RecordKind.CANCELLATION or order.refund_fen <= order.paid_fen:
        return order
    return replace(order, refund_fen=order.paid_fen)


def source_of(order: ImportedOrder) -> str:
    """Whose order numbers these are: a generic file's own shop system, else the platform."""
    return order.buyer_kind if order.platform == "generic" else order.platform


def identity_kind(order: ImportedOrder) -> str:
    """The kind of identity a buyer id is (members.contracts)."""
    kind = order.buyer_kind
    has_accounts = kind in ("tmall", "jd")
    return kind if has_accounts or order.platform != "generic" else f"generic:{kind}"


def number_of(source: str, order_no: str) -> str:
    """Our number for an order of elsewhere: the same on every import, never another's."""
    plain = f"{source}-{order_no}"
    if len(plain) <= LONGEST_NUMBER:
        return plain
    digest = hashlib.sha256(plain.encode()).hexdigest()
    return f"{source[:8]}-{digest}"[:LONGEST_NUMBER]


def is_detailed(order: ImportedOrder) -> bool:
    """False where one merged line stands for titles whose split the file does not tell."""
    return all(line.price_fen is not None for line in order.lines)


def content_hash(order: ImportedOrder) -> str:
    """64 characters: 32 of the head, `+` or `-` for detailed or not, 31 of the lines."""
    sign = "+" if is_detailed(order) else "-"
    return f"{_digest(_head(order))[:32]}{sign}{_digest(order.lines)[:31]}"


def _digest(content: object) -> str:
    return hashlib.sha256(repr(content).encode()).hexdigest()


def _head(order: ImportedOrder) -> tuple[object, ...]:
    flags = sorted(flag for flag in order.flags if flag not in LINE_FLAGS)
    return (
        *(order.kind, order.status, order.buyer_kind, order.buyer_key),
        *(order.placed_at, order.paid_at, order.shipped_at, order.received_at),
        *(order.goods_fen, order.freight_fen, order.discount_fen, order.total_fen),
        *(order.paid_fen, order.refund_fen, order.refund_known),
        *(asdict(order.receiver).values()),
        *(order.tracking_no, order.carrier, flags),
    )


def paid_at_of(order: ImportedOrder) -> dt.datetime | None:
    """An amount paid without a time counts on the day of the order."""
    if order.paid_at is None and order.paid_fen > 0:
        return order.placed_at
    return order.paid_at


def head_of(order: ImportedOrder, *, brand_id: int, member_id: int | None) -> Order:
    """The order's own row, not saved; `placed_at` must be known."""
    assert order.placed_at is not None
    source = source_of(order)
    is_cancellation = order.kind is RecordKind.CANCELLATION
    return Order(
        number=number_of(source, order.platform_order_no),
        platform=source,
        platform_order_no=order.platform_order_no,
        kind=Order.Kind.CANCELLATION if is_cancellation else Order.Kind.SALE,
        state=STATES[order.status],
        brand_id=brand_id,
        member_id=member_id,
        goods_fen=order.goods_fen,
        freight_fen=order.freight_fen,
        discount_fen=order.discount_fen,
        total_fen=order.total_fen,
        paid_fen=order.paid_fen,
        refunded_fen=order.refund_fen,
        receiver=receiver_text(order),
        city=order.receiver.city[:LONGEST_CITY],
        carrier=order.carrier,
        tracking_no=order.tracking_no,
        flags=sorted(set(order.flags)),
        content_hash=content_hash(order),
        placed_at=order.placed_at,
        paid_at=paid_at_of(order),
        shipped_at=order.shipped_at,
        received_at=order.received_at,
    )


def receiver_text(order: ImportedOrder) -> str:
    """JSON for the encrypted column; "" where the file shows nobody."""
    told = order.receiver
    if not (told.name or told.phone or told.address):
        return ""
    kept = Receiver(name=told.name, phone=told.phone, city=told.city, address=told.address)
    return json.dumps(asdict(kept), ensure_ascii=False)


def unit_price(line: ImportedLine) -> int:
    """The file's price; the average per piece, floored, where it tells an amount only."""
    if line.price_fen is not None:
        return line.price_fen
    return line.amount_fen // line.quantity if line.quantity else line.amount_fen


def paid_shares(lines: Sequence[ImportedLine], paid_goods_fen: int) -> list[int]:
    """What each line was paid of the payment for goods, in fen; the parts sum to it.

    A document paid in full pays each line its amount, negative lines too; any other
    payment falls on the positive lines alone.
    """
    amounts = [line.amount_fen for line in lines]
    if paid_goods_fen == sum(amounts):
        return amounts
    return share_paid(max(0, paid_goods_fen), [max(0, amount) for amount in amounts])
