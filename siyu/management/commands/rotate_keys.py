"""`manage.py rotate_keys --json`: re-encrypt every tenant under the first of SIYU_FIELD_KEYS."""

from typing import Any

from core.crypto import current_key_id
from core.rotation import count_old, rotate_keys
from tenants.commands import ReportingCommand
from tenants.context import elsewhere, entered
from tenants.models import Tenant


class Command(ReportingCommand):
    help = "用 SIYU_FIELD_KEYS 的第一把密钥重新加密所有商家的密文（可反复执行，不停机）"

    def report(self, **options: Any) -> dict[str, Any]:
        changed, left = 0, 0
        for tenant in _tenants():
            with entered(tenant):
                changed += sum(rotate_keys().values())
                left += count_old()
        if left:
            self.failed = f"还有 {left} 行需要旧密钥，请再执行一次"
        return {"key": current_key_id(), "rotated": changed, "left": left}


@elsewhere()
def _tenants() -> list[Tenant]:
    return list(Tenant.objects.exclude(state__in=Tenant.WITHOUT_SCHEMA).order_by("pk"))
