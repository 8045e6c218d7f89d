"""A whole house for an endurance run: database, twin, web, scheduler and workers of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import redis

from tests.twin_process import BASES, ROOT, TwinProcess, free_port, running_twin

START_SECONDS = 180.0
REDIS_DATABASE = "/13"
"""Ours alone on whatever Redis we are given: it is wiped in the middle of a run."""


@dataclass
class House:
    """What runs, and how to reach it."""

    env: dict[str, str]
    folder: Path
    twin: TwinProcess
    tenant: str = ""
    corp_id: str = ""
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def manage(self, *arguments: str) -> dict[str, Any]:
        """One of the product's own commands; the object on its last line."""
        command = [sys.executable, "manage.py", *arguments, "--json"]
        done = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{arguments[0]}: {done.stderr.strip()[-2000:]}")
        return dict(json.loads(done.stdout.strip().splitlines()[-1]))

    def start(self, name: str, *command: str, **env: str) -> "subprocess.Popen[bytes]":
        """A process of the product under its working role, its output in NAME.log."""
        with self.log(name).open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env={**self.env, "SIYU_DB_ROLE": "siyu_app", **env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.processes.append(process)
        return process

    def worker(self, name: str, queues: str, **env: str) -> "subprocess.Popen[bytes]":
        """A Celery worker in a single process: what kills it kills the worker."""
        options = ("-Q", queues, "--pool", "solo", "-n", f"{name}@%h", "-l", "INFO")
        quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
        return self.start(
            name, "-m", "celery", "-A", "siyu.worker", "worker", *options, *quiet, **env
        )

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def await_line(self, name: str, words: str) -> None:
        try:
            wait_for(lambda: words in self.said(name), START_SECONDS, name)
        except TimeoutError:
            print(self.said(name)[-3000:])
            raise

    def said(self, name: str) -> str:
        return self.log(name).read_text(errors="replace")

    def wipe_redis(self) -> None:
        """Everything the broker, the limiter and the caches knew is gone."""
        link = redis.Redis.from_url(self.env["REDIS_URL"])
        link.flushdb()
        link.close()

    def select(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows from the tenant's schema."""
        link = psycopg2.connect(self.env["DATABASE_URL"])
        try:
            with link.cursor() as cursor:
                cursor.execute(
                    "SELECT schema_name FROM tenants_tenant WHERE slug = %s", [self.tenant]
                )
                cursor.execute(f'SET search_path = "{cursor.fetchone()[0]}"')
                cursor.execute(sql)
                return cursor.fetchall()
        finally:
            link.close()

    def log_of(self, kind: str) -> list[dict[str, Any]]:
        """What the twin wrote down under a kind, oldest first."""
        entries = self.twin.get("log", kind=kind, limit=100_000)["log"]
        return [dict(entry["data"]) for entry in entries]

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in self.processes:
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def open_house() -> Iterator[House]:
    """Everything up, one merchant connected, two guides on duty; gone afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="siyu-soak-")))
        url = stack.enter_context(own_database())
        twin = stack.enter_context(running_twin(folder / "twin"))
        port = free_port()
        env = {
            **os.environ,
            "DATABASE_URL": url,
            "REDIS_URL": redis_of_ours(),
            "SIYU_ENV": "test",
            "SIYU_BASE_DOMAIN": "localhost",
            "SIYU_PORT": str(port),
            "SIYU_DB_ROLE": "",
            "SIYU_DATA_DIR": str(folder),
            "PYTHONUNBUFFERED": "1",
            "SIYU_LOG_LEVEL": "INFO",
            **dict.fromkeys(BASES, twin.base),
        }
        house = House(env, folder, twin)
        stack.callback(house.end)
        house.wipe_redis()
        stack.callback(house.wipe_redis)
        _furnish(house, port)
        yield house


def redis_of_ours() -> str:
    return urlunsplit(urlsplit(os.environ["REDIS_URL"])._replace(path=REDIS_DATABASE))


def wait_for(is_true: Callable[[], bool], seconds: float, what: str) -> None:
    """Look until it is so; raises `TimeoutError`."""
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.1)


def _furnish(house: House, port: int) -> None:
    house.manage("prepare", "--no-demo")
    house.tenant = house.manage("provision_tenant", "--name", "极光", "--slug", "soak")["tenant"]
    (code,) = house.select("SELECT code FROM org_orgunit WHERE kind = 'brand'")[0]
    house.start(
        "web",
        *("-m", "granian", "--interface", "wsgi", "--no-ws", "--host", "127.0.0.1"),
        *("--port", str(port), "--workers", "1", "--blocking-threads", "4"),
        "siyu.wsgi:application",
    )
    house.start("scheduler", "manage.py", "scheduler")
    for userid in ("wx_cai", "wx_dee"):
        house.manage(
            *("create_staff", "--tenant", house.tenant, "--username", userid, "--name", userid),
            *("--role", "guide", "--unit", code, "--wecom-userid", userid),
        )
    _connect(house, port)


def _connect(house: House, port: int) -> None:
    house.corp_id = "wwsoak0000000001"
    secret, token, aes_key = "s0ak", "t0ken", "k" * 43
    house.twin.post(
        "settings",
        hostmap={"*.localhost": f"127.0.0.1:{port}"},
        callback_verify_timeout=20.0,  # the first page of a cold process is slow
    )
    house.twin.post("corps", corp_id=house.corp_id, name="极光", agent_id=1000002, secret=secret)
    for userid in ("wx_cai", "wx_dee"):
        house.twin.post(f"corps/{house.corp_id}/members", userid=userid, name=userid)
    connected = house.manage(
        *("connect_wecom", "--tenant", house.tenant, "--corp-id", house.corp_id),
        *("--agent-id", "1000002", "--secret", secret, "--token", token, "--aes-key", aes_key),
    )
    house.await_line("scheduler", "scheduler ready")
    wait_for(lambda: listens(port), START_SECONDS, "web")
    verified = house.twin.post(
        f"corps/{house.corp_id}/callback",
        url=connected["callback_url"],
        token=token,
        aes_key=aes_key,
    )
    if not verified.get("ok"):
        raise RuntimeError(f"callback: {verified}")


@contextmanager
def own_database() -> Iterator[str]:
    """A database of this run only, on the server that DATABASE_URL names."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    name = f"siyu_soak_{os.getpid()}"
    _admin(f'CREATE DATABASE "{name}"')
    try:
        yield urlunsplit(parts._replace(path=f"/{name}"))
    finally:
        _admin(f'DROP DATABASE "{name}" WITH (FORCE)')


def _admin(statement: str) -> None:
    link = psycopg2.connect(
        urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres"))
    )
    link.autocommit = True
    try:
        with link.cursor() as cursor:
            cursor.execute(statement)
    finally:
        link.close()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
