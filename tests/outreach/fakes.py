"""Stand-ins for the ports of outreach."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from core import clock
from core.errors import Outcome, PortFailure
from outreach.contracts import (
    ALREADY_CANCELLED,
    NOBODY_REACHABLE,
    REMINDER_REFUSED,
    ChatType,
    DeliveryResult,
    DeliveryStatus,
    Link,
    Message,
    SenderTask,
    Submission,
    Submitted,
)


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


@dataclass
class FakeMessenger:
    """Guides who confirm when told to, behind a line on which calls may fail.

    `script` holds what happens to the next submits: ok, lost (accepted, no answer), never
    (not accepted, no answer), or a failure code. Contacts in `strangers` cannot be written
    to, those in `full` have had enough from others.
    """

    script: list[str] = field(default_factory=list)
    strangers: set[str] = field(default_factory=set)
    full: set[str] = field(default_factory=set)
    accepted: dict[str, dict[str, Any]] = field(default_factory=dict)
    cancelled: list[str] = field(default_factory=list)
    reminded: list[str] = field(default_factory=list)
    calls: int = 0
    deaf: bool = False

    def submit(
        self, *, chat_type: ChatType, sender: str, recipients: Sequence[str], message: Message
    ) -> Submitted:
        self.calls += 1
        step = self.script.pop(0) if self.script else "ok"
        if step == "never":
            raise PortFailure("no_answer", outcome=Outcome.UNKNOWN)
        if step == "45009":
            raise PortFailure(step, outcome=Outcome.RETRYABLE, retry_after=60.0)
        if step not in ("ok", "lost"):
            outcome = Outcome.RETRYABLE if step == "-1" else Outcome.REJECTED
            raise PortFailure(step, outcome=outcome)
        reachable = [one for one in recipients if one not in self.strangers]
        if not reachable:
            raise PortFailure(NOBODY_REACHABLE)
        msgid = f"msg{len(self.accepted) + 1}"
        self.accepted[msgid] = {
            "chat_type": chat_type,
            "sender": sender,
            "recipients": reachable,
            "message": message,
            "at": clock.now(),
            "confirmed_at": None,
        }
        if step == "lost":
            raise PortFailure("no_answer", outcome=Outcome.UNKNOWN)
        return Submitted(msgid, tuple(sorted(self.strangers.intersection(recipients))))

    def confirm(self, *msgids: str) -> None:
        for msgid in msgids or list(self.accepted):
            if msgid not in self.cancelled:
                self.accepted[msgid]["confirmed_at"] = clock.now()

    def remind(self, msgid: str) -> None:
        if self.reminded.count(msgid) == 3:
            raise PortFailure(REMINDER_REFUSED)
        self.reminded.append(msgid)

    def cancel(self, msgid: str) -> None:
        if msgid in self.cancelled:
            raise PortFailure(ALREADY_CANCELLED)
        self.cancelled.append(msgid)

    def list_tasks(self, msgid: str) -> list[SenderTask]:
        row = self.accepted[msgid]
        at = row["confirmed_at"]
        return [SenderTask(row["sender"], at is not None, at)]

    def list_results(self, msgid: str, userid: str) -> list[DeliveryResult]:
        row = self.accepted[msgid]
        assert row["sender"] == userid
        return [self._result(row, one) for one in row["recipients"]]

    def _result(self, row: dict[str, Any], recipient: str) -> DeliveryResult:
        if row["confirmed_at"] is None:
            return DeliveryResult(recipient, DeliveryStatus.UNSENT)
        if recipient in self.full:
            return DeliveryResult(recipient, DeliveryStatus.OVER_QUOTA)
        return DeliveryResult(recipient, DeliveryStatus.SENT, row["confirmed_at"])

    def list_submissions(
        self, *, chat_type: ChatType, since: dt.datetime, until: dt.datetime
    ) -> list[Submission]:
        if self.deaf:
            raise PortFailure("no_answer", outcome=Outcome.RETRYABLE)
        return [
            Submission(
                msgid,
                row["at"],
                row["message"].text,
                tuple(card.url for card in row["message"].attachments),
            )
            for msgid, row in self.accepted.items()
            if row["chat_type"] == chat_type and since <= row["at"] <= until
        ]


@dataclass
class FakeNotifier:
    """Keeps what guides were told; `strangers` cannot be reached."""

    strangers: set[str] = field(default_factory=set)
    told: list[dict[str, Any]] = field(default_factory=list)

    def notify(
        self, *, userids: Sequence[str], title: str, text: str, url: str, key: str
    ) -> tuple[str, ...]:
        self.told.append({"userids": list(userids), "title": title, "url": url, "key": key})
        return tuple(sorted(self.strangers.intersection(userids)))
