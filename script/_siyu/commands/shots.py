"""script/shots: visit and picture every page, on the running server or on one of its own."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from _siyu import checks, installing, product, project, scratch, services
from _siyu.datadir import open_data


def run(arguments: Sequence[str]) -> int:
    """Run tests/shots; its output and exit code are its own."""
    installing.install(with_browser=True)
    folder, arguments = _folder(arguments)
    if folder.exists():
        data = open_data(folder)
        place = product.running_place(data)
        if place is not None:
            with services.in_use(data) as addresses:
                return _shots(arguments, product.variables(data, addresses, place))
    with scratch.folder() as data, scratch.server(data) as env:
        return _shots(arguments, env)


def _folder(arguments: Sequence[str]) -> tuple[Path, Sequence[str]]:
    """`--data DIR` first: the server that runs there, otherwise the usual one."""
    if len(arguments) > 1 and arguments[0] == "--data":
        return Path(arguments[1]), arguments[2:]
    return project.DEFAULT_DATA, arguments


def _shots(arguments: Sequence[str], env: Mapping[str, str]) -> int:
    command = checks.module("tests.shots", *arguments)
    return subprocess.run(command, cwd=project.ROOT, env=dict(env), check=False).returncode
