"""script/check: what must hold before a commit, in under three minutes."""

import argparse
import time
from collections.abc import Sequence

from _siyu import checks, installing, scratch
from _siyu.checks import Check
from _siyu.console import say

# What a change breaks most often, and what costs seconds: the structure, the kernel, the rules
# of money and people. Adapters, the twin, pages, access and processes wait for script/test.
_FOLDERS = ("architecture", "core", "distribution", "mall", "members", "outreach")
_FAST = Check(
    "快速测试 pytest",
    checks.module(
        "pytest",
        "-q",
        *("-n", "2"),
        *("-m", "not slow and not browser and not e2e"),
        *("--ignore-glob", "tests/mall/imports/*"),
        *(f"tests/{folder}" for folder in _FOLDERS),
        "tests/access/test_rows.py",  # a route that nobody has classified
    ),
)


def run(arguments: Sequence[str]) -> int:
    """Run every step and report all that failed."""
    argparse.ArgumentParser(prog="script/check").parse_args(arguments)
    begin = time.monotonic()
    installing.install(with_browser=False)
    with scratch.for_tests() as env:
        failed = checks.run_lanes([[*checks.STATIC, _FAST], checks.TYPES], env)
    say(f"用时 {time.monotonic() - begin:.0f} 秒")
    say("未通过:" + "、".join(failed) if failed else "全部通过。")
    return 1 if failed else 0
