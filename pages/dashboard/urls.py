"""Routes of the dashboard."""

from django.urls import URLPattern, path

from pages.dashboard import auth, operations, org

urlpatterns: list[URLPattern] = [
    path("login", auth.login),
    path("logout", auth.logout),
    path("view-as/end", auth.view_as_end),
    path("view-as/<str:staff_id>", auth.view_as),
    path("org/units", org.units),
    path("org/units/new", org.unit_new),
    path("org/units/import", org.unit_import),
    path("org/staff", org.staff),
    path("org/staff/new", org.staff_new),
    path("org/staff/<str:staff_id>/active", org.staff_active),
    path("org/staff/<str:staff_id>/password", org.staff_password),
    path("org/api-keys", org.api_keys),
    path("org/api-keys/<str:key_id>/revoke", org.api_key_revoke),
    path("settings/connections", org.connections),
    path("settings/connections/<str:kind>", org.connect),
    path("settings/connections/<str:kind>/check", org.connection_check),
    path("settings/jobs", operations.jobs),
    path("settings/jobs/<int:job_id>/retry", operations.job_retry),
    path("settings/inbox", operations.inbox),
    path("settings/audit", operations.audit),
    path("tasks", operations.tasks),
    path("tasks/<str:task_id>", operations.task),
    path("tasks/<str:task_id>/cancel", operations.task_cancel),
]
