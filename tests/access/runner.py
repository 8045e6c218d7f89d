"""Asking cell after cell, and keeping what was not as it should be."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from tenants import hosts
from tenants.models import Tenant
from tests.access.asking import ask, error_of, named_ids
from tests.access.canaries import body_of
from tests.access.cells import OTHER_HOST, SUSPENDED, Cell
from tests.access.checksums import Books, Sums, changed
from tests.access.ears import Ears
from tests.access.shapes import shape_of
from tests.access.stage import Stage
from tests.access.verdicts import expected, hidden_marks, is_accepted, is_hidden, must_write


@dataclass
class Runner:
    """Asks on the stage, takes everything back, and keeps what was not as it should be."""

    stage: Stage
    books: Books = field(init=False)
    before: dict[str, str] = field(init=False)
    problems: list[str] = field(default_factory=list)
    asked: list[Cell] = field(default_factory=list)
    ears: Ears = field(init=False)
    hits: int = 0
    shapes: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.books = Books(
            (self.stage.aurora.tenant.schema_name, self.stage.breeze.tenant.schema_name)
        )
        self.before = self.books.whole()
        self.ears = Ears(self.stage.canaries)

    def run(self, cell: Cell) -> None:
        """Ask once; what it changed is looked at and rolled back."""
        self.asked.append(cell)
        with transaction.atomic():
            with self.ears:
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
        if self.ears.heard():
            self.hits += 1
            yield "日志里有另一家商家的内容"
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
