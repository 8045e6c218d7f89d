"""With the search path set only on a change of tenant, a rollback may not leave us elsewhere."""

from typing import Any, cast

import pytest
from django.db import connection, transaction

from core.context import schema
from members.models import Member
from org.models import OrgUnit
from tenants.context import elsewhere, entered
from tests.conftest import tenant_called
from tests.world import World

pytestmark = pytest.mark.django_db


def _schema() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return str(cursor.fetchone()[0])


def test_a_savepoint_that_rolls_back_takes_the_other_tenant_with_it() -> None:
    """The leak of django-tenants before 4.0.1: B's connection reading A's rows."""
    breeze = tenant_called("breeze")
    with entered(tenant_called("aurora")):
        with transaction.atomic():
            cast(Any, connection).set_tenant(breeze)
            assert _schema() == breeze.schema_name
            transaction.set_rollback(True)
        assert schema() == breeze.schema_name
        assert _schema() == breeze.schema_name
        assert OrgUnit.objects.get(kind="brand").name == "Breeze"


def test_coming_back_from_elsewhere_is_coming_back(world: World) -> None:
    here = _schema()
    for _ in range(3):
        with elsewhere():
            assert _schema() == "public"
        assert _schema() == here
        with entered(tenant_called("breeze")):
            assert Member.objects.count() == 0
        assert Member.objects.get() == world.eve


def test_the_path_is_set_once_for_many_statements() -> None:
    with connection.execute_wrapper(_count), entered(tenant_called("breeze")):
        for _ in range(5):
            Member.objects.count()
    assert seen.count("SET") <= 2
    assert seen.count("SELECT") >= 5


seen: list[str] = []


def _count(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
    seen.append(str(sql).split()[0])
    return execute(sql, params, many, context)
