"""Refusals (the caller may not) and port failures (the outside world did not)."""

from enum import StrEnum
from typing import Any, ClassVar


class Refusal(Exception):
    """A business refusal with a stable `code` and a Chinese `message` for a person.

    Subclass it once per named state; `detail` carries plain facts for the audit log.
    """

    code: ClassVar[str] = "refused"
    message: ClassVar[str] = "操作未被允许"
    status: ClassVar[int] = 409

    def __init__(self, message: str | None = None, **detail: Any) -> None:
        self.text = message or self.message
        self.detail = detail
        super().__init__(self.text)

    def as_dict(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.text, "detail": self.detail}


class InvalidInput(Refusal):
    """The caller's input cannot be understood."""

    code = "invalid_input"
    message = "输入有误"
    status = 422


class NotFound(Refusal):
    """Not there, or not yours: the two are told apart to nobody."""

    code = "not_found"
    message = "没有找到"
    status = 404


class Forbidden(Refusal):
    code = "forbidden"
    message = "没有权限"
    status = 403


class Outcome(StrEnum):
    """What an outward call came to."""

    OK = "ok"
    REJECTED = "rejected"
    RETRYABLE = "retryable"
    UNKNOWN = "unknown"


class PortFailure(Exception):
    """An outward call that did not succeed; the adapter decides which kind it was.

    `outcome` is never OK. UNKNOWN means that upstream may have acted: ask before
    sending again. `retry_after` is in seconds of real time.
    """

    def __init__(
        self,
        code: str,
        message: str = "",
        *,
        outcome: Outcome = Outcome.REJECTED,
        retry_after: float | None = None,
    ) -> None:
        self.code = code
        self.text = message or code
        self.outcome = outcome
        self.retry_after = retry_after
        super().__init__(f"{code}: {self.text}")

    @property
    def retryable(self) -> bool:
        return self.outcome is Outcome.RETRYABLE
