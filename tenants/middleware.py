"""The host decides the tenant, before anything else touches the database."""

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse

from tenants import hosts
from tenants.context import SchemaMismatch, assert_schema, to_public
from tenants.front import front, is_front
from tenants.models import Tenant
from tenants.schema import version_of

GetResponse = Callable[[HttpRequest], HttpResponse]

URLCONFS = {
    "staff": "siyu.urls.staff",
    "customer": "siyu.urls.customer",
    "platform": "siyu.urls.platform",
}

MACHINE_PATHS = ("/wecom/", "/api/", "/metricz")


class HealthMiddleware:
    """Answers `/healthz` and `/readyz` before any tenant is looked up."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return HttpResponse("ok", content_type="text/plain")
        if request.path == "/readyz":
            return self._ready()
        return self.get_response(request)

    def _ready(self) -> HttpResponse:
        try:
            to_public()
            Tenant.objects.exists()
        except DatabaseError:
            return HttpResponse("database unreachable", status=503)
        return HttpResponse("ready", content_type="text/plain")


class TenantMiddleware:
    """Enter the tenant of the Host header; unknown is 404, not ready is 503."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        to_public()
        try:
            return self._serve(request)
        finally:
            to_public()

    def _serve(self, request: HttpRequest) -> HttpResponse:
        host = request.get_host().rpartition(":")[0] or request.get_host()
        found = hosts.find_host(host)
        if found is None and is_front(host):
            return front(request)
        if found is None:
            return HttpResponse("未知的站点", status=404)
        refused = _refusal(found.tenant)
        if refused:
            return refused
        cast(Any, connection).set_tenant(found.tenant)
        try:
            assert_schema(found.tenant.schema_name)
        except SchemaMismatch:
            return _unavailable("站点正在准备中")
        request.tenant = found.tenant  # type: ignore[attr-defined]
        request.urlconf = URLCONFS[found.surface]
        if found.leads_to and not _is_for_machines(request):
            return HttpResponseRedirect(_moved(request, found.leads_to))
        return self.get_response(request)


def _is_for_machines(request: HttpRequest) -> bool:
    """WeCom and WeChat Pay keep calling the address they were once given."""
    return request.method != "GET" or request.path.startswith(MACHINE_PATHS)


def _moved(request: HttpRequest, host: str) -> str:
    port = request.get_host().rpartition(":")[2]
    suffix = f":{port}" if port.isdigit() else ""
    return f"{request.scheme}://{host}{suffix}{request.get_full_path()}"


def _refusal(tenant: Tenant) -> HttpResponse | None:
    if tenant.state == Tenant.State.SUSPENDED:
        return _unavailable("站点已停用，请联系平台")
    if tenant.state == Tenant.State.ARCHIVED:
        return _unavailable("站点已归档，请联系平台")
    if tenant.state != Tenant.State.READY:
        return _unavailable("站点正在准备中")
    if settings.SIYU_CHECK_SCHEMA and tenant.schema_version != _version(tenant.kind):
        return _unavailable("站点正在升级，请稍后再试")
    return None


_versions: dict[str, str] = {}


def _version(kind: str) -> str:
    if kind not in _versions:
        _versions[kind] = version_of(kind)
    return _versions[kind]


def _unavailable(message: str) -> HttpResponse:
    response = JsonResponse({"code": "tenant_unavailable", "message": message}, status=503)
    response["Retry-After"] = "30"
    return response
