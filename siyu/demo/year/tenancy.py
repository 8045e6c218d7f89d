"""The demo year's own merchant: made, filled and, when it has served, dropped whole.

It is a tenant like any other, so that nothing of it can lie among real rows
(docs/decisions/0006-the-demo-year-is-a-merchant.md).
"""

import datetime as dt

from analytics.services import run_nightly
from core.errors import Refusal
from core.models import LongTask
from core.tasks import fail_task, finish_task
from siyu.demo.year.company import PASSWORD
from siyu.demo.year.loading import SEED, Loaded, load_year
from tenants.context import elsewhere, entered
from tenants.models import Tenant
from tenants.schema import Reporter, silent
from tenants.services import provision_tenant, staff_url
from tenants.services.provisioning import tell_task

SLUG = "harvest"
NAME = "禾屿集团"
STEPS = 6


@elsewhere()
def make_year(
    *,
    slug: str = SLUG,
    seed: int = SEED,
    scale: float = 1.0,
    until: dt.date | None = None,
    report: Reporter = silent,
) -> Loaded:
    """A merchant of that slug with a year behind it.

    One that an earlier, killed run has made and not filled is filled; refuses `SlugTaken`
    for a merchant that is no demonstration and `NotEmpty` for one that has its year.
    """
    if not Tenant.objects.filter(slug=slug, is_demo=True, state=Tenant.State.READY).exists():
        report("建立演示商家")
        provision_tenant(name=NAME, slug=slug, admin_password=PASSWORD, is_demo=True, report=report)
    report("演示一年并装入")
    with entered(Tenant.objects.get(slug=slug)):
        return load_year(seed=seed, scale=scale, until=until)


def make_ordered_year(task_id: int) -> None:
    """Do what `order_demo_year` asked for, the nightly figures included."""
    task = LongTask.objects.get(pk=task_id)
    told, slug = tell_task(task, steps=STEPS), task.params["slug"]
    try:
        loaded = make_year(slug=slug, report=told)
    except Refusal as refused:
        fail_task(task, refused.code, refused.text)
        return
    told("夜间计算")
    with elsewhere(), entered(Tenant.objects.get(slug=slug)):
        run_nightly()
    finish_task(task, {"summary": _summary(slug, loaded)})


def _summary(slug: str, loaded: Loaded) -> list[tuple[str, str]]:
    return [
        ("登录地址", staff_url(slug)),
        ("登录名", "admin"),
        ("密码", PASSWORD),
        ("会员", f"{loaded.rows['members_member']:,}"),
        ("订单", f"{loaded.rows['mall_order']:,}"),
    ]
