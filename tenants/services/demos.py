"""Demonstration merchants: ordered with a year behind them, and wiped whole.

Only a merchant that was made as a demonstration can be wiped; a real one is archived.
"""

from dataclasses import dataclass

from django.db import connection

from core import audit, jobs
from core.errors import NotFound, Refusal
from core.models import LongTask
from core.tasks import create_task, fail_task, finish_task
from tenants import hosts
from tenants.archives.dropping import drop_data
from tenants.context import elsewhere, entered
from tenants.models import Tenant
from tenants.schema import Reporter, silent
from tenants.services.provisioning import PLATFORM_SLUG, check_slug, tell_task

WIPE, YEAR = "tenants.wipe", "demo.make_year"
WIPE_STEPS = 3
_COUNTED = (
    ("会员", "members_member"),
    ("订单", "mall_order"),
    ("包裹卡", "acquisition_card"),
    ("佣金", "distribution_commission"),
    ("总账分录", "core_entry"),
)


class NotDemo(Refusal):
    """A real merchant's rows are never wiped."""

    code = "tenant_not_demo"
    message = "这不是演示商家，不能清除；真实的商家请停用后归档"


@dataclass(frozen=True)
class DemoFacts:
    """What a wipe takes away: (name, rows) and the bytes of the whole schema."""

    name: str
    slug: str
    counts: tuple[tuple[str, int], ...]
    bytes: int


@elsewhere()
def describe_demo(slug: str) -> DemoFacts:
    """Refuses `NotDemo`. Of what a wipe cut short has dropped, nothing is there."""
    tenant = _demo(slug)
    with entered(tenant, check=False), connection.cursor() as cursor:
        counts = tuple((name, _rows(tenant, table)) for name, table in _COUNTED)
        cursor.execute(
            """SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c
               WHERE c.relnamespace = to_regnamespace(%s) AND c.relkind = 'r'""",
            [tenant.schema_name],
        )
        return DemoFacts(tenant.name, slug, counts, int(cursor.fetchone()[0]))


def _rows(tenant: Tenant, table: str) -> int:
    name = f'"{tenant.schema_name}".{table}'
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [name])
        if cursor.fetchone()[0] is None:
            return 0
        cursor.execute(f"SELECT count(*) FROM {name}")
        return int(cursor.fetchone()[0])


def find_demo(slug: str) -> DemoFacts | None:
    """None for a merchant that is none, or that is no demonstration."""
    try:
        return describe_demo(slug)
    except (NotDemo, NotFound):
        return None


def order_demo_year(*, slug: str, name: str) -> LongTask:
    """Owe a merchant with a year behind it to the lane that may change structure."""
    check_slug(slug)
    return _owe(YEAR, f"建立演示年 {name}", slug)


def order_wipe(*, slug: str) -> LongTask:
    """Owe the wipe to the platform, whose rows outlive the merchant. Refuses `NotDemo`."""
    with elsewhere():
        tenant = _demo(slug)
        platform = Tenant.objects.get(slug=PLATFORM_SLUG)
    with entered(platform):
        return _owe(WIPE, f"清除演示商家 {tenant.name}", slug)


def wipe_ordered(task_id: int) -> None:
    """Do what `order_wipe` asked for; a refusal ends in the task."""
    task = LongTask.objects.get(pk=task_id)
    told = tell_task(task, steps=WIPE_STEPS)
    try:
        facts = wipe_demo(slug=task.params["slug"], report=told)
    except Refusal as refused:
        fail_task(task, refused.code, refused.text)
    else:
        finish_task(task, {"summary": [[name, f"{rows:,}"] for name, rows in facts.counts]})


@elsewhere()
def wipe_demo(*, slug: str, report: Reporter = silent) -> DemoFacts:
    """Drop a demonstration whole: its schema, its files, its addresses, its row.

    Safe to repeat after a kill; nothing of another merchant is touched. Refuses `NotDemo`.
    """
    tenant = _demo(slug)
    facts = describe_demo(slug)
    Tenant.objects.filter(pk=tenant.pk).update(state=Tenant.State.SUSPENDED)
    hosts.forget()
    report("站点已停止")
    drop_data(tenant)
    report("数据已删除")
    tenant.delete()
    hosts.forget()
    report("商家已移除")
    return facts


def _owe(kind: str, title: str, slug: str) -> LongTask:
    task = create_task(kind, title, {"slug": slug})
    jobs.enqueue(kind, {"task_id": task.pk}, key=f"{slug}:{task.pk}")
    audit.record(f"{kind}.ordered", after={"slug": slug})
    return task


def _demo(slug: str) -> Tenant:
    tenant = Tenant.objects.filter(slug=slug, kind=Tenant.Kind.MERCHANT).first()
    if tenant is None:
        raise NotFound
    if not tenant.is_demo:
        raise NotDemo
    return tenant
