"""`manage.py nightly --tenant T`: compute every day that is new or has changed."""

import datetime as dt
import resource
import time
from argparse import ArgumentParser
from typing import Any

from analytics.selectors import find_last_run, list_runs_after
from analytics.services import run_nightly
from core.errors import InvalidInput
from core.jobs import run_due
from tenants.commands import TenantCommand


class Command(TenantCommand):
    help = "补算每日指标，直到昨天或指定的一天"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--until", default="", help="最后一天，YYYY-MM-DD")

    def report(self, **options: Any) -> dict[str, Any]:
        started, former = time.monotonic(), find_last_run()
        until = _day(options["until"])
        # Days that an import has just touched may still be on their way as jobs.
        run_due("nightly")
        run_nightly(until)

        runs = list_runs_after(former)
        days = [run.first_day for run in runs if run.first_day]
        return {
            "days": sum(run.days for run in runs),
            "cells": sum(run.cells for run in runs),
            "first_day": min(days, default=None),
            "last_day": runs[-1].last_day if days else None,
            "seconds": round(time.monotonic() - started, 1),
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidInput("日期应写作 YYYY-MM-DD") from None
