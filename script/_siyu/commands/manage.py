"""script/manage: manage.py in the product's environment, against running services."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from _siyu import console, installing, product, project, services
from _siyu.datadir import open_data


def run(arguments: Sequence[str]) -> int:
    """Run one management command; its output and exit code are the command's own."""
    console.speak_on(sys.stderr)
    installing.install(with_browser=False)
    data = open_data(Path(os.environ.get("SIYU_DATA_DIR") or project.DEFAULT_DATA))
    with services.in_use(data) as addresses:
        place = product.running_place(data) or product.last_place(data)
        env = product.variables(data, addresses, place)
        manage = [str(project.PYTHON), str(project.ROOT / "manage.py")]
        # Files the person names are relative to where the person is, so no `cwd`.
        return _wait(subprocess.Popen([*manage, *arguments], env=env))


def _wait(child: subprocess.Popen[bytes]) -> int:
    """The command's exit code. Signals are the child's to act on; services stay up until then."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    code = child.wait()
    return code if code >= 0 else 128 - code
