"""PostgreSQL and Redis for whoever needs them: started by the first, stopped by the last.

Every user of a data folder's services holds a shared lock on `users.lock`, so a process that is
killed stops counting by itself. Starting and stopping happen under `services.lock`.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO
from urllib.parse import urlsplit

from . import processes
from .console import step, stop
from .datadir import DataFolder, locked
from .postgres import Postgres, postgres
from .redis import Redis

_PINNED = "services.pinned"


@contextmanager
def in_use(data: DataFolder, durable: bool = True) -> Iterator[dict[str, str]]:
    """The variables DATABASE_URL and REDIS_URL of running services, kept running meanwhile."""
    with (data.root / "users.lock").open("a") as users:
        with locked(data.root / "services.lock", None):
            fcntl.flock(users, fcntl.LOCK_SH)
            try:
                addresses = _ensure(data, durable)
            except BaseException:
                _leave(data, users)
                raise
        try:
            yield addresses
        finally:
            with locked(data.root / "services.lock", None):
                _leave(data, users)


def are_running(data: DataFolder) -> bool:
    """Whether every embedded service this environment needs is up."""
    has_database = os.environ.get("DATABASE_URL") or postgres(data).running()
    return bool(has_database and (os.environ.get("REDIS_URL") or Redis(data).running()))


def pin(data: DataFolder, *, pinned: bool) -> None:
    """Keep the services up when their last user leaves, or no longer."""
    path = data.root / _PINNED
    if pinned:
        path.touch()
    else:
        path.unlink(missing_ok=True)


@contextmanager
def stopped(data: DataFolder) -> Iterator[None]:
    """Nothing runs on the folder meanwhile; refused while another command uses its services."""
    with (data.root / "users.lock").open("a") as users, locked(data.root / "services.lock", None):
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stop(f"数据文件夹 {data.root} 正被另一个命令使用,不能清空。")
        Redis(data).stop()
        postgres(data).stop()
        yield


def revive(data: DataFolder) -> None:
    """Start an embedded service again that has died; call while using them."""
    if are_running(data):
        return
    with locked(data.root / "services.lock", None):
        if not os.environ.get("DATABASE_URL"):
            _embedded_postgres(postgres(data), durable=True)
        if not os.environ.get("REDIS_URL"):
            _embedded_redis(Redis(data))


def _ensure(data: DataFolder, durable: bool) -> dict[str, str]:
    found = {name: os.environ.get(name, "") for name in ("DATABASE_URL", "REDIS_URL")}
    for name, url in found.items():
        if url:
            _refuse_unreachable(name, url)
    if not found["DATABASE_URL"]:
        found["DATABASE_URL"] = _embedded_postgres(postgres(data), durable)
    if not found["REDIS_URL"]:
        found["REDIS_URL"] = _embedded_redis(Redis(data))
    return found


def _embedded_postgres(server: Postgres, durable: bool) -> str:
    running = server.running()
    if running is not None:
        return server.url(running[1])
    with step("启动数据库 PostgreSQL"):
        port = server.start(durable)
    kept = server.data.read("services.json")
    server.data.write("services.json", kept | {"postgres_port": port})
    return server.url(port)


def _embedded_redis(server: Redis) -> str:
    running = server.running()
    if running is not None:
        return server.url(running[1])
    with step("启动 Redis"):
        return server.url(server.start())


def _refuse_unreachable(name: str, url: str) -> None:
    parts = urlsplit(url)
    port = parts.port or (5432 if name == "DATABASE_URL" else 6379)
    if parts.hostname and not processes.answers(parts.hostname, port):
        stop(f"{name} 指向的 {parts.hostname}:{port} 无法连接,请检查该服务是否在运行。")


def _leave(data: DataFolder, users: TextIO) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    if not (data.root / _PINNED).exists():
        if not os.environ.get("REDIS_URL"):
            Redis(data).stop()
        if not os.environ.get("DATABASE_URL"):
            postgres(data).stop()
