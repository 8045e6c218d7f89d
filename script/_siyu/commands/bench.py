"""benchmarks/NAME [args]: one benchmark, on durable services of its own."""

import subprocess
from collections.abc import Sequence

from _siyu import checks, installing, project, scratch
from _siyu.console import stop

_FOLDER = project.ROOT / "benchmarks"


def run(arguments: Sequence[str]) -> int:
    """Run benchmarks/bench_NAME.py; what it prints and its exit code are its own."""
    known = sorted(path.stem.removeprefix("bench_") for path in _FOLDER.glob("bench_*.py"))
    if not arguments or arguments[0] not in known:
        stop(f"用法:benchmarks/名称 [参数];可用的名称:{'、'.join(known) or '(还没有)'}")
    installing.install(with_browser=False)
    command = checks.module(f"benchmarks.bench_{arguments[0]}", *arguments[1:])
    with scratch.for_tests(durable=True) as env:
        return subprocess.run(command, cwd=project.ROOT, env=env, check=False).returncode
