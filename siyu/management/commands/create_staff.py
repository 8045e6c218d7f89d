"""`manage.py create_staff --tenant T --username U --name N --role guide --unit CODE`."""

from argparse import ArgumentParser
from typing import Any

from core.errors import InvalidInput
from core.ids import random_text
from org.contracts import ROLE_NAMES, Role
from org.selectors import find_unit_by_code
from org.services import create_staff
from tenants.commands import TenantCommand


class Command(TenantCommand):
    help = "给商家添加一名人员"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--username", required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument("--role", required=True)
        parser.add_argument("--unit", default="", help="组织编码")
        parser.add_argument("--wecom-userid", default="")
        parser.add_argument("--password", default="")

    def report(self, **options: Any) -> dict[str, Any]:
        if options["role"] not in [role.value for role in Role]:
            raise InvalidInput(f"角色应为 {'、'.join(role.value for role in ROLE_NAMES)} 之一")
        unit = find_unit_by_code(options["unit"]) if options["unit"] else None
        if options["unit"] and unit is None:
            raise InvalidInput(f"没有编码为 {options['unit']} 的组织")
        password = options["password"] or random_text(60)
        person = create_staff(
            username=options["username"],
            name=options["name"],
            role=options["role"],
            unit=unit,
            password=password,
            wecom_userid=options["wecom_userid"] or None,
        )
        return {"staff": person.public_id, "username": person.username, "password": password}
