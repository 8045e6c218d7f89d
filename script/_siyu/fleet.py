"""The product's processes under one supervisor: started healthy, restarted, stopped in order."""

import contextlib
import http.client
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import processes, project
from .console import say, step, stop
from .datadir import DataFolder

_START_SECONDS = 90.0
_STOP_SECONDS = 20.0
_CRASH_SECONDS = 5.0
_CRASHES = 5


@dataclass(frozen=True)
class Program:
    """A process to run. `healthy(log text since its start)` says whether it does its work."""

    name: str
    log: str
    command: Sequence[str]
    env: Mapping[str, str]
    healthy: Callable[[str], bool]


@dataclass
class _Running:
    program: Program
    process: subprocess.Popen[bytes]
    log: Path
    log_begin: int
    began: float
    crashes: int = 0


@dataclass
class Fleet:
    """Programs in the order they were started; they end when this process ends, however."""

    data: DataFolder
    _running: list[_Running] = field(default_factory=list)

    def start(self, programs: Sequence[Program]) -> None:
        """Start the programs side by side and return when all are healthy."""
        with step("启动 " + "、".join(program.name for program in programs)):
            new = [self._launch(program) for program in programs]
            self._running += new
            for running in new:
                self._await(running)

    def watch(self, tick: Callable[[], None]) -> None:
        """Restart what dies and call `tick` every second, for ever; a signal ends it."""
        while True:
            time.sleep(1)
            tick()
            for place, running in enumerate(self._running):
                if running.process.poll() is not None:
                    self._running[place] = self._again(running)

    def stop(self) -> None:
        """Ask all to end, latest started first, and kill what does not within 20 seconds."""
        while self._running:
            log = self._running[-1].program.log.partition("-")[0]
            wave = [running for running in self._running if running.program.log.startswith(log)]
            self._running = [running for running in self._running if running not in wave]
            for running in wave:
                with contextlib.suppress(ProcessLookupError):
                    running.process.send_signal(signal.SIGTERM)
            for running in wave:
                _finish(running)

    def _launch(self, program: Program) -> _Running:
        path = self.data.log(program.log)
        with path.open("ab") as log:
            begin = log.tell()
            process = subprocess.Popen(
                [*program.command],
                cwd=project.ROOT,
                env=dict(program.env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=processes.end_with_parent(),  # noqa: PLW1509 - one thread only
            )
        return _Running(program, process, path, begin, time.monotonic())

    def _await(self, running: _Running) -> None:
        def settled() -> bool:
            return running.process.poll() is not None or running.program.healthy(_said(running))

        settled_in_time = processes.wait_until(settled, _START_SECONDS, 0.2)
        if settled_in_time and running.process.poll() is None:
            return
        last = (_said(running).strip().splitlines() or ["没有任何输出"])[-1]
        stop(f"{running.program.name}没有启动:{last[:300]}(日志 {running.log})")

    def _again(self, dead: _Running) -> _Running:
        lived = time.monotonic() - dead.began
        crashes = dead.crashes + 1 if lived < _CRASH_SECONDS else 0
        name, code = dead.program.name, dead.process.returncode
        if crashes >= _CRASHES:
            stop(f"{name}反复退出(退出码 {code}),原因见日志 {dead.log}")
        say(f"! {name}退出(退出码 {code}),重新启动")
        _finish(dead)
        running = self._launch(dead.program)
        running.crashes = crashes
        return running


def responds(port: int, path: str) -> bool:
    """Whether 127.0.0.1 answers the path with 200, asked under the name localhost."""
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        asked.request("GET", path, headers={"Host": f"localhost:{port}"})
        return asked.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Make SIGTERM and SIGHUP end the block as Ctrl-C does; repeated signals do not hurry it."""

    def raise_once(_number: int, _frame: object) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, raise_once) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _said(running: _Running) -> str:
    with running.log.open("rb") as log:
        log.seek(running.log_begin)
        return log.read().decode(errors="replace")


def _finish(running: _Running) -> None:
    with contextlib.suppress(subprocess.TimeoutExpired):
        running.process.wait(_STOP_SECONDS)
    # Its children share its process group and must not outlive it.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.process.pid, signal.SIGKILL)
    running.process.wait()
