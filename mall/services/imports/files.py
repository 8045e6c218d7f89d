"""What is asked of a file before it is read: is it the same one, how long is it."""

import hashlib
from pathlib import Path

import pyarrow.parquet as pq

BLOCK = 1 << 20


def digest_of(*paths: Path | None) -> str:
    """SHA-256 over the files' bytes: a resumed import must meet the very same rows."""
    digest = hashlib.sha256()
    for path in paths:
        if path is not None:
            with path.open("rb") as handle:
                for block in iter(lambda: handle.read(BLOCK), b""):
                    digest.update(block)
            digest.update(b"\0")
    return digest.hexdigest()


def estimate_rows(path: Path, kind: str) -> int | None:
    """Rows of the file with its header, for a progress bar; None where it is not cheap.

    A line break inside a CSV cell counts as a row, so the bar may end early.
    """
    if kind == "parquet":
        return pq.read_metadata(path).num_rows + 1
    if kind == "csv":
        with path.open("rb") as handle:
            return sum(block.count(b"\n") for block in iter(lambda: handle.read(BLOCK), b""))
    return None
