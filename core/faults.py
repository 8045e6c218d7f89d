"""Named points at which a fault run kills the process (`CRASH_AT=name:n`).

Outside of a fault run this costs one look into an empty mapping.
"""

import os
import signal

_hits: dict[str, int] = {}


def _target() -> tuple[str, int] | None:
    spec = os.environ.get("CRASH_AT", "")
    if not spec:
        return None
    name, _, count = spec.partition(":")
    return name, int(count or 1)


_crash_at = _target()


def point(name: str) -> None:
    """Die here with SIGKILL when this is the n-th passing of the chosen point."""
    if _crash_at is None or _crash_at[0] != name:
        return
    _hits[name] = _hits.get(name, 0) + 1
    if _hits[name] == _crash_at[1]:
        os.kill(os.getpid(), signal.SIGKILL)
