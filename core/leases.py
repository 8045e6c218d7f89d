"""A long handler's sign of life: without one its lease lapses and another worker begins."""

import datetime as dt

from core import clock, jobs
from core.models import Job


def extend_lease(name: str, key: str) -> None:
    """Begin the lease of a running job anew, in the caller's transaction.

    No-op when no such job is running, as in a command that does the same work. It is no
    fence: two workers are kept apart by the row that holds the work's own progress.
    """
    seconds = jobs.registered()[name].lease_seconds
    until = clock.real_now() + dt.timedelta(seconds=seconds)
    Job.objects.filter(name=name, key=key, state=Job.State.RUNNING).update(lease_until=until)
