"""`manage.py archive_tenant --tenant T [--keep] --json`: a merchant into one file."""

from argparse import ArgumentParser
from typing import Any

from tenants.archives.reading import prove_archive
from tenants.archives.writing import write_archive
from tenants.commands import ReportingCommand
from tenants.services import archive_tenant


class Command(ReportingCommand):
    help = "把一个已停用的商家写进归档文件并从数据库移走；--keep 只写文件（备份），商家照常运行"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--tenant", required=True)
        parser.add_argument("--keep", action="store_true")

    def report(self, **options: Any) -> dict[str, Any]:
        make = write_archive if options["keep"] else _archive
        path = make(options["tenant"], self.progress)
        tables = prove_archive(path)["tables"]
        return {
            "file": str(path),
            "bytes": path.stat().st_size,
            "tables": len(tables),
            "rows": sum(row["rows"] for row in tables.values()),
        }


def _archive(slug: str, report: Any) -> Any:
    return archive_tenant(slug=slug, report=report)
