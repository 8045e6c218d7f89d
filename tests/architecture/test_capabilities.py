"""A proof named in docs/capabilities.md is a file that is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_named_proof_exists() -> None:
    text = (ROOT / "docs" / "capabilities.md").read_text()
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", text))
    assert len(named) > 30
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


def test_every_named_command_exists() -> None:
    text = (ROOT / "docs" / "capabilities.md").read_text()
    commands = set(re.findall(r"`script/manage (\w+)", text))
    found = {path.stem for path in ROOT.glob("*/management/commands/*.py")}
    assert len(commands) >= 7
    assert commands - found == set()
