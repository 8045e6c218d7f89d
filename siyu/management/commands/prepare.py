"""`manage.py prepare`: role, public schema, platform console, every tenant's migrations."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings

from core.ids import random_text
from siyu.demo import seed_demo
from siyu.demo.cast import PLATFORM_PASSWORD
from tenants.commands import ReportingCommand
from tenants.roles import ensure_role
from tenants.schema import migrate_all, migrate_public, template_sql
from tenants.services import ensure_platform, has_platform


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
        ensure_platform(password=self._platform_password(), report=self.progress)
        migrated = migrate_all(self.progress)
        seeded = 0
        if settings.SIYU_ENV == "demo" and not options["no_demo"]:
            seeded = seed_demo(self.progress)
        return {"migrated": migrated, "seeded": seeded}

    def _platform_password(self) -> str:
        """Known in a demonstration; elsewhere from the environment, or made and shown once."""
        if settings.SIYU_ENV == "demo":
            return PLATFORM_PASSWORD
        given = os.environ.get("SIYU_PLATFORM_PASSWORD")
        password = given or random_text(80)
        if not given and not has_platform():
            self.progress(f"平台运营 platform 的初始密码：{password}，只显示这一次")
        return password
