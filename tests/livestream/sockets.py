"""The socket process as it runs, and a watcher of a room."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from websockets.sync.client import ClientConnection, connect

from livestream.tickets import sign_ticket
from tests.twin_process import free_port

ROOT = Path(__file__).resolve().parents[2]
KEY = b"k" * 32
SITE = "m.aurora.localhost"
START_SECONDS = 30.0


@contextmanager
def live_process(log: Path, *, key: bytes = KEY, media: str = "") -> Iterator[int]:
    """A socket process on a free port; it is stopped by SIGTERM and must obey."""
    port = free_port()
    command = [sys.executable, "-m", "livestream.live", "--port", str(port), "--media", media]
    env = {name: os.environ[name] for name in ("PATH", "HOME", "REDIS_URL") if name in os.environ}
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**env, "LIVE_TICKET_KEY": key.hex()}, stdout=out, stderr=out
        )
    try:
        _await(port, process)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def _await(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the socket process ended at its start"
        try:
            with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the socket process did not come up")


def ticket_for(room: str, *, schema: str = "t_one", site: str = SITE, now: float = 0) -> str:
    return sign_ticket(KEY, schema=schema, room=room, site=site, now=now or time.time())


class Watcher:
    """A page's socket: it keeps its position and what it was shown."""

    def __init__(self, port: int, room: str, *, after: str = "", **ticket: Any) -> None:
        self.epoch, self.seq = "", 0
        self.kept: dict[str, Any] = {}
        self.chat: list[dict[str, Any]] = []
        self.heard: list[tuple[int, str, Any]] = []
        self.snapshots = 0
        self.viewers = 0
        text = ticket.pop("text", None) or ticket_for(room, **ticket)
        url = f"ws://127.0.0.1:{port}/rooms/{room}?ticket={text}&after={after}"
        origin: Any = f"http://{SITE}:8000"
        self.link: ClientConnection = connect(url, origin=origin, legacy=True)

    @property
    def place(self) -> str:
        return f"{self.epoch}.{self.seq}"

    def read(self, seconds: float = 5.0) -> bool:
        """Take one frame; False when none comes in time."""
        try:
            frame = json.loads(self.link.recv(timeout=seconds))
        except TimeoutError:
            return False
        self.viewers = frame.get("viewers", self.viewers)
        if "snapshot" in frame:
            self.snapshots += 1
            head = frame["snapshot"]["head"]
            self.epoch, self.seq, self.kept = head["epoch"], head["seq"], frame["snapshot"]["kept"]
            self.chat = [message["body"] for message in frame["snapshot"]["chat"]]
        for message in frame.get("messages", ()):
            self.heard.append((message["seq"], message["kind"], message["body"]))
            self.epoch, self.seq = message["epoch"], message["seq"]
        return True

    def drain(self) -> None:
        """Read until nothing comes any more."""
        while self.read():
            pass

    def until(self, seq: int, seconds: float = 10.0) -> None:
        deadline = time.monotonic() + seconds
        while self.seq < seq:
            assert time.monotonic() < deadline, f"stopped at {self.seq} of {seq}"
            self.read(1.0)
