"""The demo year's own merchant: made, filled and, when it has served, dropped whole.

It is a tenant like any other, so that nothing of it can lie among real rows
(docs/decisions/0006-the-demo-year-is-a-merchant.md).
"""

import datetime as dt

from siyu.demo.year.company import PASSWORD
from siyu.demo.year.loading import SEED, Loaded, load_year
from tenants.context import elsewhere, entered
from tenants.models import Tenant
from tenants.schema import Reporter, silent
from tenants.services import provision_tenant

SLUG = "harvest"
NAME = "禾屿集团"


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
