"""Entering a tenant: explicit, asserted, and undone."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.db import connection

from core.context import SchemaMismatch, assert_schema
from core.errors import Refusal
from tenants.models import Tenant

__all__ = [
    "SchemaMismatch",
    "TenantUnavailable",
    "assert_schema",
    "elsewhere",
    "entered",
    "find_ready",
    "to_public",
]


class TenantUnavailable(Refusal):
    """No such tenant, or one that may not run now."""

    code = "tenant_unavailable"
    message = "商家不存在或已停用"
    status = 503


def to_public() -> None:
    cast(Any, connection).set_schema_to_public()


@contextmanager
def elsewhere() -> Iterator[None]:
    """Work on public for a while, then go back to where the connection was."""
    wrapper = cast(Any, connection)
    former = wrapper.tenant
    wrapper.set_schema_to_public()
    try:
        yield
    finally:
        wrapper.set_tenant(former)


@contextmanager
def entered(tenant: Tenant, *, check: bool = True) -> Iterator[Tenant]:
    """Run the block on the tenant's schema, then go back to where we were."""
    wrapper = cast(Any, connection)
    former = wrapper.tenant
    wrapper.set_tenant(tenant)
    try:
        if check:
            assert_schema(tenant.schema_name)
        yield tenant
    finally:
        wrapper.set_tenant(former)


def find_ready(schema_name: str) -> Tenant:
    """The tenant of a job's header, ready to run; raises `TenantUnavailable`."""
    tenant = Tenant.objects.filter(schema_name=schema_name).first()
    if tenant is None or tenant.state != Tenant.State.READY:
        raise TenantUnavailable
    return tenant
