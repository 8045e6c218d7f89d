"""The whole line, from a printed card to the morning's figures, as people play it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.devices import CHROMIUM
from tests.e2e.morning import check_truths, wake_up
from tests.e2e.plan import Plan
from tests.e2e.play import Play
from tests.e2e.stage import Stage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.e2e,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"没有 {CHROMIUM}"),
]


@pytest.fixture
def play(
    stage: Stage,
    plan: Plan,
    chromium: Any,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Play]:
    yield Play(stage, plan, chromium, tmp_path)
    with capsys.disabled():
        print(f"各段用时（秒）：{json.dumps(stage.seconds, ensure_ascii=False)}")


def test_the_whole_line_agrees_to_the_fen(play: Play) -> None:
    for chapter in (*play.chapters(), wake_up, check_truths):
        with play.stage.chapter(chapter.__name__):
            chapter(play)
