"""The data folder: one installation's database, twin state, secrets and logs."""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .console import stop

_MARKER = "siyu-data.json"
_LOG_LIMIT = 20 * 1024 * 1024


@dataclass(frozen=True)
class DataFolder:
    """An opened data folder; `instance` is random and new whenever the folder is emptied."""

    root: Path
    instance: str

    def log(self, name: str) -> Path:
        """The log file of a process; a file grown past 20 MiB moves to `.1` first."""
        path = self.root / "log" / f"{name}.log"
        path.parent.mkdir(exist_ok=True)
        if path.exists() and path.stat().st_size > _LOG_LIMIT:
            path.replace(path.with_suffix(".log.1"))
        return path

    def read(self, name: str) -> dict[str, Any]:
        """A JSON object kept in the folder; empty when there is none yet."""
        path = self.root / name
        try:
            found = json.loads(path.read_text())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            stop(f"数据文件夹 {self.root} 已损坏:{name} 无法读取;可用 --fresh 重新开始。")
        return dict(found)

    def write(self, name: str, value: dict[str, Any]) -> None:
        """Keep a JSON object, readable by this user only, replaced in one step."""
        _write(self.root / name, value)


def open_data(root: Path) -> DataFolder:
    """Open a data folder, making it when it is missing or empty."""
    root = root.resolve()
    try:
        root.mkdir(parents=True, exist_ok=True)
        names = {path.name for path in root.iterdir()}
    except OSError as error:
        stop(f"数据文件夹 {root} 无法使用:{error.strerror}。")
    if not os.access(root, os.W_OK | os.X_OK):
        stop(f"数据文件夹 {root} 不可写,请换一个文件夹或修改权限。")
    if _MARKER not in names:
        if names:
            stop(f"文件夹 {root} 里有别的文件,不是私域的数据文件夹,请用 --data 指定一个空文件夹。")
        _write(root / _MARKER, {"version": 1, "instance": secrets.token_hex(8)})
    marker = DataFolder(root, "").read(_MARKER)
    if not isinstance(marker.get("instance"), str):
        stop(f"数据文件夹 {root} 已损坏:{_MARKER} 不完整;请换一个文件夹。")
    return DataFolder(root, marker["instance"])


def empty(data: DataFolder) -> DataFolder:
    """Remove everything in the folder but its lock files and open it as new. Nothing may run."""
    for path in data.root.iterdir():
        if path.suffix == ".lock":
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    _write(data.root / _MARKER, {"version": 1, "instance": secrets.token_hex(8)})
    return open_data(data.root)


@contextmanager
def locked(path: Path, sentence: str | None) -> Iterator[None]:
    """Hold the lock file; when another holds it, stop with the sentence, or wait when None."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (fcntl.LOCK_NB if sentence else 0))
        except BlockingIOError:
            stop(str(sentence))
        yield


def _write(path: Path, value: dict[str, Any]) -> None:
    draft = path.with_suffix(".draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(value, file, indent=2)
    draft.replace(path)
