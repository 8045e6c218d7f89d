"""What an import came to: counts of what was written, totals of what was read."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from mall.importing import ImportedOrder, RowProblem, Totals
from mall.importing.building import Item

MOST_ROWS_TOLD = 5_000


@dataclass
class Counts:
    """What was committed so far: it is kept in the task's cursor, so a resume goes on here.

    `items` are the orders and problems consumed, in the file's fixed order. `orphans` are
    problems that only the database knows of. Days are ISO and bound what the figures of
    a day may have changed by.
    """

    items: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    outdated: int = 0
    first_day: str = ""
    last_day: str = ""
    orphans: list[dict[str, Any]] = field(default_factory=list)

    def plus(self, other: "Counts") -> "Counts":
        first_days = [day for day in (self.first_day, other.first_day) if day]
        return Counts(
            items=self.items + other.items,
            created=self.created + other.created,
            updated=self.updated + other.updated,
            unchanged=self.unchanged + other.unchanged,
            outdated=self.outdated + other.outdated,
            first_day=min(first_days, default=""),
            last_day=max(self.last_day, other.last_day),
            orphans=(self.orphans + other.orphans)[:MOST_ROWS_TOLD],
        )

    @property
    def changed(self) -> bool:
        return bool(self.created or self.updated)

    def as_cursor(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_cursor(cls, cursor: dict[str, Any]) -> "Counts":
        return cls(**cursor)


@dataclass
class Report:
    """What the file says, gathered anew on every reading: `see` each item once."""

    totals: Totals = field(default_factory=Totals)
    errors: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[dict[str, Any]] = field(default_factory=list)
    error_count: int = 0
    left_out_orders: set[str] = field(default_factory=set)
    last_row: int = 0

    def see(self, items: Iterable[Item]) -> None:
        for item in items:
            if isinstance(item, ImportedOrder):
                self.totals.add(item)
                self.last_row = max(self.last_row, item.row_numbers[-1])
            elif item.is_left_out:
                self.left_out_orders.add(item.raw)
                _keep(self.left_out, item)
            else:
                self.error_count += 1
                _keep(self.errors, item)

    def result(self, counts: Counts) -> dict[str, Any]:
        """Lists are cut at 5,000 rows; `error_count` tells how many there were."""
        skipped = counts.unchanged + counts.outdated + len(self.left_out_orders)
        errors = sorted(self.errors + counts.orphans, key=lambda told: told["row"])
        return {
            "created": counts.created,
            "updated": counts.updated,
            "skipped": skipped,
            "errors": errors[:MOST_ROWS_TOLD],
            "totals": self.totals.as_dict(),
            "left_out": self.left_out,
            "flags": dict(sorted(self.totals.flagged_orders.items())),
            "cancellations": self.totals.cancellations,
            "refund_unknown_orders": self.totals.refund_unknown_orders,
            "error_count": self.error_count + len(counts.orphans),
            "outdated": counts.outdated,
        }


def _keep(rows: list[dict[str, Any]], problem: RowProblem) -> None:
    if len(rows) < MOST_ROWS_TOLD:
        rows.append(told(problem))


def told(problem: RowProblem) -> dict[str, Any]:
    return {
        "row": problem.row,
        "code": problem.code,
        "message": problem.message,
        "raw": problem.raw,
    }
