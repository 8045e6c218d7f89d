"""Routes of the platform console."""

from django.urls import URLPattern, path

from pages.dashboard import auth, operations
from pages.platform import clock, demos, keeping, tenants

urlpatterns: list[URLPattern] = [
    path("", tenants.tenants),
    path("login", auth.login),
    path("logout", auth.logout),
    path("tenants/new", tenants.tenant_new),
    path("tenants/<slug:slug>", tenants.tenant),
    path("tenants/<slug:slug>/suspend", tenants.suspend),
    path("tenants/<slug:slug>/resume", tenants.resume),
    path("tenants/<slug:slug>/archive", keeping.archive),
    path("tenants/<slug:slug>/restore", keeping.restore),
    path("tenants/<slug:slug>/host", keeping.move),
    path("tenants/<slug:slug>/wipe", demos.wipe),
    path("usage", keeping.usage),
    path("demo/year", demos.year),
    path("jobs", tenants.jobs),
    path("jobs/dead", keeping.letters),
    path("jobs/dead/<slug:slug>/<int:job_id>/retry", keeping.letter_retry),
    path("tasks/<str:task_id>", operations.task),
    path("demo/clock", clock.advance),
]
