"""Cursors: opaque, and an invalid one is refused."""

import base64
from collections.abc import Sequence
from typing import TypeVar

from twin.wecom.errors import Refused

T = TypeVar("T")


def page(entries: Sequence[T], cursor: str | None, limit: int) -> tuple[list[T], str]:
    """The entries after ``cursor`` and the next cursor, "" at the end. Raises Refused(40058)."""
    start = _offset(cursor)
    chosen = list(entries[start : start + limit])
    following = start + limit
    return chosen, _cursor(following) if following < len(entries) else ""


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
