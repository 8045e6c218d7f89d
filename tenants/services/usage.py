"""What each merchant uses of what its plan grants."""

import datetime as dt
from dataclasses import dataclass

from django.db import connection

from core import clock
from tenants.context import elsewhere, entered
from tenants.models import Tenant

WINDOW_DAYS = 30


@dataclass(frozen=True)
class Usage:
    """Counts now, and of the last 30 days where the name says so; limits are the plan's."""

    slug: str
    name: str
    plan: str
    members: int
    max_members: int
    guides: int
    max_guides: int
    orders_30d: int
    touches_30d: int
    callbacks_30d: int
    bytes: int

    @property
    def member_percent(self) -> int:
        return self.members * 100 // self.max_members if self.max_members else 0

    @property
    def guide_percent(self) -> int:
        return self.guides * 100 // self.max_guides if self.max_guides else 0


_COUNTS = """
SELECT (SELECT count(*) FROM members_member),
       (SELECT count(*) FROM org_staff WHERE role = 'guide' AND is_active),
       (SELECT count(*) FROM mall_order WHERE kind = 'sale' AND placed_at >= %(since)s),
       (SELECT count(*) FROM outreach_greeting WHERE sent_at >= %(since)s)
         + (SELECT count(*) FROM fact_touch WHERE sent_at >= %(since)s),
       (SELECT count(*) FROM core_inboxmessage WHERE received_at >= %(since)s),
       (SELECT coalesce(sum(pg_total_relation_size(oid)), 0) FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r')
"""


@elsewhere()
def list_usage(limit: int = 200) -> list[Usage]:
    """One query a merchant, on its own schema."""
    merchants = Tenant.objects.filter(kind=Tenant.Kind.MERCHANT)
    there = merchants.exclude(state__in=Tenant.WITHOUT_SCHEMA).select_related("plan")
    return [_usage(tenant) for tenant in there.order_by("pk")[:limit]]


def _usage(tenant: Tenant) -> Usage:
    since = clock.now() - dt.timedelta(days=WINDOW_DAYS)
    with entered(tenant), connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"since": since})
        members, guides, orders, touches, callbacks, size = cursor.fetchone()
    plan = tenant.plan
    return Usage(
        slug=tenant.slug,
        name=tenant.name,
        plan=plan.name if plan else "",
        members=members,
        max_members=plan.max_members if plan else 0,
        guides=guides,
        max_guides=plan.max_guides if plan else 0,
        orders_30d=orders,
        touches_30d=touches,
        callbacks_30d=callbacks,
        bytes=int(size),
    )
