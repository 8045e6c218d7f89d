"""Another host name for a merchant: the new one answers, the old one leads there."""

import re

from django.conf import settings
from django.http.request import validate_host

from core import audit
from core.errors import InvalidInput, NotFound
from tenants import hosts
from tenants.context import elsewhere
from tenants.models import Domain, Tenant

LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
HOST = re.compile(rf"(?=.{{4,253}}$){LABEL}(\.{LABEL})+")


class HostInvalid(InvalidInput):
    code = "host_invalid"
    message = "站点名只能由小写字母、数字、短横线和点组成，不带 http:// 和端口"


class HostNotServed(InvalidInput):
    """The web processes would answer 400: the setting comes first, then the move."""

    code = "host_not_served"
    message = "服务器还没有放行这个站点名：先把它写进环境变量 SIYU_HOSTS 并重启，再换"


class HostTaken(InvalidInput):
    code = "host_taken"
    message = "这个站点名已被使用"


def move_host(*, slug: str, surface: str, host: str) -> None:
    """Make `host` the merchant's address on a surface ("staff" or "customer").

    Pages on the former name lead to the new one; callbacks and notices are still taken
    there, because WeCom and WeChat Pay hold the old address until somebody changes it.
    Refuses `HostInvalid`, `HostNotServed`, `HostTaken`.
    """
    host = host.strip().lower()
    if not HOST.fullmatch(host) or surface not in ("staff", "customer"):
        raise HostInvalid(host=host)
    if not validate_host(host, settings.ALLOWED_HOSTS):
        raise HostNotServed(host=host)

    with elsewhere():
        former = _move(slug, surface, host)

    hosts.forget()
    audit.record(
        "tenants.tenant.moved",
        before={"slug": slug, "host": former},
        after={"slug": slug, "host": host},
    )


def _move(slug: str, surface: str, host: str) -> str:
    tenant = Tenant.objects.filter(slug=slug, kind=Tenant.Kind.MERCHANT).first()
    if tenant is None:
        raise NotFound
    theirs = Domain.objects.filter(tenant=tenant, surface=surface)
    former = theirs.order_by("-is_primary", "pk").values_list("domain", flat=True).first() or ""
    taken = Domain.objects.filter(domain=host).first()
    if taken and (taken.tenant_id != tenant.pk or taken.surface != surface):
        raise HostTaken(host=host)
    Domain.objects.update_or_create(
        domain=host, defaults={"tenant": tenant, "surface": surface, "is_primary": True}
    )
    theirs.exclude(domain=host).update(is_primary=False)
    return former
