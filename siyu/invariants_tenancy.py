"""What must be true between merchants: nothing of one stands in, or opens, another.

These look at all merchants at once, so they run beside the invariants of each.
"""

import re
from collections.abc import Iterator, Sequence

import redis
from django.apps import apps
from django.conf import settings
from django.db import connection, models

from core.context import tkey
from core.invariants import Finding, count
from tenants.context import elsewhere, entered
from tenants.models import Domain, Tenant

CREDENTIALS = ("public_id", "token", "serial", "session_key", "callback_key", "notify_key")
"""Names of the columns that open something; `secret_hash` of an API key comes on top."""

KEYS_LOOKED_AT = 10_000


def nothing_of_another(tenants: Sequence[Tenant]) -> Finding:
    """T1: no row and no cached value of a merchant names another's schema or host."""
    examined, found = 0, list[str]()
    marks = _marks()
    for tenant in tenants:
        others = [mark for owner, mark in marks if owner != tenant.pk]
        if not others:
            continue
        with entered(tenant):
            for table, rows, strangers in _rows_with(others):
                examined += rows
                if strangers:
                    found.append(
                        f"{tenant.slug} 的表 {table} 有 {strangers} 行写着别的商家的地址或库名"
                    )
            for key, is_strange in _cached_with(others):
                examined += 1
                if is_strange:
                    found.append(f"{tenant.slug} 的缓存 {key} 写着别的商家的地址或库名")
    return examined, found


def credentials_open_one_door(tenants: Sequence[Tenant]) -> Finding:
    """T2: no token, session, key or public number of a merchant is also another's."""
    owners: dict[str, str] = {}
    examined, found = 0, list[str]()
    for tenant in tenants:
        with entered(tenant):
            for kind, value in _credentials():
                examined += 1
                former = owners.setdefault(value, tenant.slug)
                if former != tenant.slug:
                    found.append(f"{former} 和 {tenant.slug} 有相同的凭据（{kind}）")
    return examined, found


@elsewhere()
def _marks() -> list[tuple[int, str]]:
    """(tenant, text) of what names a merchant, wherever it turns up."""
    schemas = list(Tenant.objects.values_list("pk", "schema_name"))
    return schemas + list(Domain.objects.values_list("tenant_id", "domain"))


def _pattern(marks: Sequence[str]) -> str:
    """A mark counts where it begins: m.one.example is not one.example."""
    return "(^|[^a-z0-9._-])(" + "|".join(re.escape(mark) for mark in marks) + ")"


def _rows_with(marks: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    pattern = _pattern(marks)
    for table in _tables():
        name = connection.ops.quote_name(table)
        strangers = count(f"FROM {name} AS t WHERE t::text ~ %(pattern)s", {"pattern": pattern})
        yield table, count(f"FROM {name}"), strangers


def _cached_with(marks: Sequence[str]) -> Iterator[tuple[str, bool]]:
    pattern = re.compile(_pattern(marks).encode())
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=3) as link:
        for number, key in enumerate(link.scan_iter(match=tkey("*"), count=500)):
            if number >= KEYS_LOOKED_AT:
                return
            value = link.get(key) if link.type(key) == b"string" else None
            yield key.decode(), bool(pattern.search(value or b""))


def _tables() -> list[str]:
    return sorted({model._meta.db_table for model in _models()})


def _models() -> list[type[models.Model]]:
    shared = {"tenants"}
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label not in shared and model._meta.managed
    ]


def _credentials() -> Iterator[tuple[str, str]]:
    for model in _models():
        for field in model._meta.concrete_fields:
            if _opens(field):
                label = f"{model._meta.db_table}.{field.column}"
                for value in model._default_manager.values_list(field.name, flat=True):
                    yield label, f"{label}:{value}"


def _opens(field: "models.Field[object, object]") -> bool:
    if field.name == "secret_hash":
        return True
    return field.unique and field.name in CREDENTIALS
