"""The unprivileged account PostgreSQL runs under when the command was started by root."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .console import stop

NAME = "siyu-pg"
HOME = Path("/var/lib/siyu")


@dataclass(frozen=True)
class Account:
    """A system user by number, in the shape `subprocess.Popen` takes."""

    uid: int
    gid: int

    def may_enter(self, path: Path) -> bool:
        """Whether the account can execute the file, or pass through the folder."""
        asked = subprocess.run(
            ["test", "-x", str(path)], user=self.uid, group=self.gid, extra_groups=[], check=False
        )
        return asked.returncode == 0


def service_account(cluster: Path) -> Account | None:
    """The account to switch to, made at first need; None when we are not root.

    A cluster that a user without root has made stays that user's.
    """
    if os.geteuid() != 0:
        return None
    if cluster.exists():
        owner = cluster.stat()
        return Account(owner.st_uid, owner.st_gid)
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        _create()
        entry = pwd.getpwnam(NAME)
    return Account(entry.pw_uid, entry.pw_gid)


def _create() -> None:
    useradd = shutil.which("useradd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if useradd is None:
        stop(
            "以 root 运行时需要 useradd 来建立数据库账号,请安装 passwd 软件包,或改用普通用户运行。"
        )
    command = [useradd, "--system", "--user-group", "--no-create-home"]
    command += ["--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", NAME]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        stop(f"无法建立数据库账号 {NAME}:{made.stderr.strip()}")
