"""Named steps: run side by side in lanes, each reported with its seconds."""

import subprocess
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import project
from .console import say

_BIN = project.ENVIRONMENT / "bin"


@dataclass(frozen=True)
class Check:
    """A command that exits with 0 when all is well; skipped where `about` does not exist yet."""

    name: str
    command: Sequence[str]
    about: Path = project.ROOT


def module(name: str, *arguments: str) -> list[str]:
    """The command line of a Python module in our environment."""
    return [str(project.PYTHON), "-m", name, *arguments]


MIGRATIONS = [str(project.PYTHON), "manage.py", "makemigrations", "--check", "--dry-run"]
STATIC = (
    Check("格式 ruff format", module("ruff", "format", "--check", ".")),
    Check("风格 ruff check", module("ruff", "check", ".")),
    Check("模板 djlint", module("djlint", "templates", "--lint", "--quiet"), Path("templates")),
    Check("边界 lint-imports", [str(_BIN / "lint-imports"), "--no-logo"]),
    Check("迁移 makemigrations --check", MIGRATIONS, Path("manage.py")),
)
TYPES = (Check("类型 mypy", module("mypy", ".")),)


def run_lanes(lanes: Sequence[Sequence[Check]], env: Mapping[str, str]) -> list[str]:
    """Run the lanes side by side, each in order; the names of the checks that failed."""
    with ThreadPoolExecutor(len(lanes)) as pool:
        return [
            name for failed in pool.map(lambda lane: _lane(lane, env), lanes) for name in failed
        ]


def _lane(lane: Sequence[Check], env: Mapping[str, str]) -> list[str]:
    return [check.name for check in lane if not _passes(check, env)]


def _passes(check: Check, env: Mapping[str, str]) -> bool:
    if not (project.ROOT / check.about).exists():
        say(f"- {check.name}:跳过,还没有 {check.about}")
        return True
    begin = time.monotonic()
    done = subprocess.run(
        [*check.command],
        cwd=project.ROOT,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    passed = done.returncode == 0
    lines = [f"{'✓' if passed else '✗'} {check.name}({time.monotonic() - begin:.1f} 秒)"]
    say("\n".join(lines if passed else [done.stdout.rstrip(), *lines]))
    return passed
