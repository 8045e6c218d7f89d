"""A stand-in for the port of outreach."""

from dataclasses import dataclass, field

from core.errors import Outcome, PortFailure
from outreach.contracts import Link


@dataclass
class FakeGreeter:
    """Codes are good for one message, as they are outside.

    `script` holds what happens to the next calls: ok, lost (delivered, no answer),
    never (not delivered, no answer), or a failure code.
    """

    script: list[str] = field(default_factory=list)
    delivered: list[tuple[str, str, Link | None]] = field(default_factory=list)
    calls: int = 0

    def send(self, welcome_code: str, text: str, link: Link | None) -> None:
        self.calls += 1
        step = self.script.pop(0) if self.script else "ok"
        if step == "never":
            raise PortFailure("timeout", outcome=Outcome.UNKNOWN)
        if step not in ("ok", "lost"):
            retryable = step in ("41096", "-1")
            outcome = Outcome.RETRYABLE if retryable else Outcome.REJECTED
            raise PortFailure(step, outcome=outcome)
        if welcome_code in [code for code, _, _ in self.delivered]:
            raise PortFailure("41051")
        self.delivered.append((welcome_code, text, link))
        if step == "lost":
            raise PortFailure("timeout", outcome=Outcome.UNKNOWN)
