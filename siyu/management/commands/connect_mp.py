"""`manage.py connect_mp --tenant T --appid … --secret …`."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from tenants.commands import TenantCommand
from wecom.services import check_mp, connect_mp


class Command(TenantCommand):
    help = "连接公众号，供顾客登录"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--appid", required=True)
        parser.add_argument("--secret", required=True)

    def report(self, **options: Any) -> dict[str, Any]:
        account = connect_mp(appid=options["appid"], secret=options["secret"])
        checks = check_mp(account)
        return {
            "appid": account.appid,
            "ok": all(check.ok for check in checks),
            "checks": [asdict(check) for check in checks],
        }
