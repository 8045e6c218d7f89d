"""script/soak NAME [args]: the full counts of one endurance run, on services of its own."""

import subprocess
from collections.abc import Sequence

from _siyu import checks, installing, project, scratch
from _siyu.console import stop

_FOLDER = project.ROOT / "tests" / "soak"


def run(arguments: Sequence[str]) -> int:
    """Run tests/soak/NAME.py; its output and exit code are its own."""
    known = sorted(path.stem for path in _FOLDER.glob("[!_]*.py"))
    if not arguments or arguments[0] not in known:
        stop(f"用法:script/soak 名称 [参数];可用的名称:{'、'.join(known) or '(还没有)'}")
    installing.install(with_browser=False)
    command = checks.module(f"tests.soak.{arguments[0]}", *arguments[1:])
    with scratch.for_tests(durable=True) as env:
        return subprocess.run(command, cwd=project.ROOT, env=env, check=False).returncode
