"""What the merchant's own pages know of a demonstration: whether this is one, and its wipe."""

from typing import Any, cast

from django.db import connection

from core.models import LongTask
from org.contracts import DemoRows
from tenants.models import Tenant
from tenants.services import describe_demo, order_wipe


class DemoHouse:
    """Fills `org.contracts.Demonstration`."""

    def describe(self) -> DemoRows | None:
        tenant = _present()
        if not tenant.is_demo:
            return None
        facts = describe_demo(tenant.slug)
        return DemoRows(facts.name, facts.counts, facts.bytes)

    def order_wipe(self) -> LongTask:
        return order_wipe(slug=_present().slug)


def _present() -> Tenant:
    return cast(Tenant, cast(Any, connection).tenant)
