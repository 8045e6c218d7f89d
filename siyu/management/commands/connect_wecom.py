"""`manage.py connect_wecom --tenant T --corp-id … --secret …`: credentials in, a check out."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from tenants.commands import TenantCommand
from wecom.checks import CALLBACK_UNVERIFIED, callback_url
from wecom.services import check_wecom, connect_wecom


class Command(TenantCommand):
    help = "连接企业微信应用，并检查所需的接口"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        for name in ("corp-id", "agent-id", "secret", "token", "aes-key"):
            parser.add_argument(f"--{name}", required=True)

    def report(self, **options: Any) -> dict[str, Any]:
        app = connect_wecom(
            corp_id=options["corp_id"],
            agent_id=options["agent_id"],
            secret=options["secret"],
            token=options["token"],
            aes_key=options["aes_key"],
        )
        checks = check_wecom(app)
        return {
            "callback_url": callback_url(app),
            "ok": all(check.ok or check.code == CALLBACK_UNVERIFIED for check in checks),
            "callback_verified": app.verified_at is not None,
            "checks": [asdict(check) for check in checks],
        }
