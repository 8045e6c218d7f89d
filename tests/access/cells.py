"""One cell of the matrix: who asks for what, by which method, standing how to the object."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.access.row import Row

OWN = "own"
OTHER_STORE = "other store"
OTHER_ID = "other tenant's id"
OTHER_HOST = "own credential on the other tenant's host"
OTHER_CREDENTIAL = "other tenant's credential on own host"
MISSING = "non-existent id"
SUSPENDED = "suspended tenant"
RELATIONS = (OWN, OTHER_STORE, OTHER_ID, OTHER_HOST, OTHER_CREDENTIAL, MISSING, SUSPENDED)


@dataclass(frozen=True)
class Cell:
    row: Row
    role: str
    relation: str
    method: str

    def __str__(self) -> str:
        return f"{self.method} {self.row.route} · {self.role} · {self.relation}"


def cells_of(row: Row, roles: tuple[str, ...], relations: tuple[str, ...]) -> Iterator[Cell]:
    """Every cell of a row that makes sense: without an object there is no other's."""
    for role in roles:
        for relation in relations:
            if relation_fits(row, role, relation):
                for method in ("GET", "POST"):
                    yield Cell(row, role, relation, method)


def relation_fits(row: Row, role: str, relation: str) -> bool:
    """There is one platform, nobody has no credential, and some routes have no object."""
    if row.surface == "platform" and relation in (OTHER_HOST, SUSPENDED):
        return False
    if relation == OTHER_CREDENTIAL and role in ("anonymous", "platform"):
        return False
    if relation == OTHER_STORE and row.sender:
        return False
    if relation in (OTHER_STORE, OTHER_ID, MISSING):
        return bool(row.ids)
    return True
