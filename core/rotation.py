"""Bringing every ciphertext of this tenant to the current key, while it serves."""

from typing import cast

from django.apps import apps
from django.db import connection, models, transaction

from core.crypto import EncryptedTextField, current_key_id, decrypt, encrypt

BATCH = 500


def encrypted_columns() -> list[tuple[type[models.Model], str]]:
    """Every (model, column) that holds ciphertext, from the models themselves."""
    return [
        (model, str(field.column))
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, EncryptedTextField)
    ]


def rotate_keys() -> dict[str, int]:
    """Re-encrypt what an older key wrote; how many rows of each column. Safe to repeat.

    Works in small transactions by primary key and skips a row that changed meanwhile, so
    readers and writers go on. The old key may be taken away once this finds nothing.
    """
    tables = set(connection.introspection.table_names())
    return {
        f"{model._meta.db_table}.{column}": _rotate(model, column)
        for model, column in encrypted_columns()
        if model._meta.db_table in tables
    }


def count_old() -> int:
    """Rows that still need an older key."""
    tables = set(connection.introspection.table_names())
    return sum(
        len(_stale(model, column, limit=None))
        for model, column in encrypted_columns()
        if model._meta.db_table in tables
    )


def _rotate(model: type[models.Model], column: str) -> int:
    changed = 0
    while rows := _stale(model, column, limit=BATCH):
        with transaction.atomic():
            changed += sum(_replace(model, column, pk, stored) for pk, stored in rows)
    return changed


def _stale(model: type[models.Model], column: str, *, limit: int | None) -> list[tuple[int, str]]:
    table, key = model._meta.db_table, model._meta.pk.column
    sql = (
        f'SELECT "{key}", "{column}" FROM "{table}" '
        f'WHERE "{column}" <> \'\' AND "{column}" NOT LIKE %s ORDER BY "{key}"'
    )
    with connection.cursor() as cursor:
        cursor.execute(sql + (f" LIMIT {limit}" if limit else ""), [f"{current_key_id()}:%"])
        return cast(list[tuple[int, str]], cursor.fetchall())


def _replace(model: type[models.Model], column: str, pk: int, stored: str) -> int:
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{table}" SET "{column}" = %s WHERE "{key}" = %s AND "{column}" = %s',
            [encrypt(decrypt(stored)), pk, stored],
        )
        return int(cursor.rowcount)
