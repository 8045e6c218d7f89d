"""One SKU against a thousand, 8 and 32 clients, in SQL alone: does a hot SKU queue?

Ours: the statement of `mall.services.buckets` (64 buckets, SKIP LOCKED) and the row of what
was sold, durable; cold is the same work spread over 1,000 SKUs. Peer: SELECT FOR UPDATE,
then UPDATE and four INSERTs, statement by statement, on one SKU. Limit: a conditional
UPDATE and the row in one round trip over 1,000 SKUs. Driven by pgbench, whose threads take
part of the two cores. What would be unfair: no Django, no HTTP, no evidence on any side.
"""

import argparse
import os
import random
import re
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from benchmarks.report import print_machine, print_ratio

CLIENTS = (8, 32)
SKUS, PIECES, BUCKETS = 1_000, 1_000_000, 64

TABLES = f"""
CREATE TABLE stock (id int PRIMARY KEY, on_hand int, sold int, CHECK (sold <= on_hand));
CREATE TABLE bucket (id serial PRIMARY KEY, sale_id int, stock_id int, number int,
                     pieces int CHECK (pieces >= 0), UNIQUE (sale_id, number));
CREATE TABLE sold (id bigserial PRIMARY KEY, sku int NOT NULL, kind text, at timestamptz);
INSERT INTO stock SELECT n, {PIECES}, 0 FROM generate_series(0, {SKUS}) n;
INSERT INTO bucket (sale_id, stock_id, number, pieces)
SELECT sale, sale, n, {PIECES // BUCKETS}
FROM generate_series(0, {SKUS}) sale, generate_series(1, {BUCKETS}) n WHERE sale = 0
UNION ALL SELECT sale, sale, 1, {PIECES} FROM generate_series(1, {SKUS}) sale;
ANALYZE;
"""

_TAKE = """WITH found AS MATERIALIZED (
  SELECT id FROM bucket WHERE sale_id = {sale} AND pieces >= 1
  ORDER BY number LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
), taken AS (
  UPDATE bucket b SET pieces = b.pieces - 1 FROM found WHERE b.id = found.id RETURNING b.stock_id
) INSERT INTO sold (sku, kind, at) SELECT stock_id, 'ours', now() FROM taken;
"""
_CREATES = "".join(
    f"INSERT INTO sold (sku, kind, at) VALUES (0, 'peer{n}', now());\n" for n in range(4)
)
SCRIPTS = {
    "hot": _TAKE.format(sale=0),
    "cold": f"\\set sku random(1, {SKUS})\n" + _TAKE.format(sale=":sku"),
    "peer": "BEGIN;\nSELECT sold FROM stock WHERE id = 0 AND sold < on_hand FOR UPDATE;\n"
    "UPDATE stock SET sold = sold + 1 WHERE id = 0;\n" + _CREATES + "COMMIT;\n",
    "limit": f"\\set sku random(1, {SKUS})\n"
    "WITH taken AS (UPDATE stock SET sold = sold + 1 WHERE id = :sku AND sold < on_hand "
    "RETURNING id) INSERT INTO sold (sku, kind, at) SELECT id, 'limit', now() FROM taken;\n",
}
NAMES = {
    "hot": "我们，一个 SKU",
    "cold": "我们，1,000 个 SKU",
    "peer": "FOR UPDATE，逐条语句",
    "limit": "极限：一次往返，1,000 个 SKU",
}


@dataclass
class Bench:
    """A database of this run and what pgbench said, transactions a second."""

    url: str
    folder: Path
    seconds: int
    rates: dict[tuple[str, int], list[float]] = field(default_factory=dict)

    def run(self, name: str, clients: int, seed: int) -> None:
        script = self.folder / f"{name}.sql"
        script.write_text(SCRIPTS[name])
        command = [_pgbench(), "-n", "-f", str(script), "-c", str(clients), "-j", "2"]
        command += ["-T", str(self.seconds), f"--random-seed={seed}", self.url]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        found = re.search(r"tps = ([\d.]+)", done.stdout)
        if done.returncode or not found:
            raise SystemExit(f"pgbench: {done.stderr[-500:]}")
        self.rates.setdefault((name, clients), []).append(float(found[1]))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=5, help="每轮每种做法的秒数")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    wanted = parser.parse_args()
    print_machine("psycopg2-binary")
    print(f"种子 {wanted.seed}")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(_own_database(), Path(folder), wanted.seconds)
        try:
            _compare(bench, wanted.rounds, wanted.seed)
        finally:
            _admin(f'DROP DATABASE "{urlsplit(bench.url).path[1:]}" WITH (FORCE)')


def _compare(bench: Bench, rounds: int, seed: int) -> None:
    with psycopg2.connect(bench.url) as link, link.cursor() as cursor:
        cursor.execute(TABLES)
    link.close()
    for number in range(rounds):
        for clients in CLIENTS:
            for name in SCRIPTS:
                bench.run(name, clients, seed + number)
    for (name, clients), rates in sorted(bench.rates.items(), key=lambda each: each[0][1]):
        middle = sorted(rates)[len(rates) // 2]
        print(f"{NAMES[name]:<28}{clients:>3} 连接 {middle:>9.0f} /s  "
              f"[{min(rates):.0f} … {max(rates):.0f}]")  # fmt: skip
    print()
    for clients in CLIENTS:
        hot = bench.rates["hot", clients]
        print_ratio(f"{clients} 连接：热对冷", hot, bench.rates["cold", clients], "≥ 0.6")
        print_ratio(f"{clients} 连接：我们对逐条语句", hot, bench.rates["peer", clients], "≥ 4")
        print_ratio(f"{clients} 连接：热对极限", hot, bench.rates["limit", clients], "越近 1 越好")
    print_ratio("热，32 连接对 8 连接", bench.rates["hot", 32], bench.rates["hot", 8], "持平")
    _check(bench.url)


def _check(url: str) -> None:
    """Σ buckets + sold = start, on the hot SKU and on every cold one, or the time is void."""
    sql = """
        SELECT count(*) FROM (
            SELECT b.sale_id, sum(b.pieces) + (SELECT count(*) FROM sold s
                WHERE s.kind = 'ours' AND s.sku = b.sale_id) AS found, min(b.number) AS first
            FROM bucket b GROUP BY b.sale_id) each
        WHERE found <> CASE WHEN sale_id = 0 THEN %s ELSE %s END
    """
    with psycopg2.connect(url) as link, link.cursor() as cursor:
        cursor.execute(sql, [PIECES // BUCKETS * BUCKETS, PIECES])
        (wrong,) = cursor.fetchall()[0]
        cursor.execute("SELECT count(*) FROM sold WHERE kind = 'ours'")
        (taken,) = cursor.fetchall()[0]
    link.close()
    if wrong or not taken:
        raise SystemExit(f"{wrong} 个 SKU 的件数不符，时间作废")
    print(f"件数相符：卖出 {taken} 件，每个 SKU 的 Σ 桶 + 已售 = 起始")


def _pgbench() -> str:
    folder = os.environ.get("SIYU_PG_BIN", "")
    return str(Path(folder) / "pgbench") if folder else "pgbench"


def _own_database() -> str:
    name = f"siyu_bench_{os.getpid()}"
    _admin(f'CREATE DATABASE "{name}"')
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def _admin(statement: str) -> None:
    link = psycopg2.connect(
        urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres"))
    )
    link.autocommit = True
    with link.cursor() as cursor:
        cursor.execute(statement)
    link.close()


if __name__ == "__main__":
    main()
