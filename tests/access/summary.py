"""The closing line of the access matrix: how much was asked, and what leaked."""

from collections.abc import Iterable
from typing import Any


def access_line(reports: Iterable[Any]) -> str:
    """ "" where the matrix did not run; each report carries what `Runner.told` says."""
    told = [
        value
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == "access"
    ]
    if not told:
        return ""
    cells, hits = (sum(one[name] for one in told) for name in ("cells", "hits"))
    routes, roles, seeds = (
        {item for one in told for item in one[name]} for name in ("routes", "roles", "seeds")
    )
    return (
        f"access matrix: {cells:,} cells, {len(routes)} routes, {len(roles)} roles, "
        f"{hits} canary hits, seed {', '.join(map(str, sorted(seeds)))}"
    )
