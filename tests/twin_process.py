"""A twin in a process of its own: what the adapters really talk to in tests."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

ROOT = Path(__file__).resolve().parents[1]
BASES = ("WECOM_API_BASE", "WECHAT_OPEN_BASE", "WECHAT_API_BASE", "WECHATPAY_API_BASE")


class TwinProcess:
    """The admin API of a running twin."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.port = port
        self._http = httpx.Client(base_url=self.base, timeout=10, trust_env=False)

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self._http.post(f"/_twin/{path}", json=body)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return dict(answer.json())

    def get(self, path: str, **params: Any) -> Any:
        answer = self._http.get(f"/_twin/{path}", params=params)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def delete(self, path: str) -> None:
        assert self._http.delete(f"/_twin/{path}").status_code == 200

    def call(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        return self._http.request(method, path, **kwargs)

    def consent(self, person: str, url: str) -> str:
        """Open an authorize URL as this person and agree to what it asks for.

        Gives the code that the browser is sent back with. A member goes by their userid.
        """
        with httpx.Client(base_url=self.base, timeout=10, trust_env=False) as browser:
            browser.post(f"/phone/be/{person}")
            answer = browser.get(url.partition("#")[0])
            if answer.status_code == 200:
                answer = browser.post(url.partition("#")[0], data={"decision": "allow"})
            assert answer.status_code in (302, 303), answer.text
            return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


@contextmanager
def running_twin(state: Path) -> Iterator[TwinProcess]:
    """Start a twin on a free loopback port and stop it afterwards."""
    port = free_port()
    command = [sys.executable, "-m", "twin", "--port", str(port), "--state", str(state)]
    clean = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    with (state.parent / f"twin-{port}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=clean, stdout=log, stderr=log)
    try:
        twin = TwinProcess(port)
        _wait_until_healthy(twin, process)
        yield twin
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait_until_healthy(twin: TwinProcess, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(150):
        assert process.poll() is None, "the twin ended at its start"
        try:
            if twin.call("GET", "/_twin/healthz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the twin did not come up")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
