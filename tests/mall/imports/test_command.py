"""The back-ends' files through the command: what it prints, what it leaves in the tables."""

import pytest

from tests.mall.importing.files import needs_exports
from tests.mall.importing.test_real_exports import DETAIL, TMALL, expected_totals
from tests.mall.imports.runs import command
from tests.world import World

pytestmark = [pytest.mark.django_db, needs_exports]


def test_tmall_gives_every_total(world: World):
    told = command("--platform", "tmall", TMALL)

    assert told["totals"] == expected_totals()
    assert (told["created"], told["updated"], told["skipped"]) == (300, 0, 0)
    assert (told["errors"], told["left_out"], told["flags"]) == ([], [], {})
    assert told["detail"] == DETAIL.name
