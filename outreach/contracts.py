"""What others may import of outreach: the ports it needs and what they carry."""

from dataclasses import dataclass
from typing import Protocol


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
