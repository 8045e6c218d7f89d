"""JSON from outside: one value for a name, whole numbers whole, nothing made up."""

import json
from typing import Any

MAX_DEPTH = 32


class NotJson(ValueError):
    """Not an object, a name twice, NaN, nested too deep."""


def parse_object(raw: bytes | str) -> dict[str, Any]:
    """The object in `raw`; raises `NotJson`."""
    try:
        text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
        if text.count("{") + text.count("[") > 10_000:
            raise NotJson("too many containers")
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise NotJson(str(error)) from error
    if not isinstance(found, dict):
        raise NotJson("not an object")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotJson("a name twice")
    return found


def _refuse(constant: str) -> Any:
    raise NotJson(constant)
