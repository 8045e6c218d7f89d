"""How a tenant is doing: size, people, orders, work waiting. Read one tenant at a time."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from core import clock
from core.errors import NotFound
from tenants.context import elsewhere
from tenants.models import Domain, Tenant
from tenants.schema import version_of


@dataclass(frozen=True)
class TenantReport:
    """Counts are of rows, `bytes` of tables and indexes, `lag` of the oldest due job."""

    slug: str
    name: str
    state: str
    state_name: str
    hosts: list[str]
    is_current: bool
    created_at: dt.datetime
    members: int = 0
    orders_yesterday: int = 0
    bytes: int = 0
    due: int = 0
    dead: int = 0
    lag: dt.timedelta = dt.timedelta(0)
    nightly_at: dt.datetime | None = None
    suspended_reason: str = ""
    archive: str = ""
    archived_at: dt.datetime | None = None


@elsewhere()
def list_tenant_reports(limit: int = 200) -> list[TenantReport]:
    tenants = Tenant.objects.filter(kind=Tenant.Kind.MERCHANT).order_by("pk")
    return [_report(tenant) for tenant in tenants.prefetch_related("domains")[:limit]]


@elsewhere()
def report_tenant(slug: str) -> TenantReport:
    tenants = Tenant.objects.filter(slug=slug, kind=Tenant.Kind.MERCHANT)
    tenant = tenants.prefetch_related("domains").first()
    if tenant is None:
        raise NotFound
    return _report(tenant)


def _report(tenant: Tenant) -> TenantReport:
    return TenantReport(
        slug=tenant.slug,
        name=tenant.name,
        state=tenant.state,
        state_name=tenant.get_state_display(),
        hosts=[_shown(domain) for domain in tenant.domains.all()],
        is_current=tenant.schema_version == version_of(tenant.kind),
        created_at=tenant.created_at,
        suspended_reason=tenant.suspended_reason,
        archive=tenant.archive,
        archived_at=tenant.archived_at,
        **(_figures(tenant.schema_name) if tenant.state not in Tenant.WITHOUT_SCHEMA else {}),
    )


def _shown(domain: Domain) -> str:
    words = "" if domain.is_primary else "，旧，转到新站点"
    return f"{domain.domain}（{domain.get_surface_display()}{words}）"


_FIGURES = """
SELECT (SELECT count(*) FROM "{0}".members_member),
       (SELECT count(*) FROM "{0}".mall_order
        WHERE kind = 'sale' AND placed_at >= %(from)s AND placed_at < %(to)s),
       (SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c
        WHERE c.relnamespace = %(schema)s::regnamespace AND c.relkind = 'r'),
       (SELECT count(*) FROM "{0}".core_job WHERE state = 'due' AND due_at <= %(now)s),
       (SELECT count(*) FROM "{0}".core_job WHERE state = 'dead'),
       (SELECT min(due_at) FROM "{0}".core_job WHERE state = 'due' AND due_at <= %(now)s),
       (SELECT max(finished_at) FROM "{0}".analytics_nightlyrun)
"""


def _figures(schema: str) -> dict[str, Any]:
    now, today = clock.now(), clock.day_start(clock.today())
    parameters: dict[str, Any] = {
        "schema": schema,
        "now": now,
        "from": today - dt.timedelta(days=1),
        "to": today,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES.format(schema), parameters)
        members, orders, size, due, dead, oldest, nightly = cursor.fetchone()
    return {
        "members": members,
        "orders_yesterday": orders,
        "bytes": int(size),
        "due": due,
        "dead": dead,
        "lag": now - oldest if oldest else dt.timedelta(0),
        "nightly_at": nightly,
    }


def staff_url(slug: str) -> str:
    """Where a merchant's people log in."""
    with elsewhere():
        theirs = Domain.objects.filter(tenant__slug=slug, surface=Domain.Surface.STAFF)
        host = theirs.order_by("-is_primary").values_list("domain", flat=True).first()
    port = "" if settings.SIYU_PORT in (80, 443) else f":{settings.SIYU_PORT}"
    return f"http://{host or f'{slug}.{settings.SIYU_BASE_DOMAIN}'}{port}/login"
