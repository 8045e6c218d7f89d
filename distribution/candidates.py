"""A piece of evidence as it is kept on the order's lines, in JSON and in Python."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from distribution.contracts import EvidenceKind

WON, SHARES, LOST = "won", "shares", "lost"


@dataclass(frozen=True)
class Candidate:
    """Evidence as of the order; `at` and `until` are ISO instants.

    For a binding `until` is the end of its validity, "" when permanent. What follows
    `is_active` is empty until the decision fills it in; weights are percent.
    """

    kind: str
    guide_id: int | None = None
    guide_name: str = ""
    unit_id: int | None = None
    unit_name: str = ""
    at: str = ""
    until: str = ""
    ref: str = ""
    tier: str = ""
    recruiter_id: int | None = None
    is_self: bool = False
    is_active: bool = True
    no: int = 0
    outcome: str = LOST
    reason: str = ""
    commission_weight: int = 0
    performance_weight: int = 0

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Candidate":
        return cls(**{name: data[name] for name in cls.__dataclass_fields__ if name in data})

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def rank_name(self) -> str:
        """A scanned code and a shared link are the same rank: the later one counts."""
        return EvidenceKind.SHARE if self.kind == EvidenceKind.SCAN else self.kind


def instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
