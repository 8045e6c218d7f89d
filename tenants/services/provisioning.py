"""Making a merchant, from row to first login."""

import re
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.db import connection, transaction

from core import audit, clock, jobs
from core.errors import InvalidInput
from core.ids import random_text
from core.models import LongTask
from core.tasks import create_task, finish_task, log_line, report_progress, start_task
from org.contracts import Role
from org.models import OrgUnit, Staff
from org.services import create_staff, create_unit
from tenants import hosts
from tenants.context import elsewhere, entered
from tenants.models import Domain, Plan, Tenant
from tenants.reports import staff_url
from tenants.schema import Reporter, create_schema, silent, version_of

PLATFORM_SLUG = "platform"
RESERVED = {"platform", "www", "m", "api", "admin", "static", "public"}


class SlugTaken(InvalidInput):
    code = "slug_taken"
    message = "这个商家标识已被使用"


class SlugInvalid(InvalidInput):
    code = "slug_invalid"
    message = "商家标识只能用小写字母、数字和短横线，2 到 30 位，以字母开头"


@dataclass(frozen=True)
class Provisioned:
    """What a new tenant's first person needs; the password is shown this once."""

    tenant: str
    host: str
    customer_host: str
    admin: str
    password: str


@elsewhere()
def provision_tenant(
    *,
    name: str,
    slug: str = "",
    admin_username: str = "admin",
    admin_password: str = "",
    is_demo: bool = False,
    report: Reporter = silent,
) -> Provisioned:
    """Make a tenant from row to first login; refuses `SlugTaken` and `SlugInvalid`.

    Each step may run again, so a killed run is finished by the same call.
    """
    tenant = _reserve(name, slug or f"brand-{random_text(20)}", is_demo=is_demo)
    report("建立数据结构")
    create_schema(tenant)

    report("建立品牌与管理员")
    password = admin_password or random_text(60)
    with entered(tenant), transaction.atomic():
        _fill(tenant, admin_username, password)

    Tenant.objects.filter(pk=tenant.pk).update(
        state=Tenant.State.READY, schema_version=version_of(tenant.kind)
    )
    hosts.forget()
    report("完成")
    host = f"{tenant.slug}.{settings.SIYU_BASE_DOMAIN}"
    return Provisioned(tenant.slug, host, f"m.{host}", admin_username, password)


def order_tenant(*, name: str, slug: str, admin_username: str) -> LongTask:
    """Owe a new merchant to the lane that may change structure; its page shows how far."""
    check_slug(slug)
    task = create_task(
        "tenants.provision",
        f"新建商家 {name}",
        {"name": name, "slug": slug, "admin": admin_username},
    )
    jobs.enqueue("tenants.provision", {"task_id": task.pk}, key=f"tenant:{slug}:{task.pk}")
    audit.record("tenants.tenant.ordered", after={"name": name, "slug": slug})
    return task


def provision_ordered(task_id: int) -> None:
    """Make the merchant an earlier `order_tenant` asked for; the password ends in the task."""
    task = LongTask.objects.get(pk=task_id)
    told = tell_task(task, steps=3)
    made = provision_tenant(
        name=task.params["name"],
        slug=task.params["slug"],
        admin_username=task.params["admin"],
        report=told,
    )
    summary = [
        ("登录地址", staff_url(made.tenant)),
        ("登录名", made.admin),
        ("初始密码", made.password),
    ]
    finish_task(task, {"summary": summary})


def tell_task(task: LongTask, *, steps: int) -> Reporter:
    """Start the task; each line told to the reporter is one step done.

    Its rows belong to whoever ordered the work, not to the merchant that is worked on.
    """
    start_task(task, total=steps)

    def report(line: str) -> None:
        log_line(task, line)
        report_progress(task, done=min(task.done + 1, steps))

    return _on_present_schema(report)


def _on_present_schema(report: Reporter) -> Reporter:
    owner = cast(Any, connection).tenant

    def reported(line: str) -> None:
        with entered(owner, check=False):
            report(line)

    return reported


def check_slug(slug: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,29}", slug) or slug in RESERVED:
        raise SlugInvalid(slug=slug)
    with elsewhere():
        if Tenant.objects.filter(slug=slug).exclude(state=Tenant.State.CREATING).exists():
            raise SlugTaken(slug=slug)


def _reserve(name: str, slug: str, *, is_demo: bool) -> Tenant:
    check_slug(slug)
    with transaction.atomic():
        tenant, created = Tenant.objects.get_or_create(
            slug=slug,
            defaults={
                "name": name,
                "schema_name": f"t_{random_text(60)}",
                "plan": Plan.objects.get_or_create(code="standard", defaults={"name": "标准版"})[0],
                "is_demo": is_demo,
                "created_at": clock.now(),
            },
        )
        if not created and tenant.state != Tenant.State.CREATING:
            raise SlugTaken(slug=slug)
        host = f"{slug}.{settings.SIYU_BASE_DOMAIN}"
        Domain.objects.get_or_create(
            domain=host, defaults={"tenant": tenant, "surface": Domain.Surface.STAFF}
        )
        Domain.objects.get_or_create(
            domain=f"m.{host}",
            defaults={"tenant": tenant, "surface": Domain.Surface.CUSTOMER},
        )
    return tenant


def _fill(tenant: Tenant, username: str, password: str) -> None:
    if not OrgUnit.objects.exists():
        create_unit(kind=OrgUnit.Kind.BRAND, name=tenant.name, code="brand-1")
    if not Staff.objects.filter(username=username).exists():
        create_staff(
            username=username, name="管理员", role=Role.ADMIN, unit=None, password=password
        )
    jobs.ensure_recurring()


@elsewhere()
def has_platform() -> bool:
    return Tenant.objects.filter(slug=PLATFORM_SLUG).exists()


@elsewhere()
def ensure_platform(*, password: str, report: Reporter = silent) -> Tenant:
    """The reserved tenant of the platform console, with its operator `platform`."""
    tenant, _ = Tenant.objects.get_or_create(
        slug=PLATFORM_SLUG,
        defaults={
            "name": "私域平台",
            "schema_name": f"t_{random_text(60)}",
            "kind": Tenant.Kind.PLATFORM,
            "created_at": clock.now(),
        },
    )
    host = f"{PLATFORM_SLUG}.{settings.SIYU_BASE_DOMAIN}"
    Domain.objects.get_or_create(
        domain=host, defaults={"tenant": tenant, "surface": Domain.Surface.PLATFORM}
    )
    if tenant.state == Tenant.State.CREATING:
        report("建立平台控制台")
        create_schema(tenant)
        with entered(tenant), transaction.atomic():
            create_staff(
                username="platform",
                name="平台运营",
                role=Role.PLATFORM,
                unit=None,
                password=password,
            )
            tenant.state = Tenant.State.READY
        tenant.schema_version = version_of(tenant.kind)
        tenant.save(update_fields=["state", "schema_version"])
    return tenant
