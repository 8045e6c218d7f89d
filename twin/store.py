"""The twin's memory: one SQLite file, so that a restart forgets nothing."""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Row = dict[str, Any]


class Store:
    """A SQLite file behind one lock; every statement belongs to a transaction.

    A statement outside ``transaction()`` commits by itself. Transactions nest:
    only the outermost commits, and an exception rolls the whole of it back. Never
    ``await`` inside one: another handler of the same thread would join it.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")

    def ensure(self, ddl: str) -> None:
        """Create what ``ddl`` (CREATE … IF NOT EXISTS statements) describes."""
        with self._lock:
            self._db.executescript(ddl)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside is kept together or not at all."""
        with self._lock:
            if self._depth == 0:
                self._db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._db.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._db.execute("COMMIT")

    def execute(self, sql: str, params: Sequence[Any] = ()) -> int:
        """Run one writing statement; the number of rows it touched."""
        with self._lock:
            return self._db.execute(sql, params).rowcount

    def insert(self, table: str, **values: Any) -> int:
        """Insert one row; its rowid. ``table`` and the names are ours, never a caller's."""
        return self._put("INSERT", table, values)

    def upsert(self, table: str, **values: Any) -> int:
        """Insert one row or replace the one with the same key."""
        return self._put("INSERT OR REPLACE", table, values)

    def _put(self, verb: str, table: str, values: Row) -> int:
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join("?" for _ in values)
        with self._lock:
            cursor = self._db.execute(
                f"{verb} INTO {table} ({names}) VALUES ({marks})",
                tuple(values.values()),
            )
            return int(cursor.lastrowid or 0)

    def insert_many(self, table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Insert many rows of the same columns."""
        marks = ", ".join("?" for _ in names)
        with self._lock:
            self._db.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", rows)

    def rows(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        """Every row of a query, as dicts."""
        with self._lock:
            return [dict(row) for row in self._db.execute(sql, params)]

    def row(self, sql: str, params: Sequence[Any] = ()) -> Row | None:
        """The first row of a query, or None."""
        with self._lock:
            found = self._db.execute(sql, params).fetchone()
        return dict(found) if found is not None else None

    def value(self, sql: str, params: Sequence[Any] = ()) -> Any:
        """The first column of the first row, or None."""
        found = self.row(sql, params)
        return next(iter(found.values())) if found else None

    def clear(self) -> None:
        """Forget everything (``POST /_twin/reset``)."""
        with self.transaction():
            for row in self.rows(
                "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'"
            ):
                self.execute(f'DELETE FROM "{row["name"]}"')

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()


def dump(value: Any) -> str:
    """JSON as it is kept in a text column."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def load(text: str | None) -> Any:
    """What ``dump`` wrote; an absent column is None."""
    return None if text is None else json.loads(text)
