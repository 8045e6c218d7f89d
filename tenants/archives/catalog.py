"""The tables of a schema, parents before children, as the database itself names them."""

from graphlib import CycleError, TopologicalSorter

from django.db import connection


class TablesInCircle(RuntimeError):
    """Foreign keys form a circle, so no order of filling satisfies them."""


def list_tables() -> list[str]:
    """Ordinary tables of the present schema; a table stands after those it points to."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname, coalesce(array_agg(p.relname) FILTER (WHERE p.oid <> c.oid), '{}')
               FROM pg_class c
               LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f'
               LEFT JOIN pg_class p ON p.oid = k.confrelid
               WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
               GROUP BY c.relname ORDER BY c.relname"""
        )
        graph = {str(name): [str(parent) for parent in parents] for name, parents in cursor}
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as circle:
        raise TablesInCircle(", ".join(circle.args[1])) from circle


def list_columns(table: str) -> list[str]:
    """Columns that hold data, in their own order; generated ones make themselves."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT column_name FROM information_schema.columns
               WHERE table_schema = current_schema() AND table_name = %s
                 AND is_generated = 'NEVER' ORDER BY ordinal_position""",
            [table],
        )
        return [str(row[0]) for row in cursor.fetchall()]


def advance_sequences() -> None:
    """Numbers go on after the greatest that is there."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT table_name, column_name FROM information_schema.columns
               WHERE table_schema = current_schema() AND is_identity = 'YES'"""
        )
        for table, column in cursor.fetchall():
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence(%s, %s), "
                f"coalesce(max({quote(column)}), 1), max({quote(column)}) IS NOT NULL) "
                f"FROM {quote(table)}",
                [table, column],
            )


def copy_columns(table: str) -> str:
    """`"table" ("a", "b")`, as COPY takes it."""
    quote = connection.ops.quote_name
    return f"{quote(table)} ({', '.join(quote(name) for name in list_columns(table))})"
