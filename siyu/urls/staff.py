"""Routes of the staff host."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("pages.dashboard.urls")),
    path("", include("pages.guide.urls")),
    path("", include("wecom.urls")),
    path("", include("wechatpay.urls")),
]

handler404 = "pages.errors.not_found"
handler500 = "pages.errors.server_error"
