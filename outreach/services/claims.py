"""Taking chunks: one worker each, under a lease, with a token that proves it."""

import datetime as dt
import uuid
from typing import Any

from django.db import connection, transaction

from core import clock
from outreach.models import Chunk

LEASE_SECONDS = 30.0
"""Longer than a call may take, so that a live worker is not taken for a dead one."""

_CLAIM = """
UPDATE outreach_chunk SET owner = %(owner)s, lease_until = %(until)s
WHERE id IN (
    SELECT id FROM outreach_chunk
    WHERE plan_id = %(plan)s AND state = 'queued' AND retry_at <= %(now)s
      AND (lease_until IS NULL OR lease_until < %(real)s)
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""

_CLAIM_DOUBTFUL = """
UPDATE outreach_chunk SET owner = %(owner)s, state = 'unknown', retry_at = %(again)s
WHERE id IN (
    SELECT id FROM outreach_chunk
    WHERE plan_id = %(plan)s AND ((state = 'sending' AND lease_until < %(real)s)
                                  OR (state = 'unknown' AND retry_at <= %(now)s))
    ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING id
"""


def claim_chunk(plan_id: int) -> Chunk | None:
    """The next chunk that may be sent now, ours until its lease lapses."""
    until = clock.real_now() + dt.timedelta(seconds=LEASE_SECONDS)
    found = _take(_CLAIM, plan_id, until=until)
    return found[0] if found else None


def claim_doubtful(plan_id: int, *, limit: int = 500) -> list[Chunk]:
    """Chunks whose call went out and whose outcome nobody knows.

    Two workers may ask about the same chunk; only the later token may write the answer.
    """
    again = clock.now() + dt.timedelta(seconds=LEASE_SECONDS)
    return _take(_CLAIM_DOUBTFUL, plan_id, again=again, limit=limit)


def _take(sql: str, plan_id: int, **params: Any) -> list[Chunk]:
    moments = {"now": clock.now(), "real": clock.real_now()}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, {"owner": uuid.uuid4().hex, "plan": plan_id, **moments, **params})
        ids = [row[0] for row in cursor.fetchall()]
    rows = Chunk.objects.select_related("plan", "sender")
    return list(rows.filter(pk__in=ids).order_by("pk"))


def owned(chunk: Chunk, *states: Chunk.State) -> Any:
    """The chunk's row while the token it was read with is the last one given."""
    return Chunk.objects.filter(pk=chunk.pk, owner=chunk.owner, state__in=states)
