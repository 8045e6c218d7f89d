"""The shape of a tenant's schema."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from tenants.context import entered
from tenants.models import Tenant
from tenants.roles import ROLE
from tenants.schema import create_schema, drop_schema, migrate
from tests.conftest import take_role

MAX_TABLES, MAX_INDEXES = 120, 400


def _rows(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


_CATALOG = {
    "columns": """SELECT table_name, column_name, data_type, is_nullable,
        character_maximum_length, is_identity FROM information_schema.columns
        WHERE table_schema = %s ORDER BY 1, 2""",
    "constraints": """SELECT c.relname, n.conname, pg_get_constraintdef(n.oid)
        FROM pg_constraint n JOIN pg_class c ON c.oid = n.conrelid
        WHERE n.connamespace = %s::regnamespace ORDER BY 1, 2, 3""",
    "indexes": """SELECT tablename, indexname, replace(indexdef, schemaname || '.', '')
        FROM pg_indexes WHERE schemaname = %s ORDER BY 1, 2""",
    "rights": """SELECT table_name, privilege_type FROM information_schema.role_table_grants
        WHERE grantee = 'siyu_app' AND table_schema = %s ORDER BY 1, 2""",
    "views": """SELECT viewname, replace(definition, schemaname || '.', '')
        FROM pg_views WHERE schemaname = %s ORDER BY 1""",
    "migrations": """SELECT relname FROM pg_class WHERE relkind = 'S'
        AND relnamespace = %s::regnamespace ORDER BY 1""",
}


def _catalog(schema: str) -> dict[str, list[tuple[Any, ...]]]:
    return {
        name: [
            tuple(str(cell).replace(schema, "SCHEMA") for cell in row) for row in _rows(sql, schema)
        ]
        for name, sql in _CATALOG.items()
    }


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["merchant", "platform"])
def test_a_schema_from_the_template_equals_a_migrated_one(
    kind: str, django_db_setup: None, django_db_blocker: Any
) -> None:
    with django_db_blocker.unblock():
        take_role("")
        made = Tenant(schema_name="t_from_template", kind=kind)
        grown = Tenant(schema_name="t_from_migrations", kind=kind)
        try:
            create_schema(made)
            with connection.cursor() as cursor:
                cursor.execute('CREATE SCHEMA "t_from_migrations"')
            migrate(grown)
            with entered(made):
                applied = _rows("SELECT app, name FROM django_migrations ORDER BY 1, 2")
            with entered(grown):
                assert applied == _rows("SELECT app, name FROM django_migrations ORDER BY 1, 2")
            assert len(applied) > 3
            left, right = _catalog(made.schema_name), _catalog(grown.schema_name)
            assert len(left["columns"]) > 50
            for part in _CATALOG:
                assert left[part] == right[part], part
        finally:
            drop_schema(made.schema_name)
            drop_schema(grown.schema_name)
            take_role(ROLE)


@pytest.mark.django_db
def test_a_tenant_stays_within_its_budget_of_tables_and_indexes(
    aurora: Tenant, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = _rows("SELECT count(*) FROM pg_tables WHERE schemaname = %s", aurora.schema_name)
    indexes = _rows("SELECT count(*) FROM pg_indexes WHERE schemaname = %s", aurora.schema_name)
    with capsys.disabled():
        print(f"\n每个商家 {tables[0][0]} 张表、{indexes[0][0]} 个索引")
    assert 40 < tables[0][0] <= MAX_TABLES
    assert 40 < indexes[0][0] <= MAX_INDEXES


@pytest.mark.django_db
def test_public_holds_the_tenants_and_nothing_else() -> None:
    names = {row[0] for row in _rows("SELECT tablename FROM pg_tables WHERE schemaname='public'")}
    assert names == {
        "django_migrations",
        "tenants_clockoffset",
        "tenants_domain",
        "tenants_plan",
        "tenants_tenant",
    }


@pytest.mark.django_db
def test_no_foreign_key_leaves_the_schema_and_none_is_deferred(aurora: Tenant) -> None:
    keys = _rows(
        """SELECT n.conname, f.relnamespace = n.connamespace, n.condeferrable
           FROM pg_constraint n JOIN pg_class f ON f.oid = n.confrelid
           WHERE n.contype = 'f' AND n.connamespace = %s::regnamespace""",
        aurora.schema_name,
    )
    assert len(keys) > 40
    assert [key for key in keys if not key[1] or key[2]] == []


@pytest.mark.django_db
def test_there_is_no_trigger_and_no_materialised_view() -> None:
    triggers = _rows("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
    assert triggers == []
    assert _rows("SELECT matviewname FROM pg_matviews") == []


def test_constraint_names_are_short_enough_for_a_shard() -> None:
    names = [
        constraint.name
        for model in apps.get_models()
        for constraint in (*model._meta.constraints, *model._meta.indexes)
    ]
    assert len(names) > 30
    assert [name for name in names if len(name) > 50] == []


@pytest.mark.django_db
def test_no_model_lives_in_two_places(settings: Any) -> None:
    assert set(settings.SHARED_APPS) & set(settings.TENANT_APPS) == set()
