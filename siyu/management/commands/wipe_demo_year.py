"""`manage.py wipe_demo_year --tenant SLUG`: drop a demonstration whole."""

from argparse import ArgumentParser
from typing import Any

from siyu.demo.year.tenancy import SLUG
from tenants.commands import ReportingCommand
from tenants.services import wipe_demo


class Command(ReportingCommand):
    help = "清除一个演示商家的全部数据；真实的商家会被拒绝"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--tenant", default=SLUG)

    def report(self, **options: Any) -> dict[str, Any]:
        facts = wipe_demo(slug=options["tenant"], report=self.progress)
        return {"wiped": facts.slug, "rows": dict(facts.counts), "bytes": facts.bytes}
