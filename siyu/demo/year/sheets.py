"""Rows on their way to a table: numbered, hashed as plain text, written by one COPY."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any, cast

from django.db import connection, models

from core.crypto import EncryptedTextField, encrypt
from core.ids import ALPHABET

NULL = "\\N"
# The role of the work may take numbers from a sequence, but not set it.
_ADVANCE = """SELECT max(nextval(s.name)) FROM generate_series(1, %s::int) n,
    (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name) s"""


class Sheet:
    """Rows of one model by the columns named; the others get the model's defaults.

    A column that was added since, and that may be empty, stays empty: the year does not
    break when a table grows.
    """

    def __init__(self, model: type[models.Model], *columns: str) -> None:
        self.model = model
        self.columns = columns
        self.rows: list[tuple[Any, ...]] = []
        self._first = _last_id(model)

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, *values: Any) -> int:
        """The id that the row will have."""
        self.rows.append(values)
        return self._first + len(self.rows)

    def id_of(self, position: int) -> int:
        """The id of the row at a position of `rows`."""
        return self._first + position + 1

    def copy(self) -> None:
        """Write everything and leave the sequence behind the last id."""
        if not self.rows:
            return
        others = self._others()
        names = ["id", *self.columns, *(name for name, _ in others)]
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerows(self._told([v for _, v in others]))
        buffer.seek(0)
        table = self.model._meta.db_table
        columns = ", ".join(f'"{name}"' for name in names)
        with connection.cursor() as cursor:
            statement = f"COPY {table} ({columns}) FROM STDIN WITH (FORMAT csv, NULL '{NULL}')"
            cast(Any, cursor).copy_expert(statement, buffer)
            cursor.execute(_ADVANCE, [len(self.rows), table])

    def _others(self) -> list[tuple[str, Any]]:
        found: list[tuple[str, Any]] = []
        for field in self.model._meta.concrete_fields:
            if field.primary_key or field.column in self.columns:
                continue
            value = None if field.null else field.get_default()
            found.append((str(field.column), "" if value is None and not field.null else value))
        return found

    def _told(self, others: list[Any]) -> Iterator[list[Any]]:
        secret = [self._is_secret(name) for name in self.columns]
        tail = [_cell(value) for value in others]
        for number, row in enumerate(self.rows, start=self._first + 1):
            cells = [
                encrypt(value) if hidden and value else _cell(value)
                for value, hidden in zip(row, secret, strict=True)
            ]
            yield [number, *cells, *tail]

    def _is_secret(self, column: str) -> bool:
        fields = {field.column: field for field in self.model._meta.concrete_fields}
        return isinstance(fields[column], EncryptedTextField)


def content_hash(sheets: Iterable[Sheet]) -> str:
    """SHA-256 over all rows as they were drawn: the same seed gives the same year.

    Keys are left out, as the units and people who log in are numbered by the database.
    """
    digest = hashlib.sha256()
    for sheet in sheets:
        digest.update(sheet.model._meta.db_table.encode())
        shown = [n for n, name in enumerate(sheet.columns) if not _names_a_key(name)]
        for row in sheet.rows:
            digest.update(repr([row[n] for n in shown]).encode())
    return digest.hexdigest()


def _names_a_key(column: str) -> bool:
    return column.endswith("_id") or column in {"candidates", "evidence", "party"}


class Names:
    """Public ids that are random to look at and the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._seed = str(seed).encode()
        self._count = 0

    def next(self, length: int = 26) -> str:
        self._count += 1
        raw = hashlib.blake2b(self._count.to_bytes(8), key=self._seed, digest_size=32).digest()
        return "".join([ALPHABET[byte & 31] for byte in raw[:length]])


def _cell(value: Any) -> Any:
    if value is None:
        return NULL
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value


def _last_id(model: type[models.Model]) -> int:
    return model._default_manager.order_by("-pk").values_list("pk", flat=True).first() or 0
