"""The oracle: what was asked of the twin, what it delivered and what people saw."""

from typing import Any

from twin.clock import Clock
from twin.store import Store, dump, load

DDL = """
CREATE TABLE IF NOT EXISTS log (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL,
    real_at REAL NOT NULL, business_at INTEGER NOT NULL, data TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS log_kind ON log (kind, id);
"""


class Log:
    """Append-only rows of (kind, data). Kinds are dotted nouns, e.g. ``wecom.call``.

    The first word is the family: ``wecom``, ``mp``, ``pay``, ``callback``, ``welcome``,
    ``message``, ``person``.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        store.ensure(DDL)
        self._store, self._clock = store, clock

    def write(self, kind: str, **data: Any) -> int:
        """Append one row inside the caller's transaction; its id."""
        return self._store.insert(
            "log",
            kind=kind,
            real_at=self._clock.real(),
            business_at=self._clock.business(),
            data=dump(data),
        )

    def read(self, kind: str = "", since_id: int = 0, limit: int = 1000) -> list[dict[str, Any]]:
        """Rows after ``since_id`` whose kind is ``kind`` or starts with ``kind`` + a dot."""
        found = self._store.rows(
            "SELECT * FROM log WHERE id > ? AND (? = '' OR kind = ? OR kind LIKE ? || '.%')"
            " ORDER BY id LIMIT ?",
            (since_id, kind, kind, kind, limit),
        )
        return [{**row, "data": load(row["data"])} for row in found]
