"""`manage.py prepare`: role, public schema, platform console, every tenant's migrations."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings

from siyu.demo import seed_demo
from tenants.commands import ReportingCommand
from tenants.roles import ensure_role
from tenants.schema import migrate_all, migrate_public, template_sql
from tenants.services import ensure_platform


class Command(ReportingCommand):
    help = "准备数据库：角色、公共库、平台控制台、各商家的迁移；演示环境再备好演示商家"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--no-demo", action="store_true")

    def report(self, **options: Any) -> dict[str, Any]:
        migrate_public(self.progress)
        ensure_role()
        for kind in ("platform", "merchant"):
            template_sql(kind)
        ensure_platform(password="platform-demo", report=self.progress)
        migrated = migrate_all(self.progress)
        seeded = 0
        if settings.SIYU_ENV == "demo" and not options["no_demo"]:
            seeded = seed_demo(self.progress)
        return {"migrated": migrated, "seeded": seeded}
