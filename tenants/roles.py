"""The database role `siyu_app`: all of the work, none of the rewriting of history."""

from django.apps import apps
from django.db import connection

ROLE = "siyu_app"


def append_only_tables() -> list[str]:
    return sorted(
        model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False)
    )


def grant_statements() -> list[str]:
    """Grants for the schema the connection is on; append-only tables lose two rights.

    `current_schema()` cannot stand in a GRANT, so one DO block names the schema itself.
    """
    protected = ", ".join(f"'{name}'" for name in append_only_tables())
    return [
        f"""DO $grant$ DECLARE t text; BEGIN
EXECUTE format('GRANT USAGE ON SCHEMA %I TO {ROLE}', current_schema());
EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO {ROLE}',
               current_schema());
EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO {ROLE}',
               current_schema());
FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema()
    AND tablename = ANY (ARRAY[{protected}]::text[]) LOOP
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I.%I FROM {ROLE}',
                   current_schema(), t);
END LOOP; END $grant$"""
    ]


# Roles belong to the whole cluster: two databases may be prepared at the same moment.
_MAKE_ROLE = f"""DO $role$ BEGIN
IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
    BEGIN
        CREATE ROLE {ROLE} NOLOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
END IF;
IF NOT pg_has_role(current_user, '{ROLE}', 'MEMBER') THEN
    EXECUTE format('GRANT {ROLE} TO %I', current_user);
END IF;
END $role$"""


def ensure_role() -> None:
    """Create the role when missing, let our login take it, open the public schema."""
    with connection.cursor() as cursor:
        cursor.execute(_MAKE_ROLE)
        for statement in grant_statements():
            cursor.execute(statement)
