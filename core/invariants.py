"""What must be true of the ledger at every instant, in any tenant.

A check only reads. It gives how many rows it examined and a Chinese line for each
violation; `check_invariants` runs those of every app.
"""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import connection

from core.context import schema
from core.models import Job

Finding = tuple[int, list[str]]
Check = Callable[[], Finding]

WORKING_ROLE = "siyu_app"


def count(sql: str, params: dict[str, Any] | None = None) -> int:
    """How many rows a check looks at; `sql` is a FROM clause and what follows it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {sql}", params)
        return int(cursor.fetchone()[0])


def violations(words: str, sql: str, params: dict[str, Any] | None = None) -> list[str]:
    """`words` filled in with each row of a query that finds only what is wrong."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [words.format(*row) for row in cursor.fetchall()]


def journals_balance() -> Finding:
    """M1: the lines of every journal sum to zero, and no journal is without lines."""
    found = violations(
        "分录 {0}（{1} {2}）的合计为 {3} 分，应为 0",
        """
        SELECT j.id, j.kind, j.ref, COALESCE(SUM(e.amount_fen), 0)
        FROM core_journal j LEFT JOIN core_entry e ON e.journal_id = j.id
        GROUP BY j.id HAVING COALESCE(SUM(e.amount_fen), 1) <> 0 ORDER BY j.id
        """,
    )
    return count("FROM core_journal"), found


def history_is_append_only() -> Finding:
    """M5: the role that works may neither change nor delete a row of history."""
    tables = sorted(
        model._meta.db_table for model in apps.get_models() if getattr(model, "append_only", False)
    )
    found = violations(
        "角色 {1} 可以改写 {0}",
        """
        SELECT t.name, %(role)s FROM unnest(%(tables)s::text[]) AS t(name)
        WHERE has_table_privilege(%(role)s, t.name, 'UPDATE')
           OR has_table_privilege(%(role)s, t.name, 'DELETE')
           OR has_table_privilege(%(role)s, t.name, 'TRUNCATE')
        ORDER BY t.name
        """,
        {"role": WORKING_ROLE, "tables": tables},
    )
    return len(tables), found


CHECKS: dict[str, tuple[Check, ...]] = {
    "M1": (journals_balance,),
    "M5": (history_is_append_only,),
}


def jobs_ran_at_home() -> Finding:
    """T3: every body that ran was on this tenant's schema, as the database named it."""
    ran = Job.objects.exclude(ran_in="")
    strangers = ran.exclude(ran_in=schema()).values_list("name", "key", "ran_in")
    unnamed = Job.objects.filter(state=Job.State.DONE, ran_in="").values_list("name", "key")
    found = [f"作业 {name}（{key}）在 {where} 里执行" for name, key, where in strangers]
    found += [f"作业 {name}（{key}）完成了，却没有记下在哪里执行" for name, key in unnamed]
    return ran.count() + len(unnamed), found
