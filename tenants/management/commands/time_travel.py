"""`manage.py time_travel --days 8`: move business time forward."""

import datetime as dt
from argparse import ArgumentParser
from typing import Any

from core import clock, ports
from core.clock import ClockOffset
from tenants.commands import ReportingCommand


class Command(ReportingCommand):
    help = "把业务时间向前拨（仅演示与测试环境）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--days", type=float, default=0)
        parser.add_argument("--hours", type=float, default=0)

    def report(self, **options: Any) -> dict[str, Any]:
        by = dt.timedelta(days=options["days"], hours=options["hours"])
        offset = ports.get(ClockOffset).advance(by)
        return {"now": clock.now().isoformat(), "offset_seconds": offset.total_seconds()}
