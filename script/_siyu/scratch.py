"""Services and servers of one run only, in a temporary folder."""

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import processes, product, project, services
from .console import step, stop
from .datadir import DataFolder, open_data
from .postgres import postgres

_READY_SECONDS = 900.0


@contextmanager
def folder() -> Iterator[DataFolder]:
    """A data folder that is gone afterwards, with everything that ran on it."""
    root = Path(tempfile.mkdtemp(prefix="siyu-"))
    # The account that runs PostgreSQL has to pass through.
    root.chmod(0o711)
    data = open_data(root)
    try:
        yield data
    finally:
        with services.stopped(data):
            shutil.rmtree(postgres(data).cluster, ignore_errors=True)
        shutil.rmtree(root, ignore_errors=True)


@contextmanager
def for_tests(durable: bool = False) -> Iterator[dict[str, str]]:
    """The environment for tests: services of their own, SIYU_ENV=test."""
    with folder() as data, services.in_use(data, durable) as addresses:
        place = product.Place(*(processes.free_port() for _ in range(3)))
        yield {**product.variables(data, addresses, place), "SIYU_ENV": "test"}


@contextmanager
def server(data: DataFolder) -> Iterator[dict[str, str]]:
    """The environment of a whole server on the folder, as script/server starts it."""
    port, log = processes.free_port(), data.root / "server.out"
    command = [str(project.ROOT / "script" / "server"), "--port", str(port)]
    with log.open("wb") as out:
        child = subprocess.Popen(
            [*command, "--data", str(data.root)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=processes.end_with_parent(),  # noqa: PLW1509 - one thread only
        )
    try:
        with step("启动一套完整的私域"):
            _await_ready(child, log)
        with services.in_use(data) as addresses:
            yield product.variables(data, addresses, product.last_place(data))
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(120)


def _await_ready(child: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while not any(line.startswith("READY ") for line in log.read_text().splitlines()):
        if child.poll() is not None or time.monotonic() > deadline:
            stop(f"script/server 没有就绪:\n{log.read_text()[-3000:]}")
        time.sleep(0.2)
