"""`manage.py restore_tenant --file F --json`: a merchant back from its file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from tenants.archives.reading import restore_archive
from tenants.commands import ReportingCommand


class Command(ReportingCommand):
    help = "从归档文件恢复一个商家；数据库里还有它的数据时拒绝"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--file", required=True, type=Path)

    def report(self, **options: Any) -> dict[str, Any]:
        return {"tenant": restore_archive(options["file"], self.progress)}
