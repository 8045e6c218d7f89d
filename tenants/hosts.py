"""Host names to tenants, cached in the process for a second or two.

A change of state or of a name is seen by every process within `TTL` seconds, and at
once by the process that made it.
"""

import time
from dataclasses import dataclass

from tenants.context import to_public
from tenants.models import Domain, Tenant

TTL = 2.0


@dataclass(frozen=True)
class Found:
    """`leads_to` is the host name that took this one's place, "" where none did."""

    tenant: Tenant
    surface: str
    leads_to: str = ""


_cache: dict[str, tuple[float, Found | None]] = {}


def forget() -> None:
    _cache.clear()


def find_host(host: str) -> Found | None:
    """The tenant and surface of a host name without its port."""
    known = _cache.get(host)
    if known and time.monotonic() - known[0] < TTL:
        return known[1]
    to_public()
    row = Domain.objects.select_related("tenant").filter(domain=host).first()
    found = Found(row.tenant, row.surface, _successor(row)) if row else None
    if len(_cache) > 10_000:
        _cache.clear()
    _cache[host] = (time.monotonic(), found)
    return found


def _successor(row: Domain) -> str:
    if row.is_primary:
        return ""
    theirs = Domain.objects.filter(tenant=row.tenant, surface=row.surface, is_primary=True)
    return theirs.values_list("domain", flat=True).first() or ""
