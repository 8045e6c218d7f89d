"""The addresses of a merchant's pages, as links in messages and on print carry them."""

from typing import Any, cast

from django.conf import settings
from django.db import connection

from tenants.models import Domain


class TenantSites:
    """Fills `org.contracts.SiteUrls` for the tenant that the connection stands on."""

    def customer_url(self, path: str) -> str:
        return _base(Domain.Surface.CUSTOMER) + path

    def staff_url(self, path: str) -> str:
        return _base(Domain.Surface.STAFF) + path

    def machine_url(self, path: str) -> str:
        """WeCom and WeChat Pay take https addresses only; the twin maps them back."""
        return f"https://{_host(Domain.Surface.STAFF)}{path}"


def _base(surface: Domain.Surface) -> str:
    """Plain http and the port of the server on a machine of one's own, https elsewhere."""
    host = _host(surface)
    if settings.SIYU_ENV == "production":
        return f"https://{host}"
    return f"http://{host}:{settings.SIYU_PORT}"


def _host(surface: Domain.Surface) -> str:
    tenant = cast(Any, connection).tenant
    domains = Domain.objects.filter(tenant__schema_name=tenant.schema_name, surface=surface)
    return str(domains.order_by("-is_primary", "pk").values_list("domain", flat=True).first())
