"""script/test: everything CI runs. With arguments, only pytest with those arguments."""

import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from _siyu import checks, installing, project, scratch
from _siyu.console import say, step

_NO_TESTS = 5


@dataclass
class Tally:
    """What the closing line says."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, report: Path, code: int) -> None:
        """Count a pytest run by its report; a run that broke without one counts as a failure."""
        suites = ET.parse(report).getroot().iter("testsuite") if report.exists() else ()
        failed = 0
        for suite in suites:
            total, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
            bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            self.passed += total - bad - skipped
            self.skipped += skipped
            failed += bad
        self.failed += max(failed, 0 if code in {0, _NO_TESTS} else 1)


def run(arguments: Sequence[str]) -> int:
    """Run the checks and the tests; the last line is `N passed, N failed, N skipped`."""
    installing.install(with_browser=True)
    tally = Tally()
    with scratch.for_tests() as env:
        if arguments:
            _pytest(arguments, env, tally)
        else:
            tally.failed += len(checks.run_lanes([checks.STATIC, checks.TYPES], env))
            _pytest(["-n", "2", "-m", "not e2e"], env, tally)
    if not arguments:
        _played(tally)
    say(f"{tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped")
    return 1 if tally.failed else 0


def _played(tally: Tally) -> None:
    """The tests that play the product on the running processes."""
    with scratch.folder() as data, scratch.server(data) as env:
        _pytest(["-m", "e2e"], env, tally)


def _pytest(arguments: Sequence[str], env: Mapping[str, str], tally: Tally) -> None:
    report = Path(env["SIYU_DATA_DIR"]) / "junit.xml"
    report.unlink(missing_ok=True)
    command = checks.module("pytest", "-q", f"--junitxml={report}", *arguments)
    with step("pytest " + " ".join(arguments)):
        code = subprocess.run(command, cwd=project.ROOT, env=dict(env), check=False).returncode
    tally.add(report, code)
