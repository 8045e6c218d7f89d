"""Taking a merchant off the machine into one file, and bringing it back."""

from pathlib import Path
from typing import Protocol

from core import audit, clock, jobs
from core.errors import NotFound, Refusal
from core.models import LongTask
from core.tasks import create_task, fail_task, finish_task
from tenants import hosts
from tenants.archives.dropping import drop_data
from tenants.archives.reading import prove_archive, restore_archive
from tenants.archives.writing import archive_folder, write_archive
from tenants.context import elsewhere
from tenants.models import Tenant
from tenants.schema import Reporter, silent
from tenants.services.provisioning import tell_task

STEPS = 5


class Order(Protocol):
    """Owes a piece of work on a merchant and gives the task that shows how far it is."""

    def __call__(self, *, slug: str) -> LongTask: ...


class NotSuspended(Refusal):
    """Somebody may still be at work on it."""

    code = "tenant_not_suspended"
    message = "先停用商家，再归档"


class NotArchived(Refusal):
    code = "tenant_not_archived"
    message = "这个商家没有归档，不需要恢复"


@elsewhere()
def archive_tenant(*, slug: str, report: Reporter = silent) -> Path:
    """Write the archive, prove it, then drop what it holds; refuses `NotSuspended`.

    A killed run is finished by the same call: nothing is dropped before the file was read
    back whole, and a file that was proved and recorded is not written again.
    """
    tenant = _get(slug)
    if tenant.archive and (archive_folder() / tenant.archive).exists():
        path = archive_folder() / tenant.archive
    elif tenant.state == Tenant.State.SUSPENDED:
        path = write_archive(slug, report)
    else:
        raise NotSuspended
    prove_archive(path)
    report("归档文件读回无误")

    Tenant.objects.filter(pk=tenant.pk).update(archive=path.name)
    drop_data(tenant)
    Tenant.objects.filter(pk=tenant.pk).update(state=Tenant.State.ARCHIVED, archived_at=clock.now())
    hosts.forget()
    report("数据已从数据库移走")
    return path


def restore_tenant(*, slug: str, report: Reporter = silent) -> None:
    """Bring an archived merchant back from its file; it answers again at once."""
    with elsewhere():
        tenant = _get(slug)
    if tenant.state != Tenant.State.ARCHIVED:
        raise NotArchived
    restore_archive(archive_folder() / tenant.archive, report)
    report("商家已恢复")


def order_archive(*, slug: str) -> LongTask:
    """Owe the archive to the lane that may change structure; refuses `NotSuspended`."""
    with elsewhere():
        tenant = _get(slug)
    if tenant.state != Tenant.State.SUSPENDED:
        raise NotSuspended
    return _order("tenants.archive", f"归档商家 {tenant.name}", slug)


def order_restore(*, slug: str) -> LongTask:
    with elsewhere():
        tenant = _get(slug)
    if tenant.state != Tenant.State.ARCHIVED:
        raise NotArchived
    return _order("tenants.restore", f"恢复商家 {tenant.name}", slug)


def run_ordered(task_id: int) -> None:
    """Do what `order_archive` or `order_restore` asked for; a refusal ends in the task."""
    task = LongTask.objects.get(pk=task_id)
    told = tell_task(task, steps=STEPS)
    try:
        if task.kind == "tenants.archive":
            summary = [("归档文件", archive_tenant(slug=task.params["slug"], report=told).name)]
        else:
            restore_tenant(slug=task.params["slug"], report=told)
            summary = [("商家", task.params["slug"])]
    except Refusal as refused:
        fail_task(task, refused.code, refused.text)
    else:
        finish_task(task, {"summary": summary})


def _order(kind: str, title: str, slug: str) -> LongTask:
    task = create_task(kind, title, {"slug": slug})
    jobs.enqueue(kind, {"task_id": task.pk}, key=f"{slug}:{task.pk}")
    audit.record(f"{kind}.ordered", after={"slug": slug})
    return task


def _get(slug: str) -> Tenant:
    tenant = Tenant.objects.filter(slug=slug, kind=Tenant.Kind.MERCHANT).first()
    if tenant is None:
        raise NotFound
    return tenant
