"""Row and name locks with a home and an order."""

import hashlib
from collections.abc import Iterable
from typing import TypeVar

from django.db import connection, models
from django.db.utils import OperationalError

from core.context import tkey
from core.errors import Refusal

M = TypeVar("M", bound=models.Model)

LOCK_TIMEOUT_MS = 3_000


class Busy(Refusal):
    """Somebody else holds what this needs for too long."""

    code = "busy"
    message = "系统正忙，请稍后再试"
    status = 409


LIMIT_WAIT = f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_MS}ms'"


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("locks are held only inside a transaction")


def lock_objects(model: type[M], ids: Iterable[int]) -> list[M]:
    """Lock rows of `model` in the order of their ids; raises `Busy` after 3 s.

    The sorted order makes two callers that need the same rows wait, never deadlock.
    """
    _require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(LIMIT_WAIT)
    wanted = sorted(set(ids))
    rows = model._default_manager.select_for_update(of=("self",))
    try:
        return list(rows.filter(pk__in=wanted).order_by("pk"))
    except OperationalError as error:
        raise Busy from error


def lock_name(*parts: object) -> None:
    """Hold a tenant-scoped advisory lock until the transaction ends, in one round trip."""
    _require_transaction()
    digest = hashlib.sha256(tkey("lock", *parts).encode()).digest()
    number = int.from_bytes(digest[:8], "big", signed=True)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"{LIMIT_WAIT}; SELECT pg_advisory_xact_lock(%s)", [number])
    except OperationalError as error:
        raise Busy from error
