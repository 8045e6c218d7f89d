"""`manage.py import_members --tenant T FILE`: another platform's customers in, as members."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.db import transaction

from core.errors import InvalidInput
from core.models import LongTask
from mall.services import order_member_import, run_member_import
from tenants.commands import TenantCommand


class Command(TenantCommand):
    help = "从有赞导出的客户文件导入会员"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="只核对，不写入")

    def report(self, **options: Any) -> dict[str, Any]:
        if not options["dry_run"]:
            return self._import(**options)
        with transaction.atomic():
            answer = self._import(**options)
            transaction.set_rollback(True)
        return answer

    def _import(self, **options: Any) -> dict[str, Any]:
        started = time.monotonic()
        task = order_member_import(path=options["file"], dry_run=options["dry_run"])
        task = run_member_import(task.pk, tell=self.progress)
        if task.state == LongTask.State.FAILED:
            raise InvalidInput(task.result["message"])
        told = {name: value for name, value in task.result.items() if name != "summary"}
        return {**told, "seconds": round(time.monotonic() - started, 1)}
