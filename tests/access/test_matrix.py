"""Every route × role × relation × method: the answer, no leak, nothing changed."""

from typing import Any

import pytest

from tests.access.cells import OWN, RELATIONS, SUSPENDED, Cell, cells_of
from tests.access.row import ROLES, Row
from tests.access.rows import ROWS
from tests.access.runner import Runner
from tests.access.stage import Stage
from tests.access.twins import make_twins

IDS = [row.route for row in ROWS]


def check(runner: Runner, record_property: Any) -> None:
    """Nothing may be out of order; what was asked is kept for the closing line."""
    problems = runner.finish()
    record_property("access", runner.told())
    assert runner.asked
    assert not problems, "\n" + "\n".join(problems)


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_a_route_answers_every_role_and_relation_as_its_row_says(
    plain_stage: Stage, row: Row, record_property: Any
) -> None:
    runner = Runner(plain_stage)
    cells = list(cells_of(row, ROLES, RELATIONS))
    for cell in cells:
        if cell.relation != SUSPENDED:
            runner.run(cell)
    runner.run_suspended(cell for cell in cells if cell.relation == SUSPENDED)
    check(runner, record_property)


@pytest.mark.slow
@pytest.mark.parametrize("row", [row for row in ROWS if row.ids], ids=lambda row: row.route)
def test_an_id_that_both_merchants_have_opens_ones_own(
    stage: Stage, row: Row, record_property: Any
) -> None:
    """Even where a random id came up twice, each merchant meets only its own row."""
    make_twins(stage)
    runner = Runner(stage)
    for cell in cells_of(row, tuple(row.roles.split()), (OWN,)):
        runner.run(cell)
    check(runner, record_property)


def test_the_own_pages_of_a_stranger_a_denied_and_an_admitted_role(
    plain_stage: Stage, record_property: Any
) -> None:
    """A quick round over all routes, for the check before a commit."""
    runner = Runner(plain_stage)
    for row in ROWS:
        admitted = row.roles.split()[-1]
        denied = [role for role in ROLES if not row.lets_in(role)][:2]
        for role in {admitted, *denied}:
            runner.run(Cell(row, role, OWN, "GET" if row.get != 405 else "POST"))
    check(runner, record_property)
