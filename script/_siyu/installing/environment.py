"""The Python environment `.venv`, from the hash-locked requirements."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from _siyu import project
from _siyu.console import step, stop

from . import browser, stamps, tools

_LOCK = project.REQUIREMENTS / "dev.txt"
_BOOT = project.REQUIREMENTS / "boot.txt"
_STAMP = project.ENVIRONMENT / "siyu-stamp"
_MISSING = (
    "缺少软件包 python3-venv:请让管理员运行 apt-get install python3-venv(或为本用户安装 uv)后再试。"
)


def install() -> None:
    """Make `.venv` hold exactly what requirements/dev.txt names."""
    wanted = stamps.fingerprint(_LOCK)
    if os.access(project.PYTHON, os.X_OK) and stamps.is_current(_STAMP, wanted):
        return
    if not _is_usable():
        _create()
    with step("安装 Python 依赖"):
        _fill()
    _STAMP.write_text(wanted)


def _is_usable() -> bool:
    """Whether what stands there can be filled; one made at another path cannot."""
    tells = "import sys; print(sys.prefix); sys.exit(sys.version_info < (3, 11))"
    try:
        asked = subprocess.run(
            [project.PYTHON, "-c", tells], capture_output=True, text=True, check=False
        )
    except OSError:
        return False
    return asked.returncode == 0 and asked.stdout.strip() == str(project.ENVIRONMENT)


def _create() -> None:
    shutil.rmtree(project.ENVIRONMENT, ignore_errors=True)
    with step("建立 Python 环境"):
        complaint = tools.run(_maker(), tools.environment())
    if complaint is not None:
        shutil.rmtree(project.ENVIRONMENT, ignore_errors=True)
        stop(f"无法建立 Python 环境:{complaint}")


def _maker() -> list[str]:
    """The command that makes an empty environment with what this machine has."""
    place = str(project.ENVIRONMENT)
    uv = shutil.which("uv")
    if uv:
        return [uv, "venv", "--quiet", "--python", sys.executable, place]
    if _has("ensurepip"):
        return [sys.executable, "-m", "venv", place]
    if _has("virtualenv"):
        return [sys.executable, "-m", "virtualenv", "--quiet", place]
    if browser.may_use_apt() and browser.apt_install(["python3-venv"]) is None:
        return [sys.executable, "-m", "venv", place]
    stop(_MISSING)


def _has(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _fill() -> None:
    env = tools.environment()
    _follow_pip(env)
    if not Path(_uv()).exists():
        complaint = _pip(_BOOT, env)
        if complaint is not None:
            stop(f"安装 uv 失败,请检查能否访问软件源:{complaint}")
    complaint = _run_uv("sync", _LOCK, env) and _pip(_LOCK, env)
    if complaint is not None:
        stop(f"安装 Python 依赖失败:{complaint}(详见 {project.BUILD / 'setup.log'})")


def add(lock: Path, *options: str) -> str | None:
    """Install one more lock; None when it went well, else the installer's last lines."""
    env = tools.environment()
    _follow_pip(env)
    # uv is quick, pip knows set-ups of proxies and certificates that uv does not.
    return _run_uv("install", lock, env, *options) and _pip(lock, env, *options)


def _uv() -> str:
    return shutil.which("uv") or str(project.ENVIRONMENT / "bin" / "uv")


def _run_uv(verb: str, lock: Path, env: dict[str, str], *options: str) -> str | None:
    command = [_uv(), "pip", verb, "--quiet", "--require-hashes", f"--python={project.PYTHON}"]
    return tools.run([*command, *options, *([] if verb == "sync" else ["-r"]), str(lock)], env)


def _pip(lock: Path, env: dict[str, str], *options: str) -> str | None:
    command = [str(project.PYTHON), "-m", "pip", "install", "--quiet", "--require-hashes"]
    return tools.run([*command, "--disable-pip-version-check", *options, "-r", str(lock)], env)


def _has_pip() -> bool:
    asked = subprocess.run([project.PYTHON, "-c", "import pip"], capture_output=True, check=False)
    return asked.returncode == 0


def _follow_pip(env: dict[str, str]) -> None:
    """Tell uv the index and certificate this machine has set for pip, which uv does not read."""
    if not _has_pip():
        return
    asked = subprocess.run(
        [project.PYTHON, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    for line in asked.stdout.splitlines():
        key, _, value = line.partition("=")
        option = key.rpartition(".")[2]
        if option == "index-url":
            env.setdefault("UV_DEFAULT_INDEX", value.strip("'"))
        if option == "cert":
            env.setdefault("SSL_CERT_FILE", value.strip("'"))
