"""The parts of script/setup; each does nothing when its lock is already installed."""

import fcntl

from _siyu import project
from _siyu.console import say

from . import browser, embedded, environment, frontend


def install(with_browser: bool, again: bool = False) -> None:
    """Bring the checkout to the state its locks describe.

    `with_browser` adds what the browser tests need; `again` retries parts that failed before.
    """
    project.BUILD.mkdir(exist_ok=True)
    with (project.BUILD / "setup.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("· 另一个命令正在安装,等它完成 …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        environment.install()
        embedded.install()
        frontend.install()
        if with_browser:
            browser.install(again)


def install_runtime() -> None:
    """What a machine needs that brings its own PostgreSQL and Redis, and no browser."""
    project.BUILD.mkdir(exist_ok=True)
    environment.install()
    frontend.install()
