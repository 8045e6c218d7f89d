"""Routes of the platform host."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("", include("pages.platform.urls"))]

handler404 = "pages.errors.not_found"
handler500 = "pages.errors.server_error"
