"""`manage.py create_api_key --tenant T --name N --role operator`."""

from argparse import ArgumentParser
from typing import Any

from core.errors import InvalidInput
from org.contracts import Role
from org.services import create_api_key
from tenants.commands import TenantCommand


class Command(TenantCommand):
    help = "给一台机器新建接口密钥，密钥只显示一次"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--name", required=True)
        parser.add_argument("--role", default="operator")

    def report(self, **options: Any) -> dict[str, Any]:
        if options["role"] not in [role.value for role in Role]:
            raise InvalidInput(f"没有角色 {options['role']}")
        key, secret = create_api_key(name=options["name"], role=options["role"])
        return {"api_key": key.public_id, "secret": secret}
