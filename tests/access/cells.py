"""One cell of the matrix: who asks for what, by which method, and what came of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction

from tenants import hosts
from tenants.models import Tenant
from tests.access import senders
from tests.access.canaries import body_of
from tests.access.checksums import Books, Sums, changed
from tests.access.row import STAFF, Row
from tests.access.scene import ORDERS
from tests.access.shapes import shape_of
from tests.access.stage import BRAND_MARK, STORE_MARK, Side, Stage
from tests.world import Browser

OWN = "own"
OTHER_STORE = "other store"
OTHER_ID = "other tenant's id"
OTHER_HOST = "own credential on the other tenant's host"
OTHER_CREDENTIAL = "other tenant's credential on own host"
MISSING = "non-existent id"
SUSPENDED = "suspended tenant"
RELATIONS = (OWN, OTHER_STORE, OTHER_ID, OTHER_HOST, OTHER_CREDENTIAL, MISSING, SUSPENDED)

FORGED = 401
"""What a request is answered that is signed, but not with the keys of this merchant."""

NO_TEXT, NO_NUMBER = "0000000000000000000000none", "999999"

FILES = {
    "@orders": ORDERS,
    "@bind": "序列号,订单号\n{card},D1\n",
    "@deliver": "快递单号,签收时间\nSF1,2026-03-01 10:00\n",
    "@units": "类型,编码,名称,上级编码\n门店,s9,九号店,brand-1\n",
}


@dataclass(frozen=True)
class Cell:
    row: Row
    role: str
    relation: str
    method: str

    def __str__(self) -> str:
        return f"{self.method} {self.row.route} · {self.role} · {self.relation}"


@dataclass
class Runner:
    """Asks on the stage, takes everything back, and keeps what was not as it should be."""

    stage: Stage
    books: Books = field(init=False)
    before: dict[str, str] = field(init=False)
    problems: list[str] = field(default_factory=list)
    asked: list[Cell] = field(default_factory=list)
    hits: int = 0
    shapes: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.books = Books(
            (self.stage.aurora.tenant.schema_name, self.stage.breeze.tenant.schema_name)
        )
        self.before = self.books.whole()

    def run(self, cell: Cell) -> None:
        """Ask once; what it changed is looked at and rolled back."""
        self.asked.append(cell)
        with transaction.atomic():
            answer = ask(self.stage, cell)
            after = self.books.whole() if has_written() else self.before
            transaction.set_rollback(True)
        if cell.row.surface == "platform":
            hosts.forget()
        self._note(cell, answer, after)

    def run_suspended(self, cells: Iterable[Cell]) -> None:
        """Ask all of them of a merchant that is suspended, and look at the end what changed."""
        with transaction.atomic():
            Tenant.objects.filter(pk=self.stage.aurora.tenant.pk).update(state="suspended")
            hosts.forget()
            for cell in cells:
                self.asked.append(cell)
                self._note(cell, ask(self.stage, cell), self.before)
            if self.books.whole() != self.before:
                self.problems.append("停用的商家还在写库")
            transaction.set_rollback(True)
        hosts.forget()

    def _note(self, cell: Cell, answer: Any, after: Sums) -> None:
        if is_hidden(self.stage, cell):
            words = named_ids(self.stage, cell)
            self.shapes.setdefault((cell.role, cell.method), {})[cell.relation] = shape_of(
                answer, *words
            )
        for problem in self._judge(cell, answer, after):
            self.problems.append(f"{cell}：{problem}")

    def finish(self) -> list[str]:
        """All problems, with those that show only once every relation was asked for."""
        for (role, method), found in self.shapes.items():
            if len(set(found.values())) > 1:
                self.problems.append(f"{method} · {role}：不是自己的和不存在的分得出来 {[*found]}")
        return self.problems

    def told(self) -> dict[str, Any]:
        """What was asked, for the closing line of the run."""
        return {
            "cells": len(self.asked),
            "hits": self.hits,
            "routes": sorted({cell.row.route for cell in self.asked}),
            "roles": sorted({cell.role for cell in self.asked}),
            "seeds": [self.stage.canaries.seed],
        }

    def _judge(self, cell: Cell, answer: Any, after: Any) -> Iterator[str]:
        wanted = expected(self.stage, cell)
        if answer.status_code != wanted:
            yield f"应答 {wanted}，实答 {answer.status_code} {answer.headers.get('Location', '')}"
        if answer.status_code >= 500 and cell.relation != SUSPENDED:
            yield f"出错 {answer.status_code}：{error_of(answer)}"
        yield from self._leaks(cell, answer)
        yield from self._changes(cell, answer, after)

    def _leaks(self, cell: Cell, answer: Any) -> Iterator[str]:
        is_breeze_public = cell.relation == OTHER_HOST and cell.row.audience == "public"
        if not is_breeze_public and self.stage.canaries.found_in(answer):
            self.hits += 1
            yield "看得到另一家商家的内容"
        body = body_of(answer)
        for mark in hidden_marks(cell):
            if mark.encode() in body:
                yield f"看得到别处的内容 {mark}"

    def _changes(self, cell: Cell, answer: Any, after: Any) -> Iterator[str]:
        mine = changed(self.before, after, self.stage.aurora.tenant.schema_name)
        theirs = changed(self.before, after, self.stage.breeze.tenant.schema_name)
        if theirs and not (cell.relation == OTHER_HOST and cell.row.audience == "public"):
            yield f"改动了另一家商家的表 {theirs}"
        allowed = set(cell.row.leaves.split())
        if not is_accepted(cell) and set(mine) - allowed:
            yield f"被拒绝却改动了 {mine}"
        if must_write(cell) and not set(mine) - {"django_session"}:
            yield "应当写入却什么也没有改，这一格证明不了什么"


def has_written() -> bool:
    """Whether this transaction may have changed a row anywhere: none has an id before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
        return bool(cursor.fetchone()[0])


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
        "customer": [STORE_MARK, BRAND_MARK],
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


def named_ids(stage: Stage, cell: Cell) -> list[str]:
    named = _named(stage, cell)
    return [named[name] for name in cell.row.ids.values() if not name.startswith("=")]


def collides(stage: Stage, row: Row) -> bool:
    """Whether the other merchant's id names a row of ours as well."""
    ours, theirs = things(stage, "own", stage.aurora), things(stage, "own", stage.breeze)
    return all(name.startswith("=") or ours[name] == theirs[name] for name in row.ids.values())


def things(stage: Stage, group: str, side: Side) -> dict[str, str]:
    found = side.groups[group].things | stage.platform_things | side.secrets
    home = side.groups["own"].things["brand"]
    return found | {"site": f"http://{side.host('staff')}:8000", "home_brand": home}


def ask(stage: Stage, cell: Cell) -> Any:
    """Send the request of a cell; the answer, with an error as its 500."""
    row = cell.row
    side = stage.breeze if cell.relation == OTHER_HOST else stage.aurora
    asker = stage.breeze if cell.relation == OTHER_CREDENTIAL else stage.aurora
    named = _named(stage, cell)
    host = "platform.localhost" if row.surface == "platform" else side.host(row.surface)
    browser = Browser(raise_request_exception=False, HTTP_HOST=host, **asker.credentials[cell.role])
    path = path_of(row, named)
    if row.sender and cell.role == "callback":
        return senders.send(browser, row.sender, cell.method, path, asker)
    fields = {k.format(**named): _field(v, named) for k, v in row.form.items()}
    query = {name: text.format(**named) for name, text in row.query.items()}
    if cell.method == "GET":
        return browser.get(path, query)
    return browser.post(path, fields, query_params=query)


def _named(stage: Stage, cell: Cell) -> dict[str, str]:
    """The things that the request speaks of."""
    if cell.relation == OTHER_ID or cell.relation == OTHER_HOST:
        return things(stage, "own", stage.breeze)
    if cell.relation == OTHER_STORE:
        near = cell.role in ("guide", "manager", "customer")
        return things(stage, "store" if near else "brand", stage.aurora)
    found = things(stage, "own", stage.aurora)
    if cell.relation == MISSING:
        ids = [name for name in cell.row.ids.values() if not name.startswith("=")]
        found |= {name: NO_NUMBER if found[name].isdigit() else NO_TEXT for name in ids}
        found |= {name: NO_TEXT for name in cell.row.ids.values() if name.startswith("=")}
    return found


def path_of(row: Row, named: dict[str, str]) -> str:
    path = row.path
    for parameter, name in row.ids.items():
        value = named.get(name, name[1:])
        start = path.index("<")
        path = path[:start] + value + path[path.index(">") + 1 :]
        assert parameter
    return path


def _field(value: str, named: dict[str, str]) -> Any:
    if value in FILES:
        return SimpleUploadedFile("table.csv", FILES[value].format(**named).encode())
    return value.replace("{rules}", named["rules"]) if value == "{rules}" else value.format(**named)


def error_of(answer: Any) -> str:
    info = getattr(answer, "exc_info", None)
    return repr(info[1]) if info else ""


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
