"""Print runs: serials made, bound to parcels, followed to the door."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction

from acquisition.bindings import BindingRow
from acquisition.contracts import BatchInvalid
from acquisition.models import Card, CardBatch
from acquisition.serials import new_serial
from acquisition.services.holds import release_delivered
from core import audit, clock
from mall.models import Benefit
from org.models import OrgUnit

MAX_SIZE = 200_000
CHUNK = 5_000


@transaction.atomic
def create_batch(
    *,
    name: str,
    benefit: Benefit,
    brand: OrgUnit,
    size: int,
    print_cost_fen: int = 0,
    insert_cost_fen: int = 0,
    platform: str = "",
    velocity_limit: int | None = None,
    greeting: str = "",
) -> CardBatch:
    """A run of `size` cards with new serials, promising `benefit`; costs are for each card.

    Refuses `BatchInvalid`. Takes about a second for 100,000 cards.
    """
    if not name.strip() or not 1 <= size <= MAX_SIZE:
        raise BatchInvalid(f"请填写批次名称，数量为 1 到 {MAX_SIZE:,}")
    if brand.kind != OrgUnit.Kind.BRAND:
        raise BatchInvalid("请选择一个品牌")
    if not benefit.is_active:
        raise BatchInvalid("这项福利已停用")
    if min(print_cost_fen, insert_cost_fen) < 0 or (
        velocity_limit is not None and velocity_limit < 1
    ):
        raise BatchInvalid("费用不能为负，扫码上限至少为 1")

    batch = CardBatch(
        name=name.strip()[:60],
        benefit=benefit,
        brand=brand,
        size=size,
        print_cost_fen=print_cost_fen,
        insert_cost_fen=insert_cost_fen,
        platform=platform[:20],
        greeting=greeting[:500],
        created_at=clock.now(),
    )
    batch.velocity_limit = velocity_limit or batch.velocity_limit
    batch.save()
    _print_serials(batch)

    audit.record("acquisition.batch.created", batch, after={"name": batch.name, "size": size})
    return batch


@transaction.atomic
def void_batch(*, batch: CardBatch, reason: str) -> None:
    """End a run: its unused cards are as unknown as a serial that never was."""
    CardBatch.objects.filter(pk=batch.pk).update(state=CardBatch.State.VOID)
    audit.record("acquisition.batch.voided", batch, reason=reason)


@dataclass
class BindingReport:
    """How many cards a file changed, left as they were, or did not find."""

    bound: int = 0
    unchanged: int = 0
    errors: list[tuple[int, str]] = field(default_factory=list)


@transaction.atomic
def bind_orders(*, batch: CardBatch, rows: Sequence[BindingRow]) -> BindingReport:
    """Say which parcel each card lies in; doing it again with the same rows changes nothing.

    A serial of another batch, and one that is bound to another order, are errors and
    stay as they are. Deliveries release what was held for them.
    """
    report = BindingReport()
    for start in range(0, len(rows), CHUNK):
        _bind_chunk(batch, rows[start : start + CHUNK], report)
    audit.record("acquisition.batch.bound", batch, after={"bound": report.bound})
    return report


@transaction.atomic
def mark_delivered(*, deliveries: Sequence[tuple[str, dt.datetime]]) -> int:
    """Keep when parcels, named by (tracking number, moment), were delivered; how many cards."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE acquisition_card c
               SET delivered_at = d.at, shipped_at = COALESCE(c.shipped_at, d.at),
                   state = CASE WHEN c.state IN ('printed', 'shipped') THEN 'delivered'
                                ELSE c.state END
               FROM unnest(%s::text[], %s::timestamptz[]) AS d(tracking_no, at)
               WHERE c.tracking_no = d.tracking_no AND c.tracking_no <> ''
                 AND c.delivered_at IS NULL
               RETURNING c.id""",
            [[number for number, _ in deliveries], [at for _, at in deliveries]],
        )
        delivered = [row[0] for row in cursor.fetchall()]
    release_delivered(delivered)
    return len(delivered)


def _print_serials(batch: CardBatch) -> None:
    """A serial that exists already is drawn again: the database decides what is new."""
    missing = batch.size
    while missing:
        missing -= _insert(batch.pk, [new_serial() for _ in range(min(missing, CHUNK))])


def _insert(batch_id: int, serials: list[str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO acquisition_card (batch_id, serial, state, platform_order_no,
                                             tracking_no, suspect_reason)
               SELECT %s, serial, 'printed', '', '', '' FROM unnest(%s::text[]) AS serial
               ON CONFLICT (serial) DO NOTHING""",
            [batch_id, serials],
        )
        return int(cursor.rowcount)


_BIND = """
UPDATE acquisition_card c
SET platform_order_no = CASE WHEN r.order_no <> '' THEN r.order_no ELSE c.platform_order_no END,
    tracking_no = CASE WHEN r.tracking_no <> '' THEN r.tracking_no ELSE c.tracking_no END,
    shipped_at = COALESCE(c.shipped_at, r.shipped_at, r.delivered_at, %(now)s),
    delivered_at = COALESCE(c.delivered_at, r.delivered_at),
    state = CASE WHEN c.state IN ('printed', 'shipped') AND r.delivered_at IS NOT NULL
                 THEN 'delivered'
                 WHEN c.state = 'printed' THEN 'shipped' ELSE c.state END
FROM unnest(%(serials)s::text[], %(orders)s::text[], %(trackings)s::text[],
            %(shipped)s::timestamptz[], %(delivered)s::timestamptz[])
     AS r(serial, order_no, tracking_no, shipped_at, delivered_at)
WHERE c.batch_id = %(batch)s AND c.serial = r.serial
  AND (c.platform_order_no = '' OR r.order_no = '' OR c.platform_order_no = r.order_no)
  AND (r.order_no NOT IN ('', c.platform_order_no)
       OR r.tracking_no NOT IN ('', c.tracking_no)
       OR (c.delivered_at IS NULL AND r.delivered_at IS NOT NULL))
RETURNING c.id
"""


def _bind_chunk(batch: CardBatch, rows: Sequence[BindingRow], report: BindingReport) -> None:
    known = dict(
        Card.objects.filter(batch=batch, serial__in=[row.serial for row in rows]).values_list(
            "serial", "platform_order_no"
        )
    )
    usable = [row for row in rows if _check(row, known, report)]
    with connection.cursor() as cursor:
        cursor.execute(
            _BIND,
            {
                "now": clock.now(),
                "batch": batch.pk,
                "serials": [row.serial for row in usable],
                "orders": [row.order_no for row in usable],
                "trackings": [row.tracking_no for row in usable],
                "shipped": [row.shipped_at for row in usable],
                "delivered": [row.delivered_at for row in usable],
            },
        )
        changed = [row[0] for row in cursor.fetchall()]
    report.bound += len(changed)
    report.unchanged += len(usable) - len(changed)
    release_delivered(changed)


def _check(row: BindingRow, known: dict[str, str], report: BindingReport) -> bool:
    if row.serial not in known:
        report.errors.append((row.line, "这个批次里没有这个序列号"))
        return False
    if known[row.serial] and row.order_no and known[row.serial] != row.order_no:
        report.errors.append((row.line, "这张卡已绑定另一个订单"))
        return False
    return True
