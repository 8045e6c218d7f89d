"""`manage.py provision_tenant --name NAME --json`."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from tenants.commands import ReportingCommand
from tenants.services import provision_tenant


class Command(ReportingCommand):
    help = "新建一个商家"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--name", required=True)
        parser.add_argument("--slug", default="")
        parser.add_argument("--admin", default="admin")
        parser.add_argument("--password", default="")

    def report(self, **options: Any) -> dict[str, Any]:
        made = provision_tenant(
            name=options["name"],
            slug=options["slug"],
            admin_username=options["admin"],
            admin_password=options["password"],
            report=self.progress,
        )
        return asdict(made)
