"""From receipt to settled: frozen for the rights period, then released by date."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from core import audit, clock
from core.locks import lock_name, lock_objects
from distribution.models import Commission
from distribution.selectors.rules import rules_of
from distribution.services.attribution import decide_order, lock_commissions_of
from distribution.services.postings import move
from mall.selectors import get_order, has_open_refund

State = Commission.State


@transaction.atomic
def freeze_order(order_id: int) -> int:
    """Start the rights period of a received order: estimated → frozen. How many moved.

    `settleable_at` = receipt + the rights days kept with the line. Idempotent; an order
    whose payment was not decided yet is decided first.
    """
    lock_name("distribution.order", order_id)
    order = get_order(order_id)
    if order.received_at is None or decide_order(order_id) is None:
        return 0

    rows = [row for row in lock_commissions_of(order_id) if row.state == State.ESTIMATED]
    for row in rows:
        row.state = State.FROZEN
        row.frozen_at = order.received_at
        row.settleable_at = order.received_at + dt.timedelta(days=rights_days_of(row))
    Commission.objects.bulk_update(rows, ["state", "frozen_at", "settleable_at"])

    move("commission.frozen", order.number, rows, source="estimated", target="frozen")
    return len(rows)


def rights_days_of(commission: Commission) -> int:
    """Days after receipt that the line's own snapshot names."""
    return int(commission.line.evidence["rights_days"])


def settle_due() -> int:
    """Release what is past its rights period, one commission a transaction. How many."""
    due = Commission.objects.filter(
        state__in=(State.FROZEN, State.SETTLEABLE), settleable_at__lte=clock.now()
    )
    ids = list(due.order_by("settleable_at", "pk").values_list("pk", flat=True))
    return sum(_release(commission_id) for commission_id in ids)


@transaction.atomic
def settle_commissions(ids: Sequence[int], *, reason: str = "") -> int:
    """Settle by hand what waits as settleable, where the rules say so. How many.

    Locks the rows. An order with an open after-sale is left alone.
    """
    rows = lock_objects(Commission, ids)
    ready = [
        row
        for row in rows
        if row.state == State.SETTLEABLE and not has_open_refund(row.line.order_id)
    ]
    for row in ready:
        _settle(row)
        audit.record("distribution.commission.settled", row, reason=reason)
    return len(ready)


@transaction.atomic
def _release(commission_id: int) -> bool:
    """Frozen → settleable, and on to settled where that is automatic."""
    [row] = lock_objects(Commission, [commission_id])
    if row.state not in (State.FROZEN, State.SETTLEABLE):
        return False
    assert row.settleable_at is not None
    if row.settleable_at > clock.now() or has_open_refund(row.line.order_id):
        return False

    if row.state == State.FROZEN:
        row.state = State.SETTLEABLE
        row.save(update_fields=["state"])
        move("commission.released", str(row.pk), [row], source="frozen", target="settleable")
    if not rules_of(row.rule).is_settlement_automatic:
        return False
    _settle(row)
    return True


def _settle(row: Commission) -> None:
    row.state, row.settled_at = State.SETTLED, clock.now()
    row.save(update_fields=["state", "settled_at"])
    move("commission.settled", str(row.pk), [row], source="settleable", target="settled")
