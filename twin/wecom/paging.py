"""Cursors: opaque, and an invalid one is refused."""

import base64
from collections.abc import Sequence
from typing import Any, TypeVar

from twin.store import Row
from twin.wecom.endpoint import Call
from twin.wecom.errors import Refused

T = TypeVar("T")


def page(entries: Sequence[T], cursor: str | None, limit: int) -> tuple[list[T], str]:
    """The entries after ``cursor`` and the next cursor, "" at the end. Raises Refused(40058)."""
    start = _offset(cursor)
    chosen = list(entries[start : start + limit])
    following = start + limit
    return chosen, _cursor(following) if following < len(entries) else ""


def limit_of(call: Call, *, usual: int, most: int) -> int:
    """The asked limit; one out of bounds counts as ``usual``. The knob ``page_cap`` may be less."""
    asked = call.body.get("limit") or usual
    limit = asked if 0 < asked <= most else usual
    cap = int(call.twin.settings.get("page_cap"))
    return min(limit, cap) if cap else limit


def page_asked(call: Call, entries: Sequence[T], limit: int) -> tuple[list[T], str]:
    """The entries after the body's cursor; the knob ``page_empty_first`` as in page_of."""
    if call.twin.settings.get("page_empty_first") and not call.body.get("cursor"):
        return [], _cursor(0)
    return page(entries, call.body.get("cursor"), limit)


def page_of(call: Call, source: str, params: Sequence[Any], limit: int) -> tuple[list[Row], str]:
    """Rows of ``source`` ("FROM … WHERE …", a table with an id) after the body's cursor.

    The first page is empty and carries a cursor while the knob ``page_empty_first`` is on:
    only the cursor says whether there is more. Raises Refused(40058).
    """
    start = _offset(call.body.get("cursor"))
    if call.twin.settings.get("page_empty_first") and not call.body.get("cursor"):
        return [], _cursor(0)
    found = call.twin.store.rows(
        f"SELECT * {source} ORDER BY id LIMIT ? OFFSET ?", (*params, limit + 1, start)
    )
    return found[:limit], _cursor(start + limit) if len(found) > limit else ""


def _cursor(offset: int) -> str:
    return base64.urlsafe_b64encode(f"after:{offset}".encode()).decode().rstrip("=")


def _offset(cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        word, _, number = text.partition(":")
        if word != "after":
            raise ValueError(text)
        return int(number)
    except ValueError as broken:
        raise Refused(40058, "cursor") from broken
