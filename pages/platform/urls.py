"""Routes of the platform console."""

from django.urls import URLPattern, path

from pages.dashboard import auth, operations
from pages.platform import clock, tenants

urlpatterns: list[URLPattern] = [
    path("", tenants.tenants),
    path("login", auth.login),
    path("logout", auth.logout),
    path("tenants/new", tenants.tenant_new),
    path("tenants/<slug:slug>", tenants.tenant),
    path("tenants/<slug:slug>/suspend", tenants.suspend),
    path("tenants/<slug:slug>/resume", tenants.resume),
    path("jobs", tenants.jobs),
    path("tasks/<str:task_id>", operations.task),
    path("demo/clock", clock.advance),
]
