"""A row of the access matrix: what one route is, who may reach it, and how it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ROLES = (
    "anonymous",
    "customer",
    "guide",
    "manager",
    "operator",
    "analyst",
    "finance",
    "admin",
    "platform",
    "api_key",
    "callback",
)

STAFF = ("guide", "manager", "operator", "analyst", "finance", "admin")
"""Roles that log in on a merchant's staff host."""


@dataclass(frozen=True)
class Row:
    """`get` and `post` answer whoever is let in, for an object of their own.

    `roles` are those let in, `others` those of them to whom objects of another store (of
    another brand, for a role that sees a whole brand) are open as well; the rest of them
    get `missing`. `ids` says for each parameter of the path which thing of the scene it
    names, "=text" being a constant. `form` and `query` are what makes the request succeed.
    `writes` says that an accepted POST changes rows. `tells` names roles whose pages show
    another store's rows all the same, with the reason in `why`.
    """

    route: str
    audience: str
    capability: str
    kind: str
    roles: str
    get: int
    post: int
    ids: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, Any] = field(default_factory=dict)
    others: str = ""
    missing: int = 404
    writes: bool = True
    tells: str = ""
    why: str = ""

    @property
    def surface(self) -> str:
        return self.route.partition(":")[0]

    @property
    def path(self) -> str:
        return self.route.partition(":")[2]

    @property
    def allowed(self) -> tuple[str, ...]:
        return tuple(self.roles.split())

    @property
    def sees_others(self) -> tuple[str, ...]:
        return tuple(self.others.split())

    @property
    def is_public(self) -> bool:
        return self.audience == "public"

    def status(self, method: str) -> int:
        return self.get if method == "GET" else self.post
