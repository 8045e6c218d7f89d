"""What others may import of members: the ports it needs and what they carry."""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Follow:
    """One friendship of an outside contact with a member of staff."""

    userid: str
    remark: str = ""
    state: str = ""
    add_way: int = 0
    created_at: dt.datetime | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class ContactDetails:
    """A contact as the source knows it now; `unionid` is "" where it is not told."""

    external_userid: str
    name: str = ""
    unionid: str = ""
    follows: tuple[Follow, ...] = ()


class ContactSource(Protocol):
    """Where contacts live; every call may raise `PortFailure`."""

    def fetch(self, external_userid: str) -> ContactDetails:
        """The contact and its friendships; code `contact_gone` when there are none."""
        ...

    def list_external(self, userid: str) -> list[str]:
        """Ids of all contacts of a member of staff; empty when there are none."""
        ...


class TagWriter(Protocol):
    """Puts our tags where the guides see them."""

    def mark(
        self, userid: str, external_userid: str, add: list[str], remove: list[str]
    ) -> None: ...

    def ensure_tag(self, group: str, name: str) -> tuple[str, str]:
        """(group id, tag id) of a tag, made when it is missing."""
        ...


@dataclass(frozen=True)
class CustomerIdentity:
    """Who a customer is to our account; a snapshot is no login and binds nothing."""

    appid: str
    openid: str
    unionid: str = ""
    nickname: str = ""
    is_snapshot: bool = False


class CustomerDirectory(Protocol):
    """Logs customers in through the account they follow."""

    def authorize_url(self, redirect_uri: str, state: str, scope: str = "snsapi_base") -> str: ...

    def identify(self, code: str) -> CustomerIdentity: ...


@dataclass(frozen=True)
class PageSignature:
    """What a page hands to the container's script; `agent_id` is "" for customers."""

    appid: str
    timestamp: int
    nonce: str
    signature: str
    agent_id: str = ""


class PageSigner(Protocol):
    """Signs the address of a page (without its fragment) for the container's script."""

    def sign_customer_page(self, url: str) -> PageSignature: ...

    def sign_staff_page(self, url: str) -> PageSignature: ...

    def sign_staff_agent(self, url: str) -> PageSignature: ...
