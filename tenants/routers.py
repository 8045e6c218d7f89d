"""Which app's tables belong in which schema."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections


class SchemaRouter:
    """Public holds the shared apps, the platform schema a few, a merchant all others."""

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **hints: Any
    ) -> bool | None:
        names = app_names_for(connections[db])
        config = apps.get_app_config(app_label)
        return None if config.name in names else False


def app_names_for(connection: Any) -> list[str]:
    if connection.schema_name == "public":
        return list(settings.SHARED_APPS)
    kind = getattr(connection.tenant, "kind", "merchant")
    return list(settings.PLATFORM_APPS if kind == "platform" else settings.TENANT_APPS)
