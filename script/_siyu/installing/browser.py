"""Chromium and a Chinese font from the system's packages, for the browser tests only."""

import os
import shutil
from pathlib import Path

from _siyu import project
from _siyu.console import say, step

from . import tools

_FONT = Path("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc")
_FAILED = project.BUILD / "browser-skipped"


def install(again: bool) -> None:
    """Install what is missing where we may; otherwise say which tests will be skipped."""
    packages = _missing()
    if not packages:
        _FAILED.unlink(missing_ok=True)
        return
    if not again and _FAILED.exists():
        return
    reason = _try(packages)
    if reason is not None:
        _FAILED.write_text(reason)
        say(f"· 跳过浏览器部件({'、'.join(packages)}):{reason};浏览器测试将被跳过。")


def _missing() -> list[str]:
    packages = []
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        packages.append("chromium")
    if not _FONT.exists():
        packages.append("fonts-wqy-zenhei")
    return packages


def _try(packages: list[str]) -> str | None:
    if not may_use_apt():
        return "不是 root 或不是 Debian,无法用 apt-get 安装"
    with step(f"安装系统软件包 {'、'.join(packages)}"):
        return apt_install(packages)


def may_use_apt() -> bool:
    """Whether we are root on a Debian (elsewhere chromium is a stub of another packager)."""
    try:
        release = Path("/etc/os-release").read_text().splitlines()
    except OSError:
        release = []
    return os.geteuid() == 0 and shutil.which("apt-get") is not None and "ID=debian" in release


def apt_install(packages: list[str]) -> str | None:
    """Install system packages quietly; None when it went well, else apt's last lines."""
    env = project.environment() | {"DEBIAN_FRONTEND": "noninteractive"}
    options = ["-qq", "-o", "DPkg::Lock::Timeout=180", "-o", "Acquire::http::Timeout=30"]
    options += ["-o", "Acquire::Retries=1", "-o", "APT::Update::Error-Mode=any"]
    complaint = tools.run(["apt-get", *options, "update"], env, 300)
    if complaint is not None:
        return f"apt 软件源不可用({complaint})"
    command = ["apt-get", *options, "install", "-y", "--no-install-recommends", *packages]
    return tools.run(command, env, 900)
