"""Creating 200 tenants, a no-op migration of all of them, and a sweep of the idle.

Ours: one recorded script replayed in one round trip. Peer: django-tenants' documented way,
`migrate_schemas` for a new schema and for all. Limit: CREATE SCHEMA and the same tables
from one SQL script, without rows, checks or a first login. What would be unfair: the peer
runs in this process and pays Django's import of every migration once, as ours does; it
creates no first person and no brand, and ours does both.
"""

import argparse
import functools
import io
import time
from collections.abc import Callable
from typing import Any, cast

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from benchmarks.report import Series, print_machine, print_ratio  # noqa: E402
from core.jobs import LANES  # noqa: E402
from tenants.context import to_public  # noqa: E402
from tenants.models import Tenant  # noqa: E402
from tenants.roles import ensure_role  # noqa: E402
from tenants.runner import find_due  # noqa: E402
from tenants.schema import migrate_all, migrate_public, template_sql  # noqa: E402
from tenants.services import provision_tenant  # noqa: E402

ROUNDS = 3


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tenants", type=int, default=200)
    count = parser.parse_args().tenants
    print_machine("django", "django-tenants", "psycopg2-binary")
    migrate_public()
    ensure_role()
    template_sql("merchant")

    each = [
        _timed(functools.partial(provision_tenant, name=f"店{n}", slug=f"t-{n}"))
        for n in range(count)
    ]
    second, last = each[1 : 1 + ROUNDS], each[-ROUNDS:]
    _print_sizes()
    print(Series(f"新建第 2–{1 + ROUNDS} 个", second).row())
    print(Series(f"新建第 {count - ROUNDS + 1}–{count} 个", last).row())

    _print_comparison()
    growth = print_ratio("第 200 个对第 2 个", last, second, "≤ 1.3")
    raise SystemExit(0 if growth <= 1.3 else 1)


def _print_comparison() -> None:
    peer, limit = Series("django-tenants migrate_schemas"), Series("同样的表，一段 SQL")
    ours = Series("我们（含品牌与首个登录）")
    for number in range(ROUNDS):
        ours.seconds.append(
            _timed(functools.partial(provision_tenant, name="比", slug=f"cmp-{number}"))
        )
        peer.seconds.append(_timed(functools.partial(_by_migrations, f"t_peer_{number}")))
        limit.seconds.append(_timed(functools.partial(_by_script, f"t_limit_{number}")))
    for series in (ours, peer, limit):
        print(series.row())

    idle = [_timed(migrate_all) for _ in range(ROUNDS)]
    standard = [_timed(_standard_no_op)]
    print(Series(f"{Tenant.objects.count()} 个商家无事可迁，我们", idle).row())
    print(Series("同上，django-tenants", standard).row())
    sweep = [_timed(lambda: find_due(list(LANES))) for _ in range(ROUNDS)]
    print(Series(f"扫一遍 {Tenant.objects.count()} 个空闲商家", sweep).row())

    print()
    print_ratio("django-tenants 对我们，新建", peer.seconds, ours.seconds, "≥ 5")
    print_ratio("我们对极限，新建", ours.seconds, limit.seconds, "越近 1 越好")
    print_ratio("django-tenants 对我们，无事可迁", standard, idle[:1], "≥ 20")
    _check_equal("t_peer_0", Tenant.objects.get(slug="cmp-0").schema_name)


def _timed(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _by_migrations(schema: str) -> None:
    """A new schema as django-tenants makes it: CREATE SCHEMA, then every migration."""
    to_public()
    tenant = Tenant(schema_name=schema, slug=schema, name=schema)
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA "{schema}"')
    cast(Any, connection).set_tenant(tenant)
    call_command("migrate_schemas", schema_name=schema, interactive=False, verbosity=0)
    to_public()


def _by_script(schema: str) -> None:
    to_public()
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE SCHEMA "{schema}"')
        cursor.execute(f'SET search_path = "{schema}"')
        cursor.cursor.execute(template_sql("merchant"))
    connection.close()


def _standard_no_op() -> None:
    to_public()
    call_command(
        "migrate_schemas", tenant=True, interactive=False, verbosity=0, stdout=io.StringIO()
    )
    to_public()


def _print_sizes() -> None:
    schema = Tenant.objects.get(slug="t-1").schema_name
    with connection.cursor() as cursor:
        for kind, words in (("r", "表"), ("i", "索引"), ("v", "视图")):
            cursor.execute(
                "SELECT count(*) FROM pg_class WHERE relkind = %s "
                "AND relnamespace = %s::regnamespace",
                [kind, schema],
            )
            print(f"每个商家 {cursor.fetchone()[0]} 个{words}")


def _check_equal(left: str, right: str) -> None:
    """The time counts only when what was made is the same."""
    sql = """SELECT table_name, column_name, data_type FROM information_schema.columns
             WHERE table_schema = %s ORDER BY 1, 2"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [left])
        made = cursor.fetchall()
        cursor.execute(sql, [right])
        if made != cursor.fetchall() or len(made) < 100:
            raise SystemExit("两种办法建出的结构不同，时间作废")
    print(f"结构相同：{len(made)} 列")


if __name__ == "__main__":
    main()
