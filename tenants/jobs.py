"""Work on the structure, in a lane whose connections may change it."""

from core.jobs import Payload, job
from tenants.services import provision_ordered, run_ordered, wipe_ordered


@job("tenants.provision", lane="ddl", lease_seconds=300, max_attempts=3)
def provision(payload: Payload) -> None:
    provision_ordered(payload["task_id"])


@job("tenants.wipe", lane="ddl", lease_seconds=600, max_attempts=3)
def wipe(payload: Payload) -> None:
    wipe_ordered(payload["task_id"])


@job("tenants.archive", lane="ddl", lease_seconds=1800, max_attempts=3)
def archive(payload: Payload) -> None:
    run_ordered(payload["task_id"])


@job("tenants.restore", lane="ddl", lease_seconds=1800, max_attempts=3)
def restore(payload: Payload) -> None:
    run_ordered(payload["task_id"])
