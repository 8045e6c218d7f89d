"""The unlikely made certain: Breeze's random ids are given the very values of Aurora's."""

from django.db import connection, models

from tests.access.canaries import ADDRESS, EXEMPT, OPAQUE, merchant_models
from tests.access.stage import Stage


def twin_columns() -> list[tuple[str, str]]:
    """(table, column) of every id or credential that is drawn at random."""
    return [
        (model._meta.db_table, str(field.column))
        for model in merchant_models()
        for field in model._meta.concrete_fields
        if _is_random(field) and model._meta.app_label != "sessions"
    ]


def _is_random(field: models.Field) -> bool:
    name = f"{field.model._meta.label}.{field.name}"
    return field.name == "public_id" or EXEMPT.get(name) in (OPAQUE, ADDRESS)


def make_twins(stage: Stage) -> None:
    """Copy the columns row by row, for rows with the same primary key; then nothing differs."""
    ours, theirs = stage.aurora.tenant.schema_name, stage.breeze.tenant.schema_name
    with connection.cursor() as cursor:
        for table, column in twin_columns():
            cursor.execute(
                f'UPDATE "{theirs}"."{table}" AS b SET "{column}" = a."{column}" '
                f'FROM "{ours}"."{table}" AS a WHERE a.id = b.id'
            )
            assert cursor.rowcount, f"{table}.{column} has no twin"
