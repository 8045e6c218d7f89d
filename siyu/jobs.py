"""What is owed between the apps: a demonstration made whole."""

from core.jobs import Payload, job
from siyu.demo.year.tenancy import make_ordered_year


@job("demo.make_year", lane="ddl", lease_seconds=900, max_attempts=3)
def make_year(payload: Payload) -> None:
    make_ordered_year(payload["task_id"])
