"""A database with two merchants, made once for each worker; then plain transactions."""

import os
import uuid
from collections.abc import Callable, Iterator
from typing import Any, cast

import psycopg2
import pytest
from django.conf import settings
from django.db import connection, connections

from core import clock
from tenants import hosts
from tenants.context import entered, to_public
from tenants.models import Tenant
from tenants.roles import ROLE, ensure_role
from tenants.schema import create_schema, drop_schema, migrate_public, version_of
from tenants.services import ensure_platform, provision_tenant
from tests.access.summary import access_line
from tests.world import MONDAY, World, build_world


def _database_name() -> str:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    return f"siyu_test_{worker}_{os.environ.get('SIYU_TEST_SUFFIX') or os.getpid()}"


def _admin(statement: str) -> None:
    parts = settings.DATABASES["default"]
    link = psycopg2.connect(
        dbname="postgres",
        user=parts["USER"],
        password=parts["PASSWORD"],
        host=parts["HOST"],
        port=parts["PORT"],
    )
    link.autocommit = True
    try:
        with link.cursor() as cursor:
            cursor.execute(statement)
    finally:
        link.close()


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    name = _database_name()
    hosts.TTL = 600.0  # a host looked up again in the middle of a test is a query nobody counts on
    settings.SIYU_DATA_DIR = str(tmp_path_factory.mktemp("data"))
    with django_db_blocker.unblock():
        _admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        _admin(f'CREATE DATABASE "{name}"')
        connection.close()
        connection.settings_dict["NAME"] = name
        migrate_public()
        ensure_role()
        for slug in ("aurora", "breeze"):
            provision_tenant(name=slug.title(), slug=slug, admin_password="correct horse")
        take_role(ROLE)
        yield
        connection.close()
        _admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def take_role(role: str) -> None:
    """Reconnect with a database role, as the processes do; "" is the owner."""
    connection.close()
    options = [
        part
        for part in connection.settings_dict["OPTIONS"]["options"].split("-c ")
        if part.strip() and not part.startswith("role=")
    ]
    if role:
        options.append(f"role={role}")
    connection.settings_dict["OPTIONS"]["options"] = " ".join(
        f"-c {part.strip()}" for part in options
    )


def tenant_called(slug: str) -> Tenant:
    return Tenant.objects.get(slug=slug)


@pytest.fixture(autouse=True)
def _on_aurora(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test with a database stands on Aurora's schema at a frozen Monday morning."""
    if request.node.get_closest_marker("django_db") is None:
        yield
        return
    request.getfixturevalue("db")
    hosts.forget()
    to_public()
    cast(Any, connection).set_tenant(tenant_called("aurora"))
    with clock.frozen(MONDAY):
        yield
    to_public()


@pytest.fixture
def world(db: None) -> World:
    return build_world()


@pytest.fixture
def breeze() -> Iterator[Tenant]:
    """Step over to the other merchant for a while."""
    with entered(tenant_called("breeze")) as tenant:
        yield tenant


@pytest.fixture
def aurora() -> Tenant:
    return tenant_called("aurora")


@pytest.fixture(scope="session")
def platform_tenant(django_db_setup: None, django_db_blocker: Any) -> Iterator[Tenant]:
    with django_db_blocker.unblock():
        take_role("")
        tenant = ensure_platform(password="correct horse")
        take_role(ROLE)
        yield tenant
        take_role("")
        drop_schema(tenant.schema_name)
        tenant.delete()
        take_role(ROLE)


@pytest.fixture
def real_tenant(django_db_setup: None, django_db_blocker: Any) -> Iterator[Callable[[], Tenant]]:
    """Makes merchants of their own for tests with real commits, threads and processes."""
    made: list[Tenant] = []

    def make() -> Tenant:
        to_public()
        tenant = Tenant.objects.create(
            slug=f"real-{uuid.uuid4().hex[:12]}",
            name="实测",
            schema_name=f"t_{uuid.uuid4().hex[:20]}",
            state=Tenant.State.READY,
            schema_version=version_of("merchant"),
            created_at=clock.now(),
        )
        take_role("")
        create_schema(tenant)
        take_role(ROLE)
        made.append(tenant)
        return tenant

    with django_db_blocker.unblock():
        yield make
        take_role("")
        for tenant in made:
            drop_schema(tenant.schema_name)
            tenant.delete()
        take_role(ROLE)
        connections.close_all()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    passed, failed = (terminalreporter.stats.get(name, []) for name in ("passed", "failed"))
    if line := access_line([*passed, *failed]):
        terminalreporter.write_line(line)
