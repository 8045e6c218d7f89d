"""Routes of the customer host."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("", include("pages.shop.urls"))]

handler404 = "pages.errors.not_found"
handler500 = "pages.errors.server_error"
