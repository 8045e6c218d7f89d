"""Seeds, pictures and the stage. SIYU_E2E_SEEDS=1,2 repeats what a run has printed."""

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.devices import open_browser
from tests.e2e.plan import Plan, draw_plan
from tests.e2e.stage import ROOT, Stage, Twin

for name in (
    "basket",
    "codes",
    "ledgers",
    "merchant",
    "morning",
    "nurture",
    "office",
    "payday",
    "play",
    "showroom",
    "street",
):
    pytest.register_assert_rewrite(f"tests.e2e.{name}")

FRESH = 2
"""How many seeds are drawn when none are given."""


def _given() -> list[int]:
    text = os.environ.get("SIYU_E2E_SEEDS", "")
    return [int(part) for part in text.replace(",", " ").split()]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """By number and not by seed, so that every process collects the same tests."""
    if "play_number" in metafunc.fixturenames:
        metafunc.parametrize("play_number", range(len(_given()) or FRESH))


@pytest.fixture
def seed(play_number: int, capsys: pytest.CaptureFixture[str]) -> int:
    given = _given()
    found = given[play_number] if given else secrets.randbelow(10**6)
    with capsys.disabled():
        print(f"\n端到端种子 {found}（重演：SIYU_E2E_SEEDS={found}）")
    return found


@pytest.fixture
def plan(seed: int) -> Plan:
    return draw_plan(seed, secrets.token_hex(4))


@pytest.fixture
def stage(plan: Plan) -> Iterator[Stage]:
    port, base = os.environ.get("SIYU_PORT", ""), os.environ.get("TWIN_URL", "")
    if not port or not _is_up(f"http://127.0.0.1:{port}/readyz"):
        pytest.fail("端到端测试需要一套运行中的 script/server：用 script/test 运行全部测试")
    out = Path(ROOT / "build" / "e2e" / str(plan.seed))
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    stage = Stage(out, int(port), Twin(base), plan.slug)
    yield stage
    stage.close()


@pytest.fixture
def chromium(stage: Stage) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where a browser is

    with sync_playwright() as playwright:
        browser = open_browser(playwright)
        yield browser
        browser.close()


def _is_up(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False
