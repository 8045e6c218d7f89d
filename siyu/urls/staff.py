"""Routes of the staff host."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []

handler404 = "pages.errors.not_found"
handler500 = "pages.errors.server_error"
