"""Owing the next step of a withdrawal, and writing down what the platform said of it."""

import datetime as dt
import json

from django.db import connection

from core import clock, jobs
from distribution.models import PayoutDifference, Withdrawal

STEP = "distribution.advance_payout"
MAX_LOG = 60


def owe_payout(row: Withdrawal, *, due_at: dt.datetime | None = None, slot: str = "") -> None:
    """Owe a step; the same `slot` owes it once, and no slot is always a new one."""
    key = f"{row.out_bill_no}:{slot}" if slot else ""
    jobs.enqueue(STEP, {"withdrawal_id": row.pk}, key=key, due_at=due_at)


def log_call(withdrawal_id: int, text: str) -> None:
    """Add a line to the withdrawal's own log, beside whoever else adds one."""
    line = [{"at": clock.now().isoformat(timespec="seconds"), "text": text[:200]}]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE distribution_withdrawal SET log = log || %s::jsonb"
            " WHERE id = %s AND jsonb_array_length(log) < %s",
            [json.dumps(line, ensure_ascii=False), withdrawal_id, MAX_LOG],
        )


def note_difference(
    kind: str, ref: str, *, withdrawal: Withdrawal | None = None, **detail: object
) -> None:
    """Keep a difference for a person; the same (kind, ref) is one row."""
    PayoutDifference.objects.get_or_create(
        kind=kind,
        ref=ref[:64],
        defaults={"withdrawal": withdrawal, "detail": detail, "at": clock.now()},
    )
