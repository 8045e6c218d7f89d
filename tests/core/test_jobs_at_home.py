"""T3: a body runs on its own tenant's schema, and a check sees one that did not."""

import pytest
from django.db import connection

from core import clock, jobs
from core.invariants import jobs_ran_at_home
from core.models import Job
from tenants.models import Tenant
from tenants.runner import JobRejected, find_due, run_due

pytestmark = pytest.mark.django_db

ran: list[str] = []


@jobs.job("tests.at_home")
def at_home(payload: jobs.Payload) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        ran.append(cursor.fetchone()[0])


@pytest.fixture(autouse=True)
def _one_job() -> None:
    ran.clear()
    Job.objects.all().delete()
    jobs.enqueue("tests.at_home", key="home")


def test_a_done_job_names_the_schema_it_ran_in(aurora: Tenant) -> None:
    jobs.run_due("default")
    assert ran == [aurora.schema_name]
    assert jobs_ran_at_home() == (1, [])


def test_a_job_that_ran_elsewhere_is_found(aurora: Tenant) -> None:
    jobs.run_due("default")
    Job.objects.update(ran_in="t_other")
    assert jobs_ran_at_home() == (1, ["作业 tests.at_home（home）在 t_other 里执行"])


def test_a_done_job_that_names_no_schema_is_found() -> None:
    Job.objects.update(state=Job.State.DONE)
    assert jobs_ran_at_home()[1] == ["作业 tests.at_home（home）完成了，却没有记下在哪里执行"]


@pytest.mark.parametrize("schema", ["t_missing", "public", "", "t_x; DROP TABLE core_job"])
def test_no_body_runs_for_a_tenant_that_is_not_there(schema: str) -> None:
    with pytest.raises(JobRejected):
        run_due(schema, "default")
    assert ran == []


def test_no_body_runs_for_a_suspended_tenant(aurora: Tenant) -> None:
    Tenant.objects.filter(pk=aurora.pk).update(state=Tenant.State.SUSPENDED)
    with pytest.raises(JobRejected):
        run_due(aurora.schema_name, "default")
    assert ran == []


def test_the_sweep_finds_the_tenant_with_work_and_no_other(aurora: Tenant) -> None:
    with clock.frozen(clock.now()):
        found = [due for due in find_due(["default"]) if due.schema_name == aurora.schema_name]
    assert [(due.lane, due.count) for due in found] == [("default", 1)]


def test_the_sweep_passes_a_suspended_tenant_by(aurora: Tenant) -> None:
    Tenant.objects.filter(pk=aurora.pk).update(state=Tenant.State.SUSPENDED)
    assert aurora.schema_name not in {due.schema_name for due in find_due(["default"])}
