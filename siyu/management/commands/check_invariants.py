"""`manage.py check_invariants [--tenant T] --json`: what must be true, and how much was looked at.

Read-only, so that a production nightly may run it. An invariant that examined nothing
proves nothing: the count stands beside every verdict.
"""

from argparse import ArgumentParser
from typing import Any

from siyu.invariants import HOUSE, INVARIANTS, check_all, check_house
from tenants.commands import ReportingCommand
from tenants.context import TenantUnavailable, elsewhere, entered
from tenants.models import Tenant

MAX_SHOWN = 20


class Command(ReportingCommand):
    help = "核对不变量：每条给出检查的行数和违反的行"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--tenant", default="", help="只查一个商家；不写则查全部")

    def report(self, **options: Any) -> dict[str, Any]:
        totals: dict[str, Any] = {
            code: {"examined": 0, "violations": 0, "details": []} for code in [*INVARIANTS, *HOUSE]
        }
        tenants = _tenants(options["tenant"])
        for tenant in tenants:
            with entered(tenant):
                for code, (examined, found) in check_all().items():
                    _add(totals[code], examined, [f"{tenant.slug}: {line}" for line in found])
        for code, (examined, found) in check_house(tenants).items():
            _add(totals[code], examined, found)
        for row in totals.values():
            row["details"] = row["details"][:MAX_SHOWN]
        broken = sorted(code for code, row in totals.items() if row["violations"])
        if broken:
            self.failed = f"被破坏的不变量：{'、'.join(broken)}"
        return {"ok": not broken, "invariants": totals}


def _add(row: dict[str, Any], examined: int, found: list[str]) -> None:
    row["examined"] += examined
    row["violations"] += len(found)
    row["details"] += found


@elsewhere()
def _tenants(slug: str) -> list[Tenant]:
    ready = Tenant.objects.filter(kind=Tenant.Kind.MERCHANT, state=Tenant.State.READY)
    chosen = list(ready.filter(slug=slug) if slug else ready.order_by("pk"))
    if not chosen:
        raise TenantUnavailable(f"没有运行中的商家 {slug}")
    return chosen
