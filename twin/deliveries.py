"""Things the twin owes the product: callbacks and notifications, kept until done."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from twin.clock import Clock
from twin.store import Store, dump, load

if TYPE_CHECKING:
    from twin.context import Twin

DDL = """
CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, payload TEXT NOT NULL,
    due_at REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, done INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (done, due_at);
"""

# (twin, payload, attempt counted from 1) -> seconds until the next attempt, or None: finished.
Sender = Callable[["Twin", dict[str, Any], int], Awaitable[float | None]]

PARALLEL = 16
logger = logging.getLogger("twin.deliveries")


class Deliveries:
    """A durable queue; each kind has one sender, which decides about another attempt."""

    def __init__(self, store: Store, clock: Clock) -> None:
        store.ensure(DDL)
        self._store, self._clock = store, clock
        self._senders: dict[str, Sender] = {}
        self._bell = asyncio.Event()
        self._busy: dict[int, asyncio.Task[None]] = {}

    def register(self, kind: str, sender: Sender) -> None:
        """Say who sends deliveries of this kind."""
        self._senders[kind] = sender

    def queue(self, kind: str, payload: dict[str, Any], delay: float = 0.0) -> int:
        """Owe one delivery, first due after ``delay`` real seconds; its id."""
        made = self._store.insert(
            "delivery",
            kind=kind,
            payload=dump(payload),
            due_at=self._clock.real() + delay,
        )
        self._bell.set()
        return made

    def pending(self) -> int:
        """How many are not finished."""
        return int(self._store.value("SELECT count(*) FROM delivery WHERE done = 0"))

    async def run(self, twin: "Twin") -> None:
        """Send what is due, for as long as the twin lives."""
        while True:
            self._bell.clear()
            for row in self._due():
                self._busy[row["id"]] = asyncio.create_task(self._attempt(twin, row))
            try:
                await asyncio.wait_for(self._bell.wait(), self._nap())
            except TimeoutError:
                continue

    async def stop(self) -> None:
        """Break off what is under way; it is still owed, and sent again after a restart."""
        tasks = list(self._busy.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _due(self) -> list[dict[str, Any]]:
        free = PARALLEL - len(self._busy)
        found = self._store.rows(
            "SELECT * FROM delivery WHERE done = 0 AND due_at <= ? ORDER BY due_at, id LIMIT ?",
            (self._clock.real(), PARALLEL + free),
        )
        return [row for row in found if row["id"] not in self._busy][: max(free, 0)]

    def _nap(self) -> float:
        """Seconds until something may be due; at most half a second."""
        soonest = self._store.value("SELECT min(due_at) FROM delivery WHERE done = 0")
        if soonest is None:
            return 0.5
        return min(0.5, max(0.02, float(soonest) - self._clock.real()))

    async def _attempt(self, twin: "Twin", row: dict[str, Any]) -> None:
        attempt = row["attempts"] + 1
        self._store.execute("UPDATE delivery SET attempts = ? WHERE id = ?", (attempt, row["id"]))
        try:
            wait = await self._senders[row["kind"]](twin, load(row["payload"]), attempt)
        except Exception:  # one broken delivery must not stop the others
            logger.exception("delivery %s (%s) broke", row["id"], row["kind"])
            wait = None
        if wait is None:
            self._store.execute("UPDATE delivery SET done = 1 WHERE id = ?", (row["id"],))
        else:
            due = self._clock.real() + wait
            self._store.execute("UPDATE delivery SET due_at = ? WHERE id = ?", (due, row["id"]))
        self._busy.pop(row["id"], None)
        self._bell.set()
