"""Every route × role × relation × method: the answer, no leak, nothing changed."""

import pytest

from tests.access.cells import OWN, RELATIONS, Runner, cells_of
from tests.access.row import ROLES, Row
from tests.access.rows import ROWS
from tests.access.stage import Stage

IDS = [row.route for row in ROWS]


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_a_route_answers_every_role_and_relation_as_its_row_says(stage: Stage, row: Row) -> None:
    runner = Runner(stage)
    for cell in cells_of(row, ROLES, RELATIONS):
        runner.run(cell)
    assert runner.cells
    assert not runner.problems, "\n" + "\n".join(runner.problems)


def test_nobody_and_the_roles_meet_their_own(stage: Stage) -> None:
    runner = Runner(stage)
    for row in ROWS:
        for cell in cells_of(row, ROLES, (OWN,)):
            runner.run(cell)
    print(f"{runner.cells} cells, {len(ROWS)} routes, {runner.hits} hits")
    assert not runner.problems, "\n" + "\n".join(runner.problems)
