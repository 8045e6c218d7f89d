"""Field checking as strict as the real thing: types, presence, bytes, counts, unknown names."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

Kind = type | tuple[type, ...]


class BadField(Exception):
    """A field is missing, unknown or out of bounds; ``code`` is what the protocol answers."""

    def __init__(self, code: Any, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.code, self.field, self.reason = code, field, reason


@dataclass(frozen=True)
class Field:
    """What one JSON field may hold. Bytes are UTF-8 bytes, chars are code points."""

    kind: Kind = str
    required: bool = False
    missing: Any = 40058
    invalid: Any = 40058
    too_long: Any = None
    max_bytes: int | None = None
    max_chars: int | None = None
    max_items: int | None = None
    choices: Container[Any] | None = None
    item: "Field | None" = None
    fields: "Mapping[str, Field] | None" = None


def check_fields(
    body: Any,
    fields: Mapping[str, Field],
    *,
    where: str = "",
    unknown: Any = 40058,
    refuse_unknown: bool = True,
) -> None:
    """Raise BadField for the first thing in ``body`` that ``fields`` does not allow."""
    if not isinstance(body, dict):
        raise BadField(unknown, where or "body", "not an object")
    for name, field in fields.items():
        path = f"{where}.{name}" if where else name
        value = body.get(name)
        if value is None or (field.required and value in ("", [])):
            if field.required:
                raise BadField(field.missing, path, "missing")
            continue
        _check_value(value, field, path, unknown, refuse_unknown)
    extra = sorted(set(body) - set(fields))
    if extra and refuse_unknown:
        raise BadField(unknown, f"{where}.{extra[0]}" if where else extra[0], "unknown field")


def _check_value(value: Any, field: Field, path: str, unknown: Any, refuse: bool) -> None:
    if not _is_kind(value, field.kind):
        raise BadField(field.invalid, path, "wrong type")
    if field.choices is not None and value not in field.choices:
        raise BadField(field.invalid, path, "not one of the allowed values")
    _check_size(value, field, path)
    if field.item is not None:
        for index, entry in enumerate(value):
            _check_value(entry, field.item, f"{path}[{index}]", unknown, refuse)
    if field.fields is not None:
        check_fields(value, field.fields, where=path, unknown=unknown, refuse_unknown=refuse)


def _is_kind(value: Any, kind: Kind) -> bool:
    """bool is an int in Python but not in JSON."""
    kinds = kind if isinstance(kind, tuple) else (kind,)
    if isinstance(value, bool):
        return bool in kinds
    return isinstance(value, kinds)


def _check_size(value: Any, field: Field, path: str) -> None:
    code = field.invalid if field.too_long is None else field.too_long
    if field.max_bytes is not None and len(str(value).encode()) > field.max_bytes:
        raise BadField(code, path, f"longer than {field.max_bytes} bytes")
    if field.max_chars is not None and len(str(value)) > field.max_chars:
        raise BadField(code, path, f"longer than {field.max_chars} characters")
    if field.max_items is not None and len(value) > field.max_items:
        raise BadField(code, path, f"more than {field.max_items} items")
