"""Dead letters of all merchants, for whoever runs the platform."""

import datetime as dt
from dataclasses import dataclass

from core import audit, jobs
from core.errors import NotFound
from core.models import Job
from tenants.context import elsewhere, entered
from tenants.models import Tenant

UNKNOWN = "不认识的作业"
"""What stands for a name that no code of ours gave; a merchant's rows are not shown here."""


@dataclass(frozen=True)
class DeadLetter:
    """A job that gave up: what it was, never what was in it or what it said."""

    slug: str
    tenant: str
    job_id: int
    name: str
    attempts: int
    finished_at: dt.datetime | None


@elsewhere()
def list_dead_letters(*, each: int = 20, tenants: int = 200) -> list[DeadLetter]:
    """The newest of each merchant, at most `each`; one query a merchant."""
    found: list[DeadLetter] = []
    ready = Tenant.objects.filter(kind=Tenant.Kind.MERCHANT, state=Tenant.State.READY)
    for tenant in ready.order_by("pk")[:tenants]:
        with entered(tenant):
            found += [_letter(tenant, job) for job in _dead()[:each]]
    return sorted(found, key=lambda letter: str(letter.finished_at), reverse=True)


def retry_dead_letter(*, slug: str, job_id: int, reason: str) -> None:
    """Owe it once more, inside the merchant, with an entry in the merchant's own audit."""
    with elsewhere():
        tenant = Tenant.objects.filter(slug=slug, state=Tenant.State.READY).first()
    if tenant is None:
        raise NotFound
    with entered(tenant):
        if not jobs.retry_dead(job_id):
            raise NotFound
        audit.record("platform.job.retried", after={"job": job_id}, reason=reason)


def _dead() -> list[Job]:
    return list(Job.objects.filter(state=Job.State.DEAD).order_by("-finished_at", "-pk")[:50])


def _letter(tenant: Tenant, job: Job) -> DeadLetter:
    name = job.name if job.name in jobs.registered() else UNKNOWN
    return DeadLetter(tenant.slug, tenant.name, job.pk, name, job.attempts, job.finished_at)
