"""What others may import of members: the ports it needs and what they carry."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol

from core.errors import InvalidInput
from core.events import Event

UNIONID = "unionid"
EXTERNAL = "external"
"""Kinds of identity; the others are `openid:<appid>`, `tmall`, `jd`, `generic:<name>`."""


def openid_kind(appid: str) -> str:
    return f"openid:{appid}"


class Preference(StrEnum):
    """How a member wants to be written to; the values are purposes of a `Consent`."""

    ALL = "reach.all"
    GUIDE = "reach.guide"
    FEWER = "reach.fewer"
    NONE = "reach.none"


@dataclass(frozen=True)
class Recognised:
    """A person as a row of an import names them.

    `key` is the caller's handle for the row; `identities` are (kind, value), the surest
    first. `phone` may be masked or foreign: only a full mainland mobile is kept.
    """

    key: str
    identities: tuple[tuple[str, str], ...]
    name: str = ""
    phone: str = ""
    source: str = ""
    at: dt.datetime | None = None


@dataclass(frozen=True)
class ContactNews:
    """What a push says: somebody was added, or `left_by` (customer, staff) ended it."""

    added_at: dt.datetime | None = None
    state: str = ""
    left_by: str = ""
    left_at: dt.datetime | None = None


@dataclass(frozen=True)
class ContactAdded(Event):
    """A member and a guide became friends; `source` is `card:<batch>`, `link`, `guide`…"""

    name: ClassVar[str] = "members.contact_added"
    contact_id: int
    member_id: int
    staff_id: int
    is_new_person: bool
    source: str


@dataclass(frozen=True)
class ContactRemoved(Event):
    """A friendship ended; `by` is customer or staff."""

    name: ClassVar[str] = "members.contact_removed"
    contact_id: int
    member_id: int
    staff_id: int
    by: str


class NoIdentity(InvalidInput):
    code: ClassVar[str] = "no_identity"
    message: ClassVar[str] = "没有可以识别身份的信息"


class SnapshotLogin(InvalidInput):
    """A snapshot page shows an invented person: nothing is bound to it."""

    code: ClassVar[str] = "snapshot_login"
    message: ClassVar[str] = "请在微信中点击“使用完整服务”后再试"


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
