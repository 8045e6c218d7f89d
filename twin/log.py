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
        # '/' follows '.': a range of the index, where LIKE would read every row.
        where, names = "", []
        if kind:
            where = " AND (kind = ? OR kind > ? AND kind < ?)"
            names = [kind, f"{kind}.", f"{kind}/"]
        found = self._store.rows(
            f"SELECT * FROM log WHERE id > ?{where} ORDER BY id LIMIT ?", (since_id, *names, limit)
        )
        return [{**row, "data": load(row["data"])} for row in found]
