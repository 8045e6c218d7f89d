"""What a cell must answer, and what must not come of it."""

from tests.access.asking import things
from tests.access.cells import (
    MISSING,
    OTHER_CREDENTIAL,
    OTHER_HOST,
    OTHER_ID,
    OTHER_STORE,
    OWN,
    SUSPENDED,
    Cell,
)
from tests.access.row import STAFF, Row
from tests.access.stage import BRAND_MARK, STORE_MARK, Stage

FORGED = 401
"""What a request is answered that is signed, but not with the keys of this merchant."""


def expected(stage: Stage, cell: Cell) -> int:
    """The status a cell must answer with."""
    row, role, method = cell.row, cell.role, cell.method
    if cell.relation == SUSPENDED:
        return 503
    if cell.relation in (OTHER_HOST, OTHER_CREDENTIAL):
        return _as_stranger(cell)
    if not row.lets_in(role):
        is_elsewhere = cell.relation in (OTHER_ID, MISSING) and row.audience == "machine"
        denied = row.denied(role, method, is_logged_in=logs_in(cell))
        return row.missing if is_elsewhere and denied != 405 else denied
    accepted = row.accepted(role, method)
    if accepted == 405 or not row.ids or cell.relation == OWN:
        return accepted
    if cell.relation == OTHER_STORE:
        return accepted if role in row.others.split() else row.other
    if cell.relation == OTHER_ID and collides(stage, row):
        return accepted
    return row.missing


def _as_stranger(cell: Cell) -> int:
    """A credential of elsewhere is worth nothing: the answer of nobody."""
    row = cell.row
    if row.sender and cell.role == "callback" and row.accepted(cell.role, cell.method) != 405:
        return FORGED
    if row.lets_in("anonymous"):
        return row.accepted("anonymous", cell.method)
    return row.denied("anonymous", cell.method, is_logged_in=False)


def logs_in(cell: Cell) -> bool:
    """Whether the role's credential makes it somebody on this surface at all."""
    if cell.row.surface == "platform":
        return cell.role == "platform"
    return cell.role in STAFF


def is_accepted(cell: Cell) -> bool:
    """Whether a write by this cell is what the role came for."""
    row = cell.row
    if cell.relation in (SUSPENDED, MISSING):
        return False
    if cell.relation in (OTHER_HOST, OTHER_CREDENTIAL):
        return row.audience == "public"
    if not row.lets_in(cell.role):
        return False
    if cell.relation == OTHER_STORE and row.ids:
        return cell.role in row.others.split()
    return True


def must_write(cell: Cell) -> bool:
    row = cell.row
    if cell.relation != OWN or cell.method != "POST" or not row.writes:
        return False
    if row.surface == "platform" or row.audience == "public":
        return False
    return row.lets_in(cell.role) and row.accepted(cell.role, "POST") in (200, 204, 302)


def hidden_marks(cell: Cell) -> list[str]:
    """What this role must not read: other stores, other brands, other people."""
    row, role = cell.row, cell.role
    if role in row.shows.split() or not row.lets_in(role) or row.audience == "public":
        return []
    if cell.relation == OTHER_STORE and role in row.others.split():
        return []
    marks = {
        "customer": [STORE_MARK],
        "guide": [STORE_MARK, BRAND_MARK],
        "manager": [STORE_MARK, BRAND_MARK],
        "operator": [BRAND_MARK],
        "analyst": [BRAND_MARK],
        "finance": [BRAND_MARK],
    }
    return marks.get(role, [])


def is_hidden(stage: Stage, cell: Cell) -> bool:
    """Whether the answer must not tell what is not yours from what is not there."""
    row = cell.row
    if not row.ids or not row.lets_in(cell.role) or row.accepted(cell.role, cell.method) == 405:
        return False
    if cell.relation == OTHER_STORE:
        return cell.role not in row.others.split() and row.other == row.missing
    if cell.relation == OTHER_ID:
        return not collides(stage, row)
    return cell.relation == MISSING


def collides(stage: Stage, row: Row) -> bool:
    """Whether the other merchant's id names a row of ours as well."""
    ours, theirs = things(stage, "own", stage.aurora), things(stage, "own", stage.breeze)
    return all(name.startswith("=") or ours[name] == theirs[name] for name in row.ids.values())
