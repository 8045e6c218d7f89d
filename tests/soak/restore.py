"""script/soak restore: dump, drop, restore one merchant and all; then count and compare.

A demo brand is played through the twin. One merchant goes into its archive and out of
the database, and comes back. Then the whole database is dumped, dropped and restored.
After each, every row of every table is what it was, the invariants hold, and the twin's
pay log agrees with the ledger both ways (M7, M4 ask it).
"""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from tests.soak._house import (
    START_SECONDS,
    House,
    free_port,
    listens,
    own_database,
    redis_of_ours,
    wait_for,
)
from tests.twin_process import BASES, ROOT, running_twin

LANES = "greeting,send,money,default,sync,nightly"
MERCHANT = "aurora"


def main() -> int:
    with _played_house() as house:
        before = _check(house)
        digests = _digests(house)
        house.end()
        one = _drill_one(house, digests)
        everything = _drill_all(house, digests)
    verdict = {
        "ok": all(step["ok"] for step in (before, one, everything)),
        "played": before,
        "one": one,
        "all": everything,
    }
    print(json.dumps(verdict, ensure_ascii=False))
    return 0 if verdict["ok"] else 1


@contextmanager
def _played_house() -> Iterator[House]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="siyu-restore-")))
        url = stack.enter_context(own_database())
        twin = stack.enter_context(running_twin(folder / "twin"))
        port = free_port()
        house = House(_environment(url, twin.base, port, folder), folder, twin)
        stack.callback(house.end)
        twin.post("settings", hostmap={"*.localhost": f"127.0.0.1:{port}"})
        _play(house, port)
        yield house


def _environment(url: str, twin: str, port: int, folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": url,
        "REDIS_URL": redis_of_ours(),
        "SIYU_ENV": "demo",
        "SIYU_BASE_DOMAIN": "localhost",
        "SIYU_PORT": str(port),
        "SIYU_DB_ROLE": "",
        "SIYU_DATA_DIR": str(folder),
        "TWIN_URL": twin,
        **dict.fromkeys(BASES, twin),
    }


def _play(house: House, port: int) -> None:
    house.manage("prepare")
    web = ("-m", "granian", "--interface", "wsgi", "--no-ws", "--host", "127.0.0.1")
    threads = ("--workers", "1", "--blocking-threads", "4", "siyu.wsgi:application")
    house.start("web", *web, "--port", str(port), *threads)
    house.start("scheduler", "manage.py", "scheduler")
    house.worker("line", LANES)
    house.worker("line2", LANES)
    wait_for(lambda: listens(port), START_SECONDS, "web")
    house.await_line("scheduler", "scheduler ready")
    house.manage("play_demo")


def _check(house: House) -> dict[str, Any]:
    """What the product's own check says, once nothing is left to do."""
    deadline = time.monotonic() + 60
    while True:
        report = _invariants(house)
        if report["ok"] or time.monotonic() > deadline:
            return report
        time.sleep(3)


def _invariants(house: House) -> dict[str, Any]:
    command = [sys.executable, "manage.py", "check_invariants", "--json"]
    done = subprocess.run(command, cwd=ROOT, env=house.env, capture_output=True, text=True)
    report = json.loads(done.stdout.strip().splitlines()[-1])
    rows = report["invariants"]
    return {
        "ok": report["ok"],
        "examined": {code: row["examined"] for code, row in rows.items()},
        "violations": [line for row in rows.values() for line in row["details"]],
    }


def _drill_one(house: House, digests: dict[str, str]) -> dict[str, Any]:
    """One merchant: suspend, archive, see it gone, restore, compare."""
    began = time.monotonic()
    _run(house, "UPDATE tenants_tenant SET state = 'suspended' WHERE slug = %s", [MERCHANT])
    archive = house.manage("archive_tenant", "--tenant", MERCHANT)
    gone = not any(name.startswith(_schema(house)) for name in _digests(house))
    house.manage("restore_tenant", "--file", archive["file"])
    return {**_verdict(house, digests, began, gone=gone), "rows": archive["rows"]}


def _drill_all(house: House, digests: dict[str, str]) -> dict[str, Any]:
    """Everything: dump, drop the database, make it anew from the dump, compare."""
    began = time.monotonic()
    dump = house.folder / "siyu.dump"
    url = house.env["DATABASE_URL"]
    _tool("pg_dump", "-Fc", "-d", url, "-f", str(dump))
    name = urlsplit(url).path[1:]
    _admin(url, f'DROP DATABASE "{name}" WITH (FORCE)')
    _admin(url, f'CREATE DATABASE "{name}"')
    gone = not _digests(house)
    _tool("pg_restore", "--exit-on-error", "-d", url, str(dump))
    return {**_verdict(house, digests, began, gone=gone), "bytes": dump.stat().st_size}


def _verdict(house: House, digests: dict[str, str], began: float, *, gone: bool) -> dict[str, Any]:
    seconds = round(time.monotonic() - began, 1)
    after, report = _digests(house), _check(house)
    changed = sorted(name for name in digests if after.get(name) != digests[name])
    changed = [name for name in changed if not name.startswith("public.")]
    return {
        "ok": gone and not changed and report["ok"],
        "gone": gone,
        "tables": len(after),
        "tables_changed": changed,
        "seconds": seconds,
        "violations": report["violations"],
        "examined": report["examined"],
    }


def _digests(house: House) -> dict[str, str]:
    """A digest of the rows of every table of every merchant, whatever their order."""
    with _linked(house.env["DATABASE_URL"]) as cursor:
        cursor.execute(
            "SELECT schemaname, tablename FROM pg_tables "
            "WHERE schemaname LIKE 't\\_%' ORDER BY 1, 2"
        )
        return {f"{s}.{t}": _digest(cursor, s, t) for s, t in cursor.fetchall()}


def _digest(cursor: Any, schema: str, table: str) -> str:
    rows = io.BytesIO()
    cursor.copy_expert(f'COPY "{schema}"."{table}" TO STDOUT', rows)
    return hashlib.sha256(b"\n".join(sorted(rows.getvalue().splitlines()))).hexdigest()


def _schema(house: House) -> str:
    with _linked(house.env["DATABASE_URL"]) as cursor:
        cursor.execute("SELECT schema_name FROM tenants_tenant WHERE slug = %s", [MERCHANT])
        return str(cursor.fetchone()[0])


def _run(house: House, sql: str, parameters: list[str]) -> None:
    with _linked(house.env["DATABASE_URL"]) as cursor:
        cursor.execute(sql, parameters)


def _admin(url: str, statement: str) -> None:
    with _linked(urlunsplit(urlsplit(url)._replace(path="/postgres"))) as cursor:
        cursor.execute(statement)


@contextmanager
def _linked(url: str) -> Iterator[Any]:
    link = psycopg2.connect(url)
    link.autocommit = True
    try:
        yield link.cursor()
    finally:
        link.close()


def _tool(name: str, *arguments: str) -> None:
    """PostgreSQL's own tool, of the embedded server or of the machine."""
    embedded = sorted((ROOT / "build" / "embedded").glob(f"**/pginstall18/bin/{name}"))
    command = str(embedded[0]) if embedded else shutil.which(name)
    if command is None:
        raise SystemExit(f"没有找到 {name}")
    subprocess.run([command, *arguments], check=True, capture_output=True, text=True)


if __name__ == "__main__":
    sys.exit(main())
