"""The embedded Redis: a broker and a cache on loopback that may be lost at any time."""

import os
import secrets
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import processes, project
from .console import stop
from .datadir import DataFolder


@dataclass(frozen=True)
class Redis:
    """The Redis of one data folder."""

    data: DataFolder

    def url(self, port: int) -> str:
        """The address for REDIS_URL."""
        return f"redis://:{self._password()}@127.0.0.1:{port}/0"

    def running(self) -> tuple[int, int] | None:
        """Pid and port of the live server of this folder."""
        kept = self.data.read("services.json")
        pid, born, port = (kept.get(f"redis_{key}") for key in ("pid", "born", "port"))
        if pid is None or processes.started_at(pid) != born:
            return None
        return int(pid), int(str(port))

    def start(self) -> int:
        """Start the server; returns its port once it answers."""
        port = processes.free_port(self.data.read("services.json").get("redis_port"))
        with self.data.log("redis").open("ab") as log:
            server = subprocess.Popen(
                [str(_binary()), str(self._configuration(port))],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.data.root,
                start_new_session=True,
            )
        up = processes.wait_until(
            lambda: server.poll() is not None or processes.answers("127.0.0.1", port), 20
        )
        if not up or server.poll() is not None:
            processes.end(server.pid, signal.SIGTERM, 5)
            stop(f"Redis 没有启动,原因见日志 {self.data.log('redis')}")
        kept = self.data.read("services.json")
        kept |= {"redis_pid": server.pid, "redis_born": processes.started_at(server.pid)}
        self.data.write("services.json", kept | {"redis_port": port})
        return port

    def stop(self) -> None:
        """End the server of this folder, if there is one."""
        found = self.running()
        if found is not None:
            processes.end(found[0], signal.SIGTERM, 10)

    def _password(self) -> str:
        kept = self.data.read("secrets.json")
        if "redis_password" not in kept:
            kept["redis_password"] = secrets.token_urlsafe(24)
            self.data.write("secrets.json", kept)
        return str(kept["redis_password"])

    def _configuration(self, port: int) -> Path:
        folder = self.data.root / "redis"
        folder.mkdir(exist_ok=True)
        path = folder / "redis.conf"
        lines = ["bind 127.0.0.1", f"port {port}", f"requirepass {self._password()}"]
        lines += ['save ""', "appendonly no", f'dir "{folder}"', "maxmemory 512mb"]
        lines += ["maxmemory-policy noeviction"]
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write("\n".join(lines) + "\n")
        return path


def _binary() -> Path:
    binary = project.REDIS_SERVER
    if not binary.exists():
        stop("还没有安装内置的 Redis,请先运行 script/setup,或设置 REDIS_URL。")
    # Installers do not always keep the executable bit of a file that is package data.
    if not os.access(binary, os.X_OK):
        binary.chmod(binary.stat().st_mode | 0o111)
    return binary
