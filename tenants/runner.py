"""Running jobs for a tenant, and finding the tenants that have work due."""

from dataclasses import dataclass

import structlog
from django.db import connection

from core import clock, jobs
from tenants.context import SchemaMismatch, TenantUnavailable, entered, find_ready, to_public
from tenants.models import Tenant

log = structlog.get_logger(__name__)


class JobRejected(Exception):
    """No body runs for a tenant that is absent, unknown or suspended."""


def run_due(schema_name: str, lane: str) -> int:
    """Run a tenant's due jobs of a lane; raises `JobRejected` before any body."""
    to_public()
    try:
        tenant = find_ready(schema_name)
        with entered(tenant), structlog.contextvars.bound_contextvars(tenant=tenant.slug):
            return jobs.run_due(lane)
    except (TenantUnavailable, SchemaMismatch) as error:
        log.warning("job_rejected", schema=schema_name, lane=lane)
        raise JobRejected(schema_name) from error
    finally:
        to_public()


@dataclass(frozen=True)
class DueLane:
    schema_name: str
    lane: str
    count: int
    oldest_seconds: float


def find_due(lanes: list[str], batch: int = 100) -> list[DueLane]:
    """Tenants with work due in `lanes`: one read-only UNION ALL for each `batch`."""
    to_public()
    names = list(
        Tenant.objects.filter(state=Tenant.State.READY)
        .order_by("pk")
        .values_list("schema_name", flat=True)
    )
    found: list[DueLane] = []
    for start in range(0, len(names), batch):
        found += _find_due_in(names[start : start + batch], lanes)
    return found


def _find_due_in(names: list[str], lanes: list[str]) -> list[DueLane]:
    part = (
        "SELECT '{0}' AS schema_name, lane, count(*), min(due_at) "
        'FROM "{0}".core_job WHERE lane = ANY (%(lanes)s) '
        "AND ((state = 'due' AND due_at <= %(now)s) "
        "OR (state = 'running' AND lease_until < %(real)s)) GROUP BY lane"
    )
    sql = " UNION ALL ".join(part.format(name) for name in names)
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(sql, {"lanes": lanes, "now": now, "real": clock.real_now()})
        rows = cursor.fetchall()
    return [
        DueLane(name, lane, count, (now - oldest).total_seconds())
        for name, lane, count, oldest in rows
    ]
