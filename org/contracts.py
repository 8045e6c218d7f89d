"""What others may import of org: roles, policies, the ports it needs, its refusals."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Protocol, TypeVar

from core.errors import Forbidden, Refusal
from core.events import Event


class Role(StrEnum):
    """Who a member of staff is; one role a person, its reach is their unit's subtree."""

    PLATFORM = "platform"
    ADMIN = "admin"
    OPERATOR = "operator"
    ANALYST = "analyst"
    FINANCE = "finance"
    MANAGER = "manager"
    GUIDE = "guide"


ROLE_NAMES = {
    Role.PLATFORM: "平台运营",
    Role.ADMIN: "商家管理员",
    Role.OPERATOR: "品牌运营",
    Role.ANALYST: "数据分析",
    Role.FINANCE: "财务",
    Role.MANAGER: "店长",
    Role.GUIDE: "导购",
}


@dataclass(frozen=True)
class Policy:
    """Who may reach a route.

    `audience` is public (anybody), customer, staff, machine (signed by its sender) or
    api. `capability` names a row of the rights matrix; "" needs a login only.
    """

    audience: str
    capability: str = ""
    object_kind: str = ""


V = TypeVar("V", bound=Callable[..., Any])


def policy(audience: str, capability: str = "", *, object_kind: str = "") -> Callable[[V], V]:
    """Declare a view's policy; a route without one fails the build."""

    def declare(view: V) -> V:
        view.siyu_policy = Policy(audience, capability, object_kind)  # type: ignore[attr-defined]
        return view

    return declare


class RightsMatrix(Protocol):
    """The one table of role × capability (`siyu/access.py`)."""

    def allows(self, role: str, capability: str) -> bool: ...


@dataclass(frozen=True)
class ConnectionCheck:
    """One line of a connection check, in plain Chinese."""

    name: str
    ok: bool
    message: str
    code: str = ""


@dataclass(frozen=True)
class DemoRows:
    """What a demonstration holds and a wipe would take: (name, rows), bytes of the whole."""

    name: str
    counts: tuple[tuple[str, int], ...]
    bytes: int


class Demonstration(Protocol):
    """Whether this merchant is a demonstration, and the order to take it away whole."""

    def describe(self) -> DemoRows | None: ...

    def order_wipe(self) -> Any: ...


class BrandConnections(Protocol):
    """How a brand's WeCom, 公众号 and WeChat Pay are connected, behind the pages."""

    def describe(self) -> dict[str, Any]: ...

    def connect(self, kind: str, fields: dict[str, str]) -> list[ConnectionCheck]: ...

    def check(self, kind: str) -> list[ConnectionCheck]: ...


class StaffDirectory(Protocol):
    """Who the app inside WeCom says its user is."""

    def authorize_url(self, redirect_uri: str, state: str) -> str: ...

    def identify(self, code: str) -> str: ...


class SiteUrls(Protocol):
    """Absolute addresses of this merchant's pages, for links that leave the house."""

    def customer_url(self, path: str) -> str: ...

    def staff_url(self, path: str) -> str: ...

    def machine_url(self, path: str) -> str:
        """The address another platform calls us at: https, on the staff host."""
        ...


class LoginRefused(Refusal):
    code: ClassVar[str] = "login_refused"
    message: ClassVar[str] = "账号或密码不正确"
    status: ClassVar[int] = 401


class LoginLocked(Refusal):
    code: ClassVar[str] = "login_locked"
    message: ClassVar[str] = "尝试次数过多，请 15 分钟后再试"
    status: ClassVar[int] = 429


class CapabilityMissing(Forbidden):
    code: ClassVar[str] = "capability_missing"
    message: ClassVar[str] = "您的角色没有这项权限，请联系管理员"


@dataclass(frozen=True)
class StaffLeft(Event):
    name: ClassVar[str] = "org.staff_left"
    staff_id: int
