"""One PostgreSQL, a schema for each tenant, foreign keys that fail where they break."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from siyu.settings.env import needed, text, whole

SIYU_DB_ROLE = text("SIYU_DB_ROLE")


def _options(query: dict[str, list[str]]) -> dict[str, Any]:
    settings = {
        "TimeZone": "UTC",
        "statement_timeout": str(whole("SIYU_STATEMENT_TIMEOUT_MS", 60_000)),
        "idle_in_transaction_session_timeout": "120000",
    }
    if SIYU_DB_ROLE:
        settings["role"] = SIYU_DB_ROLE
    options: dict[str, Any] = {
        "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
        "connect_timeout": 5,
        "keepalives_idle": 30,
    }
    if "host" in query:
        options["host"] = query["host"][0]
    return options


def _database(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    return {
        "ENGINE": "django_tenants.postgresql_backend",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or query.get("host", [""])[0]),
        "PORT": str(parts.port or query.get("port", [""])[0]),
        "CONN_MAX_AGE": whole("SIYU_CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": _options({}),
        "TEST": {"MIGRATE": False, "NAME": text("SIYU_TEST_DATABASE") or None},
    }


ORIGINAL_BACKEND = "core.postgres"
DATABASES = {"default": _database(needed("DATABASE_URL", "postgresql://siyu@127.0.0.1:5432/siyu"))}
DATABASE_ROUTERS = ["tenants.routers.SchemaRouter"]
TENANT_SYNC_ROUTER = "tenants.routers.SchemaRouter"
TENANT_LIMIT_SET_CALLS = True
"""SET search_path once for each change of tenant, not once for each statement: it was half of
all statements. Safe since django-tenants 4.0.1, whose rollbacks forget the setting
(tests/architecture/test_search_path.py)."""
TENANT_MODEL = "tenants.Tenant"
TENANT_DOMAIN_MODEL = "tenants.Domain"
SILENCED_SYSTEM_CHECKS = ["django_tenants.W003"]
