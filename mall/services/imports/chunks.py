"""A chunk of records against what is known: new ones made, changed ones changed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from core.clock import day_of
from mall.importing import ImportedOrder, RecordKind
from mall.models import Order
from mall.services.imports.comparing import Action, Known, Step, compare, find_known
from mall.services.imports.lines import OrderLines, drop_lines, stored_lines, write_lines
from mall.services.imports.report import Counts
from mall.services.imports.rows import head_of, identity_kind, source_of
from members.contracts import Recognised
from members.services import recognise_many

HEAD_FIELDS = (
    "kind", "state", "member", "goods_fen", "freight_fen", "discount_fen", "total_fen",
    "paid_fen", "refunded_fen", "receiver", "city", "carrier", "tracking_no", "flags",
    "content_hash", "placed_at", "paid_at", "shipped_at", "received_at",
)  # fmt: skip
ORPHAN = "系统里没有这个订单，请先导入订单报表，再导入宝贝明细"


class Place(NamedTuple):
    """Where imported orders are counted to."""

    brand_id: int


def write_chunk(orders: Sequence[ImportedOrder], place: Place, *, dry_run: bool) -> Counts:
    """Write what is new or changed, in the caller's transaction; what it came to.

    Some ten statements, whatever the size. With `dry_run` it only compares.
    """
    steps = compare(orders, find_known(orders))
    if not dry_run:
        _write_heads([step for step in steps if step.writes_head], place)
        _write_lines([step for step in steps if step.writes_lines])
    return _count(steps)


def _write_heads(steps: Sequence[Step], place: Place) -> None:
    """One upsert for the new and the changed; sets each step's `order_id`."""
    if not steps:
        return
    members = _recognise([step.order for step in steps])
    heads = [_head(step, members, place) for step in steps]
    Order.objects.bulk_create(
        heads,
        update_conflicts=True,
        unique_fields=("platform", "platform_order_no"),
        update_fields=HEAD_FIELDS,
    )
    for step, head in zip(steps, heads, strict=True):
        step.order_id = head.pk


def _head(step: Step, members: dict[str, int], place: Place) -> Order:
    member_id = members.get(step.order.buyer_key or "")
    head = head_of(step.order, brand_id=place.brand_id, member_id=member_id)
    if step.known is not None:
        _carry_over(head, step, step.known)
    return head


def _carry_over(head: Order, step: Step, known: Known) -> None:
    """What an earlier file knew and this one does not tell is kept."""
    head.member_id = head.member_id or known.member_id
    head.content_hash, head.flags = step.content_hash, step.flags
    if not step.order.refund_known and known.refunded_fen:
        head.refunded_fen = min(known.refunded_fen, head.paid_fen)


def _recognise(orders: Iterable[ImportedOrder]) -> dict[str, int]:
    """Member ids by buyer key: found or made by the platform's account, never by a phone."""
    people: dict[str, Recognised] = {}
    for order in orders:
        key = order.buyer_key
        if key is not None and key not in people:
            people[key] = Recognised(
                key=key,
                identities=((identity_kind(order), key),),
                phone=order.buyer_phone or "",
                source=source_of(order),
                at=order.placed_at,
            )
    return recognise_many(list(people.values())) if people else {}


def _write_lines(steps: Sequence[Step]) -> None:
    drop = [step for step in steps if step.known is not None]
    kept = stored_lines([step.order_id for step in drop if step.keeps_lines])
    drop_lines([step.order_id for step in drop])
    write_lines(
        OrderLines(step.order_id, step.paid_goods_fen, kept.get(step.order_id, step.order.lines))
        for step in steps
    )
    _note_line_changes([step for step in steps if not step.writes_head])


def _note_line_changes(steps: Sequence[Step]) -> None:
    """Orders whose lines alone were told: what is known of them says so."""
    rows = [
        Order(pk=step.order_id, content_hash=step.content_hash, flags=step.flags) for step in steps
    ]
    Order.objects.bulk_update(rows, ("content_hash", "flags"))


def _count(steps: Sequence[Step]) -> Counts:
    by_action = Counter(step.action for step in steps)
    days = sorted(_days(steps))
    return Counts(
        created=by_action[Action.CREATE],
        updated=by_action[Action.UPDATE] + by_action[Action.UPDATE_LINES],
        unchanged=by_action[Action.KEEP],
        outdated=by_action[Action.OUTDATED],
        first_day=days[0] if days else "",
        last_day=days[-1] if days else "",
        orphans=[_orphan(step.order) for step in steps if step.action is Action.ORPHAN],
    )


def _days(steps: Sequence[Step]) -> set[str]:
    """Days whose figures the chunk may have moved, as they were and as they are."""
    times = set()
    for step in steps:
        if step.writes_head:
            times |= {step.order.placed_at, step.order.paid_at, step.order.received_at}
            times |= set(step.known.times) if step.known else set()
    return {day_of(moment).isoformat() for moment in times if moment is not None}


def _orphan(order: ImportedOrder) -> dict[str, object]:
    assert order.kind is RecordKind.LINES_ONLY
    return {
        "row": order.row_numbers[0],
        "code": "order_unknown",
        "message": ORPHAN,
        "raw": order.platform_order_no,
    }
