"""The console keeps merchants: archives ordered, hosts moved, use and dead letters shown."""

from collections.abc import Iterator

import pytest

from core.models import AuditEntry, Job, LongTask
from org.models import Staff
from tenants.context import entered
from tenants.models import Domain, Tenant
from tests.conftest import tenant_called
from tests.world import client_for

HOST = "platform.localhost"
pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(platform_tenant: Tenant, db: None) -> Iterator[Staff]:
    with entered(platform_tenant):
        yield Staff.objects.get(username="platform")


def test_an_archive_is_ordered_for_a_suspended_merchant_named_again(operator: Staff) -> None:
    client = client_for(operator, HOST)
    client.post("/tenants/breeze/suspend", {"reason": "迁走"})

    answer = client.post("/tenants/breeze/archive", {"confirm": "breeze"})

    task = LongTask.objects.get()
    assert answer["Location"] == f"/tasks/{task.public_id}"
    assert Job.objects.get(name="tenants.archive").lane == "ddl"
    assert AuditEntry.objects.filter(action="tenants.archive.ordered").count() == 1


@pytest.mark.parametrize(("confirm", "suspended"), [("aurora", True), ("breeze", False)])
def test_an_archive_is_not_ordered_by_mistake(
    operator: Staff, confirm: str, suspended: bool
) -> None:
    client = client_for(operator, HOST)
    if suspended:
        client.post("/tenants/breeze/suspend", {"reason": "迁走"})

    answer = client.post("/tenants/breeze/archive", {"confirm": confirm})

    assert answer["Location"] == "/tenants/breeze"
    assert not LongTask.objects.exists()


def test_a_moved_merchant_answers_on_the_new_host_and_leads_there_from_the_old(
    operator: Staff,
) -> None:
    client = client_for(operator, HOST)
    client.post("/tenants/breeze/host", {"surface": "staff", "host": "CRM-breeze.localhost"})

    new = client.get("/login", HTTP_HOST="crm-breeze.localhost")
    old = client.get("/login?next=/orders", HTTP_HOST="breeze.localhost:8000")

    assert new.status_code == 200
    assert (old.status_code, old["Location"]) == (
        302,
        "http://crm-breeze.localhost:8000/login?next=/orders",
    )


def test_callbacks_are_still_taken_on_the_old_host(operator: Staff) -> None:
    client = client_for(operator, HOST)
    client.post("/tenants/breeze/host", {"surface": "staff", "host": "crm-breeze.localhost"})

    proof = client.get("/wecom/callback/nobody", HTTP_HOST="breeze.localhost")
    notice = client.post("/pay/notify/nobody", HTTP_HOST="breeze.localhost")

    assert proof.status_code != 302
    assert notice.status_code != 302


@pytest.mark.parametrize(
    ("surface", "host"),
    [
        ("staff", "http://x.example"),
        ("staff", "x"),
        ("staff", "a..example"),
        ("staff", "a" * 64 + ".example"),
        ("staff", "aurora.localhost"),
        ("staff", "m.breeze.localhost"),
        ("platform", "x.localhost"),
        ("staff", "crm.breeze.example"),
        ("staff", ""),
    ],
)
def test_a_host_that_is_taken_or_malformed_changes_nothing(
    operator: Staff, surface: str, host: str
) -> None:
    before = list(Domain.objects.order_by("pk").values_list("domain", "tenant", "is_primary"))

    client_for(operator, HOST).post("/tenants/breeze/host", {"surface": surface, "host": host})

    after = list(Domain.objects.order_by("pk").values_list("domain", "tenant", "is_primary"))
    assert after == before


def test_use_is_shown_against_the_plan(operator: Staff) -> None:
    page = client_for(operator, HOST).get("/usage").content.decode()

    assert "Aurora" in page
    assert "标准版" in page


def test_a_dead_letter_of_a_merchant_is_shown_without_its_content_and_put_back(
    operator: Staff,
) -> None:
    with entered(tenant_called("breeze")):
        dead = _dead_letter()
    client = client_for(operator, HOST)

    page = client.get("/jobs/dead").content.decode()
    client.post(f"/jobs/dead/breeze/{dead.pk}/retry", {"reason": "上游恢复"})

    assert "mall.sweep_payments" in page
    assert "13800138000" not in page
    with entered(tenant_called("breeze")):
        dead.refresh_from_db()
        assert dead.state == Job.State.DUE
        assert AuditEntry.objects.get(action="platform.job.retried").reason == "上游恢复"


def _dead_letter() -> Job:
    return Job.objects.create(
        name="mall.sweep_payments",
        key="dead-letter",
        lane="money",
        state=Job.State.DEAD,
        due_at="2026-03-01T00:00Z",
        created_at="2026-03-01T00:00Z",
        last_error="13800138000",
        payload={"phone": "13800138000"},
    )
