"""`manage.py connect_wechatpay --tenant T --mchid …`: credentials in, a check out."""

from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.errors import InvalidInput
from tenants.commands import TenantCommand
from wechatpay.gateway import notify_url
from wechatpay.services import check_wechatpay, connect_wechatpay


class Command(TenantCommand):
    help = "连接微信支付商户号，并检查凭证"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        for name in ("mchid", "appid", "serial", "private-key", "apiv3-key"):
            parser.add_argument(f"--{name}", required=True)
        parser.add_argument("--public-key-id", default="")
        parser.add_argument("--public-key", default="")

    def report(self, **options: Any) -> dict[str, Any]:
        merchant = connect_wechatpay(
            mchid=options["mchid"],
            appid=options["appid"],
            serial=options["serial"],
            private_key_pem=_read(options["private_key"]),
            apiv3_key=options["apiv3_key"],
            public_key_id=options["public_key_id"],
            public_key_pem=_read(options["public_key"]) if options["public_key"] else "",
        )
        checks = check_wechatpay(merchant)
        return {
            "mchid": merchant.mchid,
            "notify_url": notify_url(merchant),
            "ok": all(check.ok for check in checks),
            "checks": [asdict(check) for check in checks],
        }


def _read(name: str) -> str:
    try:
        return Path(name).read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        raise InvalidInput(f"读不到密钥文件 {name}") from error
