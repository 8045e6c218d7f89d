"""script/shots: visit and picture every page, on the running server or on one of its own."""

import subprocess
from collections.abc import Mapping, Sequence

from _siyu import checks, installing, product, project, scratch, services
from _siyu.datadir import open_data


def run(arguments: Sequence[str]) -> int:
    """Run tests/shots; its output and exit code are its own."""
    installing.install(with_browser=True)
    if project.DEFAULT_DATA.exists():
        data = open_data(project.DEFAULT_DATA)
        place = product.running_place(data)
        if place is not None:
            with services.in_use(data) as addresses:
                return _shots(arguments, product.variables(data, addresses, place))
    with scratch.folder() as data, scratch.server(data) as env:
        return _shots(arguments, env)


def _shots(arguments: Sequence[str], env: Mapping[str, str]) -> int:
    command = checks.module("tests.shots", *arguments)
    return subprocess.run(command, cwd=project.ROOT, env=dict(env), check=False).returncode
