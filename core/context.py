"""Who is acting, and in which request: carried for the audit log and the JSON logs."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection


@dataclass(frozen=True)
class Acting:
    """`kind` is staff, customer, api_key, job, platform, command or anonymous."""

    kind: str = "anonymous"
    id: int | None = None
    label: str = ""
    ip: str = ""
    request_id: str = ""
    behalf_of: str = ""


_NOBODY = Acting()
_acting: ContextVar[Acting] = ContextVar("acting", default=_NOBODY)


def acting() -> Acting:
    return _acting.get()


@contextmanager
def acting_as(**changes: Any) -> Iterator[Acting]:
    token = _acting.set(replace(_acting.get(), **changes))
    try:
        yield _acting.get()
    finally:
        _acting.reset(token)


def schema() -> str:
    """The schema the connection is on: the tenant's own name for its data."""
    return str(getattr(connection, "schema_name", "") or "public")


class SchemaMismatch(RuntimeError):
    """The connection is not where it says it is: stop before touching a row."""


def assert_schema(expected: str) -> str:
    """A missing schema would silently resolve to public: ask the database itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        found = str(cursor.fetchone()[0])
    if found != expected:
        raise SchemaMismatch(f"expected {expected}, on {found}")
    return found


def tkey(*parts: object) -> str:
    """The one key function for cache, limiter, lock and channel names.

    The schema comes first, so no two tenants can share a key.
    """
    return ":".join(["siyu", schema(), *(str(part) for part in parts)])
