"""The oscar peer: a venv of its own, a database of its own, processes of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
CACHE = HERE.parent / "build" / "bench-oscar"
INSTALL_SECONDS, RUN_SECONDS = 900, 300


@dataclass(frozen=True)
class Oscar:
    """Ready to place orders; `url` is its database."""

    python: Path
    url: str

    def orders_per_second(self, processes: int, seconds: float) -> float:
        """Raises `ValueError` when its own counts disagree: a wrong answer has no time."""
        told = self._run("run", str(processes), str(seconds))
        answer = json.loads(told.strip().splitlines()[-1])
        if answer["orders"] != answer["allocated"]:
            raise ValueError(f"oscar: {answer}")
        return float(answer["placed"] / answer["seconds"])

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [str(self.python), str(HERE / "peers" / "oscar_orders.py"), *arguments],
            env={**_clean(), "OSCAR_DATABASE_URL": self.url},
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
        )
        if done.returncode:
            raise ValueError(done.stderr.strip()[-400:])
        return done.stdout


def install_oscar(url: str) -> Oscar | str:
    """An oscar on an empty database, or in one sentence why there is none."""
    python = CACHE / "bin" / "python"
    pins = str(HERE / "peers" / "oscar.txt")
    try:
        if not (CACHE / "ready").exists():
            _do(sys.executable, "-m", "venv", "--clear", str(CACHE))
            _do(str(python), "-m", "pip", "install", "-q", "-r", pins)
            (CACHE / "ready").touch()
        oscar = Oscar(python, url)
        oscar._run("prepare")
    except (OSError, ValueError, subprocess.SubprocessError) as failure:
        return str(failure)[-400:]
    return oscar


def _do(*command: str) -> None:
    subprocess.run(command, env=_clean(), capture_output=True, timeout=INSTALL_SECONDS, check=True)


def _clean() -> dict[str, str]:
    """Nothing of ours reaches it."""
    ours = ("DJANGO_SETTINGS_MODULE", "PYTHONPATH", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if name not in ours}
