"""What was installed last, so that a second start does no set-up again."""

import hashlib
from pathlib import Path

from _siyu import project


def fingerprint(*sources: Path) -> str:
    """A hash of the files and of the checkout's place, which environments have written in them."""
    digest = hashlib.sha256(str(project.ROOT).encode())
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()


def is_current(stamp: Path, value: str) -> bool:
    """Whether the stamp holds the value."""
    try:
        return stamp.read_text() == value
    except OSError:
        return False
