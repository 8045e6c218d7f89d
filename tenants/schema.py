"""Making schemas: a template recorded from the migrations, replayed as one script.

The migrations of a kind of tenant run once in a scratch schema while their statements
are written down; replaying them is one round trip. Names in them are unqualified, so
the same text serves every schema, and identity columns stay inside CREATE TABLE, which
a schema-sharded database needs. A test compares a replayed schema with a migrated one.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from core.ids import random_text
from tenants.context import entered
from tenants.models import Tenant
from tenants.roles import grant_statements

Reporter = Callable[[str], None]


def silent(_: str) -> None:
    return


def app_labels(kind: str) -> list[str]:
    names = settings.PLATFORM_APPS if kind == "platform" else settings.TENANT_APPS
    return [config.label for config in apps.get_app_configs() if config.name in names]


def version_of(kind: str) -> str:
    """A hash of the leaf migrations of this kind: what `schema_version` is compared with."""
    loader = MigrationLoader(None)
    labels = set(app_labels(kind))
    leaves = sorted(key for key in loader.graph.leaf_nodes() if key[0] in labels)
    return hashlib.sha256(repr(leaves).encode()).hexdigest()[:32]


def _fingerprint(kind: str) -> str:
    """The version and the text of every migration, so an edited one rebuilds."""
    digest = hashlib.sha256(version_of(kind).encode())
    loader = MigrationLoader(None)
    labels = set(app_labels(kind))
    for key in sorted(loader.disk_migrations):
        if key[0] in labels:
            module = __import__(
                type(loader.disk_migrations[key]).__module__, fromlist=["Migration"]
            )
            digest.update(Path(str(module.__file__)).read_bytes())
    digest.update("\n".join(grant_statements()).encode())
    return digest.hexdigest()[:32]


def template_sql(kind: str) -> str:
    """The script that fills an empty schema of this kind, from the cache or made anew."""
    folder = Path(settings.SIYU_DATA_DIR) / "schema"
    path = folder / f"{kind}-{_fingerprint(kind)}.sql"
    if not path.exists():
        text = _record(kind)
        folder.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{random_text(40)}")
        draft.write_text(text)
        draft.rename(path)
    return path.read_text()


def _record(kind: str) -> str:
    scratch = Tenant(schema_name=f"t_scratch_{random_text(60)}", kind=kind)
    statements: list[str] = []

    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        text = str(sql)
        if not many and _changes(text):
            cursor = context["cursor"]
            made = cursor.mogrify(text, params) if params else text
            statements.append(made.decode() if isinstance(made, bytes) else made)
        return execute(sql, params, many, context)

    _create_schema(scratch.schema_name)
    try:
        with connection.execute_wrapper(note):
            migrate(scratch)
    finally:
        drop_schema(scratch.schema_name)
    return ";\n".join(line.rstrip("; \n") for line in statements) + ";\n"


def _changes(sql: str) -> bool:
    words = ("CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "COMMENT", "DO ")
    return sql.lstrip().upper().startswith(words)


def migrate(tenant: Tenant, report: Reporter = silent) -> None:
    """Run what migrations this schema still lacks, then the grants."""
    with entered(tenant, check=False):
        executor = MigrationExecutor(connection)
        labels = set(app_labels(tenant.kind))
        targets = [key for key in executor.loader.graph.leaf_nodes() if key[0] in labels]
        plan = executor.migration_plan(targets)
        if plan:
            report(f"{tenant.schema_name}: {len(plan)} 个迁移")
        executor.migrate(targets, plan)
        with connection.cursor() as cursor:
            for statement in grant_statements():
                cursor.execute(statement)


def _create_schema(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA IF NOT EXISTS "{name}"')


def create_schema(tenant: Tenant) -> None:
    """Make the schema and all its tables in one DDL transaction; safe to repeat."""
    script = template_sql(tenant.kind)
    with transaction.atomic():
        _create_schema(tenant.schema_name)
        with entered(tenant), connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s)", [f"{tenant.schema_name}.core_job"])
            if cursor.fetchone()[0] is None:
                cursor.cursor.execute(script)


def drop_schema(name: str) -> None:
    if not name.startswith("t_"):
        raise ValueError(f"not a tenant schema: {name}")
    cast(Any, connection).set_schema_to_public()
    with connection.cursor() as cursor:
        cursor.execute(f'DROP SCHEMA IF EXISTS "{name}" CASCADE')


def migrate_public(report: Reporter = silent) -> None:
    executor = MigrationExecutor(connection)
    labels = {
        config.label for config in apps.get_app_configs() if config.name in settings.SHARED_APPS
    }
    targets = [key for key in executor.loader.graph.leaf_nodes() if key[0] in labels]
    plan = executor.migration_plan(targets)
    if plan:
        report(f"公共库: {len(plan)} 个迁移")
    executor.migrate(targets, plan)


def migrate_all(report: Reporter = silent) -> int:
    """Bring every tenant to the current version; one query finds those that lag.

    Resumable: each tenant's version is written after its own migrations, so a killed
    run goes on with the first one not yet marked. Returns how many were migrated.
    """
    done = 0
    for kind in Tenant.Kind.values:
        version = version_of(kind)
        lagging = Tenant.objects.filter(kind=kind).exclude(schema_version=version)
        for tenant in lagging.exclude(state__in=Tenant.WITHOUT_SCHEMA).order_by("pk"):
            migrate(tenant, report)
            Tenant.objects.filter(pk=tenant.pk).update(schema_version=version)
            done += 1
    return done
