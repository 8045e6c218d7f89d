"""The bare domain of a demonstration: where everybody may go from here."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tenants.models import Domain

PLACES = {
    Domain.Surface.PLATFORM: ("平台控制台", "/login"),
    Domain.Surface.STAFF: ("工作台", "/login"),
    Domain.Surface.CUSTOMER: ("顾客页面", "/"),
}


def is_front(host: str) -> bool:
    return settings.SIYU_ENV == "demo" and host == settings.SIYU_BASE_DOMAIN


def front(request: HttpRequest) -> HttpResponse:
    """A list of addresses; no tenant is entered and nobody is logged in."""
    rows = Domain.objects.select_related("tenant").order_by("tenant_id", "surface")
    port = request.get_host().rpartition(":")[2]
    places = []
    for row in rows:
        name, path = PLACES[Domain.Surface(row.surface)]
        places.append((f"{row.tenant.name} · {name}", f"http://{row.domain}:{port}{path}"))
    if settings.TWIN_URL:
        places.append(("手机：扮演顾客或导购", f"{settings.TWIN_URL}/phone/"))
    return render(None, "components/front.html", {"places": places})
