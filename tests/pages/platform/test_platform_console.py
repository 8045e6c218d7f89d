"""The platform console: tenants made, stopped, resumed; nobody else gets in."""

from collections.abc import Iterator
from typing import Any

import pytest

from core.models import AuditEntry, Job, LongTask
from org.models import Staff
from tenants.context import entered
from tenants.models import Tenant
from tenants.roles import ROLE
from tenants.schema import drop_schema
from tenants.services import order_tenant, provision_ordered
from tests.conftest import take_role, tenant_called
from tests.world import World, client_for

HOST = "platform.localhost"


@pytest.fixture
def operator(platform_tenant: Tenant, db: None) -> Iterator[Staff]:
    with entered(platform_tenant):
        yield Staff.objects.get(username="platform")


@pytest.mark.django_db
def test_the_console_lists_every_merchant_with_its_figures(operator: Staff) -> None:
    page = client_for(operator, HOST).get("/").content.decode()
    assert "Aurora" in page
    assert "Breeze" in page
    assert "待升级" not in page


@pytest.mark.django_db
def test_a_suspended_merchant_answers_503_and_comes_back(operator: Staff) -> None:
    client = client_for(operator, HOST)
    assert client.post("/tenants/breeze/suspend", {"reason": "欠费"}).status_code == 302

    stopped = client.get("/login", HTTP_HOST="breeze.localhost")
    assert (stopped.status_code, stopped["Retry-After"]) == (503, "30")
    client.post("/tenants/breeze/resume")
    assert client.get("/login", HTTP_HOST="breeze.localhost").status_code == 200
    assert AuditEntry.objects.filter(action__startswith="tenants.tenant").count() == 2


@pytest.mark.django_db
def test_a_suspension_needs_a_reason(operator: Staff) -> None:
    client_for(operator, HOST).post("/tenants/breeze/suspend", {"reason": " "})
    assert tenant_called("breeze").state == Tenant.State.READY


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["aurora", "m", "Bad", "a", "x" * 31, "platform"])
def test_a_taken_or_malformed_slug_is_explained(operator: Staff, slug: str) -> None:
    form = {"name": "新", "slug": slug, "admin_username": "admin"}
    answer = client_for(operator, HOST).post("/tenants/new", form)
    assert answer.status_code == 200
    assert not LongTask.objects.exists()


@pytest.mark.django_db
def test_an_ordered_merchant_is_owed_to_the_structure_lane(operator: Staff) -> None:
    form = {"name": "新商家", "slug": "fresh", "admin_username": "boss"}
    answer = client_for(operator, HOST).post("/tenants/new", form)

    task = LongTask.objects.get()
    assert answer["Location"] == f"/tasks/{task.public_id}"
    assert Job.objects.get(name="tenants.provision").lane == "ddl"


def test_an_ordered_merchant_ends_in_a_login(
    platform_tenant: Tenant, django_db_blocker: Any
) -> None:
    with django_db_blocker.unblock(), entered(platform_tenant):
        task = order_tenant(name="新商家", slug="fresh", admin_username="boss")
        take_role("")
        provision_ordered(task.pk)
        take_role(ROLE)
        task.refresh_from_db()
        assert task.state == LongTask.State.DONE
        made = dict(map(tuple, task.result["summary"]))
        assert made["登录名"] == "boss"
        fresh = tenant_called("fresh")
        with entered(fresh):
            assert Staff.objects.get(username="boss").check_password(made["初始密码"])
        take_role("")
        drop_schema(fresh.schema_name)
        fresh.delete()
        take_role(ROLE)


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["/", "/tenants/new", "/tenants/aurora", "/jobs"])
def test_a_merchants_login_is_worthless_on_the_console(world: World, url: str) -> None:
    assert client_for(world.admin).get(url, HTTP_HOST=HOST).status_code == 302


@pytest.mark.django_db
def test_an_unknown_merchant_is_404(operator: Staff) -> None:
    assert client_for(operator, HOST).get("/tenants/nobody").status_code == 404
