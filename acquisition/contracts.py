"""What others may import of acquisition: the ports it needs and what they carry."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Way:
    """A contact code: `state` comes back in the event of whoever adds through it."""

    config_id: str
    qr_url: str
    state: str = ""


@dataclass(frozen=True)
class InviteLink:
    """A link that carries a token of each visitor (`?customer_channel=`)."""

    link_id: str
    url: str


class ContactWays(Protocol):
    """Makes the codes and links through which customers add a guide.

    `create` and `create_link` are not idempotent: after UNKNOWN ask `find` first.
    """

    def create(self, userids: list[str], state: str, remark: str = "") -> Way: ...

    def find(self, state: str) -> Way | None:
        """The code made with this state within the last day, if there is one."""
        ...

    def change_staff(self, config_id: str, userids: list[str]) -> None: ...

    def delete(self, config_id: str) -> None: ...

    def create_link(self, userid: str, name: str) -> InviteLink: ...

    def delete_link(self, link_id: str) -> None: ...
