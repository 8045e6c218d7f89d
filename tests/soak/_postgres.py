"""A PostgreSQL of a run's own, beside the one that DATABASE_URL names, to be torn down hard."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

from tests.soak._house import free_port, wait_for

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "max_locks_per_transaction": "256",
    "dynamic_shared_memory_type": "mmap",
}


@dataclass
class Cluster:
    """Durable as a real one: what was committed is there after a restart."""

    folder: Path
    binaries: Path
    identity: dict[str, Any]
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"postgresql://siyu@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = {**SETTINGS, "port": str(self.port)}
        command = [str(self.binaries / "postgres"), "-D", str(self.folder)]
        command += [part for pair in options.items() for part in ("-c", "=".join(pair))]
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self.identity
        )
        wait_for(self._answers, 60, "PostgreSQL")

    def restart_at_once(self) -> float:
        """As `pg_ctl -m immediate restart`: every backend dies where it stands."""
        began = time.monotonic()
        self.stop(signal.SIGQUIT)
        self.start()
        return time.monotonic() - began

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(timeout=60)

    def _answers(self) -> bool:
        try:
            psycopg2.connect(self.url, connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True


@contextmanager
def own_cluster() -> Iterator[Cluster]:
    """Made with the binaries, and under the account, of the server that is given to us."""
    binaries, beside, owner = _given()
    folder = Path(tempfile.mkdtemp(prefix="siyu-soak-", dir=beside))
    os.chown(folder, owner.st_uid, owner.st_gid)
    identity: dict[str, Any] = {"cwd": "/"}
    if os.geteuid() == 0:
        identity |= {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
    subprocess.run(
        [str(binaries / "initdb"), "-D", str(folder), "-U", "siyu", "-A", "trust", "-E", "UTF8"],
        check=True,
        capture_output=True,
        **identity,
    )
    cluster = Cluster(folder, binaries, identity, free_port())
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _given() -> tuple[Path, Path, os.stat_result]:
    link = psycopg2.connect(os.environ["DATABASE_URL"])
    try:
        with link.cursor() as cursor:
            cursor.execute("SHOW data_directory")
            data = Path(cursor.fetchone()[0])
            cursor.execute("SELECT setting FROM pg_config WHERE name = 'BINDIR'")
            binaries = Path(cursor.fetchone()[0])
    finally:
        link.close()
    return binaries, data.parent, data.stat()
