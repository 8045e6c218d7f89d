"""Taking a merchant's data off the machine, once its archive is proved.

Tables go a few at a time: one DROP SCHEMA of a large merchant would want more locks
than the server keeps (max_locks_per_transaction).
"""

import shutil

import redis
from django.conf import settings
from django.db import connection

from core.context import tkey
from tenants.archives.catalog import list_tables
from tenants.archives.writing import media_folder
from tenants.context import elsewhere, entered
from tenants.models import Tenant
from tenants.schema import drop_schema

AT_ONCE = 10


@elsewhere()
def drop_data(tenant: Tenant) -> None:
    """Tables, then the schema, then files and what Redis remembers; safe to repeat."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s)", [tenant.schema_name])
        there = cursor.fetchone()[0] is not None
    if there:
        with entered(tenant, check=False):
            _drop_tables()
            _forget()
        drop_schema(tenant.schema_name)
    shutil.rmtree(media_folder(tenant.schema_name), ignore_errors=True)


def _drop_tables() -> None:
    tables = list_tables()[::-1]
    for start in range(0, len(tables), AT_ONCE):
        with connection.cursor() as cursor:
            names = tables[start : start + AT_ONCE]
            quoted = ", ".join(connection.ops.quote_name(name) for name in names)
            cursor.execute(f"DROP TABLE IF EXISTS {quoted} CASCADE")


def _forget() -> None:
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=3) as link:
        for key in link.scan_iter(match=tkey("*"), count=500):
            link.delete(key)
