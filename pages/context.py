"""What every page knows: the site, the environment, whether the clock was moved."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from core import clock


def site(request: HttpRequest) -> dict[str, Any]:
    tenant = getattr(request, "tenant", None)
    ahead = clock.now() - clock.real_now()
    return {
        "site_name": tenant.name if tenant else "私域",
        "is_demo": settings.SIYU_ENV == "demo" or bool(tenant and tenant.is_demo),
        "is_demo_merchant": bool(tenant and tenant.is_demo),
        "clock_ahead_days": round(ahead.total_seconds() / 86400, 1),
        "business_now": clock.now(),
        "staff": getattr(request, "staff", None),
        "real_staff": getattr(request, "real_staff", None),
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "jssdk_url": settings.WECHAT_JSSDK_URL,
        "twin_url": settings.TWIN_URL,
    }
