"""A row of the access matrix: what one route is, who may reach it, and how it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    """`get` and `post` are the answers to whoever is let in, for an object of their own.

    `roles` are those let in; everybody else is refused as the audience says. `ids` names
    for each parameter of the path a thing of the scene, "=text" being a constant; `query`
    and `form` make the request succeed ("{thing}" is replaced, "@name" is a file).

    An object of another store (of another brand, to those who see a whole brand; of
    another person, to a customer) answers `other`, except to the roles in `others`, to
    whom it is as good as their own. `missing` answers an id that is not there. `special`
    lists what differs for one role as "role:METHOD:status". `writes` says that an
    accepted POST changes rows other than sessions, `leaves` names tables that even a
    refused request may write to. `shows` are roles whose page tells of other stores all
    the same; `why` says why. `sender` is who signs a machine's request, `refused` the
    answer to an unsigned one.
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
    form: Mapping[str, str] = field(default_factory=dict)
    others: str = ""
    other: int = 404
    missing: int = 404
    special: str = ""
    writes: bool = True
    leaves: str = ""
    shows: str = ""
    why: str = ""
    sender: str = ""
    refused: int = 0

    @property
    def surface(self) -> str:
        return self.route.partition(":")[0]

    @property
    def path(self) -> str:
        return self.route.partition(":")[2]

    def lets_in(self, role: str) -> bool:
        return role in self.roles.split()

    def accepted(self, role: str, method: str) -> int:
        """The answer to a role that is let in, for what is theirs."""
        for entry in self.special.split():
            name, verb, status = entry.split(":")
            if (name, verb) == (role, method):
                return int(status)
        return self.get if method == "GET" else self.post

    def denied(self, role: str, method: str, *, is_logged_in: bool) -> int:
        """The answer to a role that is not let in."""
        if self.audience == "machine":
            return 405 if self.accepted(role, method) == 405 else self.refused
        if self.audience == "customer":
            return 302 if method == "GET" else 401
        return 403 if is_logged_in else 302
