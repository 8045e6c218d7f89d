"""The whole loop, from a printed card to money in a guide's WeChat, as people play it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.basket import fill_cart
from tests.e2e.devices import CHROMIUM
from tests.e2e.morning import check_truths, wake_up
from tests.e2e.nurture import gather, nurture
from tests.e2e.payday import pay_out
from tests.e2e.plan import Plan
from tests.e2e.play import Play
from tests.e2e.showroom import go_live
from tests.e2e.stage import Stage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.e2e,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"没有 {CHROMIUM}"),
]

CHAPTERS = (
    Play.open_shop,
    Play.send_cards,
    Play.meet,
    Play.prepare_guides,
    gather,
    nurture,
    Play.trade,
    go_live,
    fill_cart,
    Play.deliver,
    Play.settle,
    pay_out,
    Play.come_again,
    wake_up,
    check_truths,
)
"""In the order in which they are played."""


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


def test_the_whole_loop_agrees_to_the_fen(play: Play) -> None:
    for chapter in CHAPTERS:
        with play.stage.chapter(chapter.__name__):
            chapter(play)
