"""M5: history cannot be rewritten by the role that web and workers take."""

from django.apps import apps
from django.db import connection

ROLE = "siyu_app"
FORBIDDEN = ("UPDATE", "DELETE", "TRUNCATE")

_SQL = """
SELECT t.tablename, right_name
FROM pg_tables t CROSS JOIN unnest(%s::text[]) AS right_name
WHERE t.schemaname = current_schema() AND t.tablename = ANY (%s::text[])
  AND has_table_privilege(%s, format('%%I.%%I', t.schemaname, t.tablename), right_name)
ORDER BY 1, 2
"""


def append_only_is_denied() -> tuple[int, list[str]]:
    """How many ledger, audit and other append-only tables there are, and each right too many."""
    tables = [
        model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() "
            "AND tablename = ANY (%s::text[])",
            [tables],
        )
        examined = int(cursor.fetchone()[0])
        cursor.execute(_SQL, [list(FORBIDDEN), tables, ROLE])
        violations = [f"角色 {ROLE} 可以对 {table} 执行 {right}" for table, right in cursor]
    return examined, violations
