"""A twin in a process of its own, a corp of it, and a product to call back."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

ROOT = Path(__file__).parents[2]
KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
# httpx builds a TLS context for each call of its module functions.
http = httpx.Client(verify=False, trust_env=False, timeout=10.0)
TOKEN = "QDG6eK"
CORP = {"corp_id": "wwaurora0000000001", "name": "Aurora", "agent_id": 1000002, "secret": "s3cr3t"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class TwinProcess:
    """The running twin; ``base`` is its address."""

    state: Path
    port: int
    product_port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "twin", "--port", str(self.port)]
        command += ["--state", str(self.state)]
        command += ["--map", f"*.localhost=127.0.0.1:{self.product_port}"]
        self.process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": ""})
        for _ in range(200):
            try:
                http.get(f"{self.base}/_twin/healthz", timeout=1.0).raise_for_status()
                return
            except httpx.HTTPError:
                time.sleep(0.05)
        raise RuntimeError("the twin did not start")

    def stop(self, number: int = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(10)

    def admin(self, method: str, path: str, **body: Any) -> Any:
        """Call ``/_twin/PATH`` and return its JSON; the body is the query of a GET."""
        address = f"{self.base}/_twin/{path}"
        sent = {"params": body} if method == "GET" else {"json": body}
        response = http.request(method, address, **sent)
        assert response.status_code == 200, response.text
        return response.json()

    def log(self, kind: str) -> list[dict[str, Any]]:
        return [row["data"] for row in self.admin("GET", "log", kind=kind)["log"]]


@dataclass
class Product:
    """A product's callback endpoint: keeps what comes, answers as told."""

    port: int
    requests: list[dict[str, Any]] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)
    echo: Any = None

    def wait(self, count: int, seconds: float = 30.0) -> list[dict[str, Any]]:
        """The requests, once there are ``count`` of them."""
        for _ in range(int(seconds / 0.02)):
            if len(self.requests) >= count:
                break
            time.sleep(0.02)
        assert len(self.requests) >= count, f"{len(self.requests)} of {count} requests came"
        return self.requests


def serve(product: Product) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            product.requests.append(self._seen(body))
            answer = product.answers.pop(0) if product.answers else 200
            if answer == "hang up":
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            if isinstance(answer, dict):
                self._answer(200, json.dumps(answer).encode())
                return
            self._answer(answer, b"")

        def do_GET(self) -> None:
            seen = self._seen(b"")
            product.requests.append(seen)
            self._answer(200, product.echo(seen) if product.echo else b"")

        def _seen(self, body: bytes) -> dict[str, Any]:
            parts = urlsplit(self.path)
            query = {k: v[0] for k, v in parse_qs(parts.query).items()}
            headers = {k.lower(): v for k, v in self.headers.items()}
            return {"path": parts.path, "query": query, "headers": headers, "body": body}

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            return

    return ThreadingHTTPServer(("127.0.0.1", product.port), Handler)


@dataclass
class Corp:
    """Aurora's corp with guides cai and dee, and its access token."""

    twin: TwinProcess
    token: str = ""

    def fetch_token(self) -> dict[str, Any]:
        query = {"corpid": CORP["corp_id"], "corpsecret": CORP["secret"]}
        return http.get(f"{self.twin.base}/cgi-bin/gettoken", params=query).json()

    def get(self, api: str, **query: Any) -> dict[str, Any]:
        address = f"{self.twin.base}/cgi-bin/{api}"
        return http.get(address, params={"access_token": self.token, **query}).json()

    def post(self, api: str, **body: Any) -> dict[str, Any]:
        address = f"{self.twin.base}/cgi-bin/{api}"
        return http.post(address, params={"access_token": self.token}, json=body).json()

    def customer(self, name: str = "小林", **how: Any) -> dict[str, Any]:
        """A new person who has added a guide."""
        person = self.twin.admin("POST", "people", name=name)
        wanted = how or {"corp_id": CORP["corp_id"], "userid": "cai"}
        return {**person, **self.twin.admin("POST", "act/add", person=person["person"], **wanted)}


def browser(twin: TwinProcess, who: str = "") -> httpx.Client:
    """A browser on the twin that follows no redirect, held by a person or a member."""
    made = httpx.Client(base_url=twin.base, verify=False, trust_env=False)
    if who:
        assert made.post(f"/phone/be/{who}").status_code == 303
    return made
