"""Running other people's installers: quiet, bounded in time, their last words kept."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from _siyu import project

_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def run(command: Sequence[str], env: Mapping[str, str], seconds: float = 1200) -> str | None:
    """Run a command in the checkout; None when it went well, else its last lines."""
    with (project.BUILD / "setup.log").open("a+b") as log:
        begin = log.seek(0, os.SEEK_END)
        try:
            code = subprocess.run(
                [*command],
                cwd=project.ROOT,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                timeout=seconds,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            return f"超过 {seconds:.0f} 秒没有完成"
        except OSError as error:
            return f"无法运行 {command[0]}:{error.strerror}"
        log.seek(begin)
        lines = log.read().decode(errors="replace").split("\n")
    said = [line.strip() for line in lines if line.strip()]
    return None if code == 0 else " / ".join(said[-3:]) or f"退出码 {code}"


def environment() -> dict[str, str]:
    """The environment for installers: the machine's certificates, a cache that can be written."""
    env = project.environment()
    if _CERTIFICATES.exists():
        env.setdefault("NODE_EXTRA_CA_CERTS", str(_CERTIFICATES))
        env.setdefault("UV_SYSTEM_CERTS", "1")
    home = env.get("HOME", "")
    if not home or not os.access(home, os.W_OK):
        env["UV_CACHE_DIR"] = str(project.BUILD / "cache" / "uv")
        env["npm_config_cache"] = str(project.BUILD / "cache" / "npm")
        env["PIP_CACHE_DIR"] = str(project.BUILD / "cache" / "pip")
    return env
