"""`manage.py load_demo_year [--tenant SLUG]`: a merchant with a year behind it, to look at."""

import datetime as dt
import time
from argparse import ArgumentParser
from typing import Any

from analytics.services import run_nightly
from core.errors import InvalidInput
from siyu.demo.year import SEED
from siyu.demo.year.tenancy import SLUG, make_year
from tenants.commands import ReportingCommand
from tenants.context import entered
from tenants.models import Tenant


class Command(ReportingCommand):
    help = "建立一个装有演示年的商家：两个品牌、十二家门店、两万会员、四万订单"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--tenant", default=SLUG, help="演示商家的标识")
        parser.add_argument("--seed", type=int, default=SEED)
        parser.add_argument("--scale", type=float, default=1.0, help="缩小的倍数，如 0.02")
        parser.add_argument("--until", default="", help="最后一天，YYYY-MM-DD，默认昨天")
        parser.add_argument("--skip-nightly", action="store_true", help="不算每日指标")

    def report(self, **options: Any) -> dict[str, Any]:
        until = _day(options["until"])
        started = time.monotonic()
        loaded = make_year(
            slug=options["tenant"], seed=options["seed"], scale=options["scale"], until=until,
            report=self.progress,
        )  # fmt: skip
        answer = {"tenant": options["tenant"], **loaded.as_report()}
        answer["seconds"] = round(time.monotonic() - started, 1)
        if not options["skip_nightly"]:
            answer |= self._nightly(options["tenant"], until)
        return answer

    def _nightly(self, slug: str, until: dt.date | None) -> dict[str, Any]:
        self.progress("夜间计算")
        with entered(Tenant.objects.get(slug=slug)):
            run = run_nightly(until)
        told = {"nightly_days": run.days, "nightly_cells": run.cells}
        return {**told, "nightly_seconds": round(run.seconds, 1)}


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidInput("日期应写作 YYYY-MM-DD") from None
