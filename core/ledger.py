"""Double entry in integer fen: one posting function, balanced or refused.

There is no trigger behind this: `post` is the only writer, the database role may not
change a line afterwards, and `check_invariants` sums every journal again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Sum

from core import clock
from core.models import Entry


@dataclass(frozen=True)
class Line:
    """`amount_fen` on `account`: positive is a debit, negative a credit."""

    account: str
    amount_fen: int
    party: str = ""
    order_ref: str = ""


class Unbalanced(ValueError):
    """The lines of a journal do not sum to zero."""


_POST = """
WITH journal AS (
    INSERT INTO core_journal (kind, ref, at, memo) VALUES (%s, %s, %s, %s)
    ON CONFLICT (kind, ref) DO NOTHING RETURNING id)
INSERT INTO core_entry (journal_id, account, party, order_ref, amount_fen)
SELECT journal.id, line.account, line.party, line.order_ref, line.amount_fen
FROM journal, unnest(%s::text[], %s::text[], %s::text[], %s::bigint[])
     AS line(account, party, order_ref, amount_fen)
"""


def post(kind: str, ref: str, lines: Sequence[Line], *, memo: str = "") -> bool:
    """Write a journal and all its lines in one statement; False if already posted.

    (`kind`, `ref`) names the fact, so posting it again is a no-op. Raises `Unbalanced`.
    """
    kept = [line for line in lines if line.amount_fen]
    if sum(line.amount_fen for line in kept):
        raise Unbalanced(f"{kind} {ref}")
    if not kept:
        return False
    columns: list[list[Any]] = [
        [line.account for line in kept],
        [line.party for line in kept],
        [line.order_ref for line in kept],
        [line.amount_fen for line in kept],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_POST, [kind, ref, clock.now(), memo[:200], *columns])
        return bool(cursor.rowcount)


def balance(account: str, party: str | None = None) -> int:
    """Fen on an account (of one party when given): debits less credits."""
    rows = Entry.objects.filter(account=account)
    if party is not None:
        rows = rows.filter(party=party)
    return rows.aggregate(total=Sum("amount_fen"))["total"] or 0
