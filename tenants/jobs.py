"""Work on the structure, in a lane whose connections may change it."""

from core.jobs import Payload, job
from tenants.services import provision_ordered


@job("tenants.provision", lane="ddl", lease_seconds=300, max_attempts=3)
def provision(payload: Payload) -> None:
    provision_ordered(payload["task_id"])
