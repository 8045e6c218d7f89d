"""`manage.py import_group_speech --tenant T FILE`: who spoke in which group, from a table."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from community.services import import_group_speech
from tenants.commands import TenantCommand


class Command(TenantCommand):
    help = "导入群发言表（日期、群ID 或群名称、发言人、消息数）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="只核对，不写入")

    def report(self, **options: Any) -> dict[str, Any]:
        report = import_group_speech(options["file"].read_bytes(), dry_run=options["dry_run"])
        return {
            "rows": report.rows,
            "groups": report.groups,
            "first_day": str(report.first_day or ""),
            "last_day": str(report.last_day or ""),
            "error_count": report.error_count,
            "errors": [f"第 {number} 行：{text}" for number, text in report.errors[:50]],
        }
