"""Where a play happens: the running processes, the twin, the clock, the pictures."""

import contextlib
import datetime as dt
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx

ROOT = Path(__file__).resolve().parents[2]
SHANGHAI = dt.timezone(dt.timedelta(hours=8))
STEP = 0.2
CLOCK_CACHE = 1.2
"""Every process reads the moved clock at most a second late."""

Found = TypeVar("Found")


def until(what: str, ask: Callable[[], Found | None], seconds: float = 30.0) -> Found:
    """The first answer of `ask` that is true; fails with `what` when the time is up."""
    deadline = time.monotonic() + seconds
    while True:
        found = ask()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"等了 {seconds:.0f} 秒，还没有{what}")
        time.sleep(STEP)


def eventually(check: Callable[[], None], seconds: float = 30.0) -> None:
    """Repeat a check until it holds; when the time is up, its own complaint is the failure."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            check()
            return
        except AssertionError:
            if time.monotonic() > deadline:
                raise
        time.sleep(STEP)


def fen(text: str) -> int:
    """Fen of an amount as pages write it: `¥1,234.05`, `-¥0.30`, `—` for none."""
    plain = text.strip().replace("¥", "").replace(",", "").replace("+", "")
    if plain == "—":
        return 0
    sign, digits = (-1, plain[1:]) if plain.startswith("-") else (1, plain)
    yuan, cents = digits.split(".")
    assert len(cents) == 2, text
    return sign * (int(yuan) * 100 + int(cents))


def yuan(amount: int) -> str:
    """How pages write so many fen."""
    sign = "-" if amount < 0 else ""
    return f"{sign}¥{abs(amount) // 100:,}.{abs(amount) % 100:02d}"


def typed(amount: int) -> str:
    """How a person types so many fen into a form in yuan."""
    return f"{amount // 100}.{amount % 100:02d}"


class Twin:
    """The twin's admin API: what happens outside and has no page."""

    def __init__(self, base: str) -> None:
        self.base = base
        self._http = httpx.Client(base_url=f"{base}/_twin/", timeout=20)

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self._http.post(path, json=body)
        assert answer.status_code < 400, f"{path}: {answer.text[:300]}"
        return dict(answer.json())

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        answer = self._http.get(path, params=query)
        assert answer.status_code < 400, f"{path}: {answer.text[:300]}"
        return dict(answer.json())

    def log(self, kind: str, since_id: int = 0) -> list[dict[str, Any]]:
        """Every row of a kind after `since_id`."""
        rows: list[dict[str, Any]] = []
        while found := self.get("log", kind=kind, since_id=since_id)["log"]:
            rows += found
            since_id = found[-1]["id"]
        return rows

    def now(self) -> dt.datetime:
        """Business time."""
        return dt.datetime.fromtimestamp(self.get("clock")["business"], SHANGHAI)

    def close(self) -> None:
        self._http.close()


@dataclass
class Stage:
    """One play on the running processes; pictures are kept in `out` in the order taken."""

    out: Path
    port: int
    twin: Twin
    slug: str
    seconds: dict[str, float] = field(default_factory=dict)
    devices: list[Any] = field(default_factory=list)
    _shots: int = 0

    @property
    def staff_url(self) -> str:
        return f"http://{self.slug}.localhost:{self.port}"

    @property
    def shop_url(self) -> str:
        return f"http://m.{self.slug}.localhost:{self.port}"

    def shot(self, page: Any, name: str) -> None:
        self._shots += 1
        page.wait_for_load_state("load")
        page.screenshot(path=str(self.out / f"{self._shots:02d}-{name}.png"))

    def close(self) -> None:
        self.twin.close()

    @contextlib.contextmanager
    def chapter(self, name: str) -> Iterator[None]:
        started = time.monotonic()
        try:
            yield
        except BaseException:
            for number, device in enumerate(self.devices):
                self.shot(device.page, f"出错时-{number}")
            raise
        finally:
            self.seconds[name] = round(time.monotonic() - started, 1)

    def move_clock(self, days: int = 0, minutes: int = 0, seconds: float = 0) -> None:
        """Business time forward, here and at the twin."""
        by = dt.timedelta(days=days, minutes=minutes, seconds=seconds)
        moved = manage("time_travel", "--hours", str(by.total_seconds() / 3600))
        self.twin.post("clock", offset_seconds=moved["offset_seconds"])
        deadline = time.monotonic() + CLOCK_CACHE
        until("新的时间传开", lambda: time.monotonic() > deadline)


def manage(*arguments: str) -> dict[str, Any]:
    """Run a management command in the environment given; its object, or its complaint."""
    done = run_command(*arguments)
    assert done.returncode == 0, f"{arguments[0]}: {done.stderr[-2000:]}{done.stdout[-2000:]}"
    return told_by(done)


def told_by(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The object that a command ended with, whether it was content or not."""
    return dict(json.loads(done.stdout.splitlines()[-1]))


def run_command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments, "--json"],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
