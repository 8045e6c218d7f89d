"""What others may import of outreach: the ports it needs and what they carry."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, ClassVar, Literal, Protocol

from core.errors import InvalidInput, NotFound, Refusal


@dataclass(frozen=True)
class Link:
    """A card with a title that opens an address."""

    title: str
    url: str
    description: str = ""
    picture_url: str = ""


EXPIRED_CODE = "41050"
ALREADY_GREETED = "41051"
"""Failure codes of `Greeter.send` that decide what became of a greeting."""


class Greeter(Protocol):
    """Says the one welcome of an add event."""

    def send(self, welcome_code: str, text: str, link: Link | None) -> None:
        """Use the code up; raises `PortFailure`.

        Codes that matter to the caller: 41050 (unknown or expired), 41051 (already
        greeted or chatting), 41096 (another app is greeting; retryable). UNKNOWN when
        the call went out and no answer came back.
        """
        ...


@dataclass(frozen=True)
class Attachment:
    """A card that opens an address, or a picture; `kind` is link or image."""

    kind: Literal["link", "image"]
    title: str
    url: str
    description: str = ""
    picture_url: str = ""


@dataclass(frozen=True)
class Message:
    """What is said: `text` of at most 4,000 bytes of UTF-8 and at most 9 attachments."""

    text: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Audience:
    """Whom a step is for, as a SELECT that names each of them.

    It yields (recipient_kind 'contact' | 'group', recipient text, member_id bigint or NULL,
    sender_id bigint of the guide, unit_id bigint of the guide's unit); `params` are bound
    by name.
    """

    sql: str
    params: Mapping[str, Any] = field(default_factory=dict)


class ChatType(StrEnum):
    """Whether a message goes to customers one by one or into groups."""

    SINGLE = "single"
    GROUP = "group"


@dataclass(frozen=True)
class Submitted:
    """A message that waits for its sender to confirm it; `failed` cannot be reached at all."""

    msgid: str
    failed: tuple[str, ...] = ()


@dataclass(frozen=True)
class SenderTask:
    """Whether a guide has confirmed a message."""

    userid: str
    is_sent: bool
    sent_at: dt.datetime | None = None


class DeliveryStatus(StrEnum):
    """What became of a message at one recipient."""

    UNSENT = "unsent"
    SENT = "sent"
    NOT_FRIEND = "not_friend"
    OVER_QUOTA = "over_quota"


@dataclass(frozen=True)
class DeliveryResult:
    """`recipient` is the id of the contact or of the group."""

    recipient: str
    status: DeliveryStatus
    sent_at: dt.datetime | None = None


@dataclass(frozen=True)
class Submission:
    """A message the other side knows of; `urls` are those of its cards."""

    msgid: str
    created_at: dt.datetime
    text: str
    urls: tuple[str, ...] = ()


class GroupMessenger(Protocol):
    """Hands messages to guides, who confirm them; every call may raise `PortFailure`."""

    def submit(
        self, *, chat_type: ChatType, sender: str, recipients: Sequence[str], message: Message
    ) -> Submitted:
        """One call for at most 10,000 contacts or 2,000 groups of `sender`.

        An UNKNOWN outcome may have been accepted: ask `list_submissions` before another try.
        """
        ...

    def remind(self, msgid: str) -> None:
        """Remind those who have not confirmed; at most three times in 24 hours."""
        ...

    def cancel(self, msgid: str) -> None:
        """Stop those who have not confirmed; what was sent stays sent."""
        ...

    def list_tasks(self, msgid: str) -> list[SenderTask]:
        """Everyone who was asked to send, to the last page."""
        ...

    def list_results(self, msgid: str, userid: str) -> list[DeliveryResult]:
        """Every recipient of one sender, to the last page."""
        ...

    def list_submissions(
        self, *, chat_type: ChatType, since: dt.datetime, until: dt.datetime
    ) -> list[Submission]:
        """What was submitted through the app in that time, to the last page."""
        ...


class StaffNotifier(Protocol):
    """Tells guides that something waits for them; may raise `PortFailure`."""

    def notify(
        self, *, userids: Sequence[str], title: str, text: str, url: str, key: str
    ) -> tuple[str, ...]:
        """The userids that could not be reached.

        The same `key` with the same words is shown once, so a lost answer may be repeated.
        """
        ...


class Rank(IntEnum):
    """Whose touch goes first where two of them compete for one customer."""

    HQ = 10
    STORE = 20
    GUIDE = 30
    PROMISE = 40
    """What a guide promised this customer; nobody takes its place."""


NOBODY_REACHABLE = "nobody_reachable"
"""Failure code of `GroupMessenger.submit`: not one recipient can be written to."""

ALREADY_CANCELLED = "already_cancelled"
REMINDER_REFUSED = "reminder_refused"
"""Failure codes of `cancel` and `remind`: done before, or too often."""


class UnknownPlan(NotFound):
    code: ClassVar[str] = "unknown_plan"
    message: ClassVar[str] = "没有找到这次触达"


class MessageTooLong(InvalidInput):
    code: ClassVar[str] = "message_too_long"
    message: ClassVar[str] = "内容超过 4000 字节或附件超过 9 个"


class RemindedEnough(Refusal):
    code: ClassVar[str] = "reminded_enough"
    message: ClassVar[str] = "24 小时内最多提醒 3 次"


class SubmissionTaken(Refusal):
    code: ClassVar[str] = "submission_taken"
    message: ClassVar[str] = "这条群发已经记在另一批上"


class PlanIsOver(Refusal):
    code: ClassVar[str] = "plan_is_over"
    message: ClassVar[str] = "这次触达已经结束"
