"""One step of a calendar to 300,000 customers of 3,000 guides.

Ours: `plan_touches` and `run_gate` for all of them (every rule, every budget, 3,000
chunks), durable, in one process; the hand-over to the twin is measured on the first 20
chunks of 100 and multiplied. Peer: a Celery task for each recipient on Redis, a real
worker with two processes, measured on a sample; it decides and records less. Limits: the
expansion into chunks in plain SQL into a table without an index, and the twin's raw HTTP
for the same calls. What would be unfair: the peer keeps no reason, no budget and no plan,
and cannot tell what a dead worker had sent; the twin, a small server in Python, is the
slower half of the hand-over for both.
"""

import argparse
import datetime as dt
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import django

django.setup()

import httpx  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from benchmarks.report import Series, print_machine, print_ratio  # noqa: E402
from core import clock  # noqa: E402
from outreach.contracts import Attachment, Audience, Message  # noqa: E402
from outreach.models import Chunk, Touch  # noqa: E402
from outreach.services import plan_touches, run_gate  # noqa: E402
from outreach.services.claims import claim_chunk  # noqa: E402
from outreach.services.sending import send_chunk  # noqa: E402
from siyu.adapters import fill_ports  # noqa: E402
from tenants.context import entered  # noqa: E402
from tenants.models import Tenant  # noqa: E402
from tests.soak._house import House, own_database, redis_of_ours, wait_for  # noqa: E402
from tests.twin_process import BASES, TwinProcess, running_twin  # noqa: E402

CORP, SECRET = "wwbench0000000001", "b3nch"
CUSTOMERS = 100
"""Of each guide; the field's own figure is 110."""

SAMPLE_GUIDES = 20
FIRST_DAY = dt.datetime(2026, 3, 2, 10, tzinfo=clock.SHANGHAI)
EVERYBODY = Audience(
    "SELECT 'contact', external_userid, member_id, staff_id, unit_id FROM fact_contact"
)
MESSAGE = Message("周末会员日", (Attachment("link", "进店有礼", "https://m.bench.localhost/p/1"),))

SEED = """
INSERT INTO org_staff (public_id, username, name, role, unit_id, wecom_userid, phone,
    is_active, is_on_duty, failed_logins, created_at, password)
SELECT 'bench' || n, 'guide' || n, '导购' || n, 'guide', (SELECT min(id) FROM org_orgunit),
       'guide' || n, '', true, true, 0, now(), '!'
FROM generate_series(0, %(guides)s - 1) n;
INSERT INTO members_member (public_id, name, phone, phone_index, source, created_at)
SELECT 'bench' || n, '客' || n, '', '', 'bench', now() FROM generate_series(1, %(all)s) n;
INSERT INTO members_contact (member_id, staff_id, external_userid, state, add_way,
    is_new_person, is_active, added_at, removed_by)
SELECT m.id, s.id, 'wm' || lpad(m.n::text, 9, '0'), '', 0, true, true, now(), ''
FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM members_member
      WHERE source = 'bench') m
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM org_staff
      WHERE username LIKE 'guide%%') s ON s.n = m.n / %(customers)s;
CREATE TABLE peer_touch (round int, recipient text, msgid text);
CREATE INDEX ON peer_touch (recipient);
"""

EXPAND = """
CREATE TABLE limit_expanded AS
SELECT external_userid AS recipient, member_id, staff_id,
       (row_number() OVER (PARTITION BY staff_id ORDER BY contact_id) - 1) / 10000 AS part
FROM fact_contact
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--recipients", type=int, default=300_000)
    parser.add_argument("--sample", type=int, default=400, help="对照组每轮的任务数")
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    print_machine("django", "celery", "psycopg2-binary")
    with _open_bench(wanted.recipients) as bench:
        series = {name: Series(name) for name in ("gate", "send", "each", "expand", "raw")}
        for number in range(wanted.rounds):
            for name, seconds in bench.round(number, wanted.sample).items():
                series[name].seconds.append(seconds)
        is_right = bench.is_right(wanted.rounds)
    _print(series, wanted.recipients, wanted.sample, is_right)


def _print(series: dict[str, Series], recipients: int, sample: int, is_right: bool) -> None:
    """Everything as seconds for all recipients; the two samples are multiplied."""
    share = recipients / (SAMPLE_GUIDES * CUSTOMERS)
    whole = [
        gate + send * share
        for gate, send in zip(series["gate"].seconds, series["send"].seconds, strict=True)
    ]
    each = [seconds * recipients / sample for seconds in series["each"].seconds]
    raw = [seconds * share for seconds in series["raw"].seconds]
    print(Series(f"我们：计划、闸门、分批（{recipients:,} 人）", series["gate"].seconds).row())
    print(Series("我们：另加全部提交（由 20 批推得）", whole).row())
    print(Series(f"Celery 一人一任务（由 {sample} 人推得）", each).row())
    print(Series("极限：纯 SQL 展开", series["expand"].seconds).row())
    print(Series("极限：同样的调用，裸 HTTP（推得）", raw).row())
    ratio = print_ratio("Celery 对我们，全程", each, whole, "≥ 100×")
    print_ratio("Celery 对我们的闸门与分批", each, series["gate"].seconds, "—")
    print_ratio("我们的闸门对纯 SQL 展开", series["gate"].seconds, series["expand"].seconds, "—")
    print_ratio("我们全程对裸 HTTP", whole, raw, "—")
    print(f"正确：{'是' if is_right else '否'}")
    raise SystemExit(0 if is_right and ratio >= 100 else 1)


class Bench:
    def __init__(self, house: House, database: str, guides: int) -> None:
        self.house, self.database, self.guides = house, database, guides
        query = {"corpid": CORP, "corpsecret": SECRET}
        answer = httpx.get(f"{house.twin.base}/cgi-bin/gettoken", params=query).json()
        self.token = str(answer["access_token"])
        self.sample = [f"guide{number}" for number in range(SAMPLE_GUIDES)]

    def round(self, number: int, sample: int) -> dict[str, float]:
        """One month later each time, so that no cap is in the way."""
        with clock.frozen(FIRST_DAY + dt.timedelta(days=31 * number)):
            gate, send = self._ours(number)
        return {
            "gate": gate,
            "send": send,
            "each": self._each(number, sample),
            "expand": self._expand(),
            "raw": self._raw(number),
        }

    def _ours(self, number: int) -> tuple[float, float]:
        began = time.perf_counter()
        plan = plan_touches(
            source="bench", step=str(number), version=1, occurrence="1", channel="single",
            audience=EVERYBODY, message=MESSAGE, due_at=clock.now(), holdout_ppm=0,
        )  # fmt: skip
        passed = run_gate(plan_id=plan.pk)
        gated = time.perf_counter()
        assert passed.queued == self.guides * CUSTOMERS, passed
        for _ in range(SAMPLE_GUIDES):
            chunk = claim_chunk(plan.pk)
            assert chunk is not None
            send_chunk(chunk)
        return gated - began, time.perf_counter() - gated

    def _each(self, number: int, sample: int) -> float:
        """From the first `delay` to the last row, by a worker that was already up."""
        from benchmarks.peers.outreach_each import send  # noqa: PLC0415  it needs our REDIS_URL

        began = time.perf_counter()
        for one in range(sample):
            send.delay(number, f"guide{one // CUSTOMERS}", _external(one))
        wait_for(lambda: self._count_peer(number) == sample, 300, "peer")
        return time.perf_counter() - began

    def _count_peer(self, number: int) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM peer_touch WHERE round = %s", [number])
            return int(cursor.fetchone()[0])

    def _expand(self) -> float:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS limit_expanded")
            began = time.perf_counter()
            cursor.execute(EXPAND)
            return time.perf_counter() - began

    def _raw(self, number: int) -> float:
        url = f"{self.house.twin.base}/cgi-bin/externalcontact/add_msg_template"
        with httpx.Client(trust_env=False, timeout=30) as client:
            began = time.perf_counter()
            for guide, userid in enumerate(self.sample):
                first = guide * CUSTOMERS
                body = {
                    "chat_type": "single",
                    "sender": userid,
                    "external_userid": [_external(first + one) for one in range(CUSTOMERS)],
                    "text": {"content": f"raw {number}"},
                }
                answer = client.post(url, params={"access_token": self.token}, json=body).json()
                assert answer["errcode"] == 0, answer
            return time.perf_counter() - began

    def is_right(self, rounds: int) -> bool:
        """All are queued once, and the twin has each of the sample once a round."""
        sends = self.house.twin.get("state/sends", corp_id=CORP)["sends"]
        ours = [send for send in sends if send["text"] == MESSAGE.text]
        reached = [one for send in ours for one in send["recipients"]]
        whole = self.guides * CUSTOMERS * rounds
        sizes = sum(Chunk.objects.values_list("size", flat=True))
        wanted = SAMPLE_GUIDES * CUSTOMERS
        return (
            Touch.objects.filter(state="queued").count() == whole == sizes
            and len(reached) == wanted * rounds
            and len(set(reached)) == wanted
        )


def _external(number: int) -> str:
    return _externals[number]


_externals: list[str] = []


@contextmanager
def _open_bench(recipients: int) -> Iterator[Bench]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="siyu-bench-")))
        url = stack.enter_context(own_database())
        twin = stack.enter_context(running_twin(folder / "twin"))
        env = {
            **os.environ,
            "DATABASE_URL": url,
            "REDIS_URL": redis_of_ours(),
            "SIYU_ENV": "test",
            "SIYU_DB_ROLE": "",
            "SIYU_DATA_DIR": str(folder),
            **dict.fromkeys(BASES, twin.base),
        }
        house = House(env, folder, twin, tenant="bench", corp_id=CORP)
        stack.callback(house.end)
        house.wipe_redis()
        house.manage("prepare", "--no-demo")
        house.manage("provision_tenant", "--name", "测", "--slug", "bench")
        _know_the_sample(house)
        _use(url, env, twin)
        tenant = stack.enter_context(entered(Tenant.objects.get(slug="bench")))
        stack.callback(connection.close)
        _seed(recipients)
        bench = Bench(house, url, recipients // CUSTOMERS)
        _start_peer(house, url, tenant, bench.token)
        yield bench


def _use(url: str, env: dict[str, str], twin: TwinProcess) -> None:
    """This process is the product's one worker."""
    connection.close()
    connection.settings_dict["NAME"] = urlsplit(url).path.lstrip("/")
    settings.REDIS_URL = os.environ["REDIS_URL"] = env["REDIS_URL"]
    for name in BASES:
        setattr(settings, name, twin.base)
    fill_ports()


def _know_the_sample(house: House) -> None:
    """The guides and customers of the sample, in the twin."""
    twin = house.twin
    twin.post("corps", corp_id=CORP, name="测", agent_id=1000002, secret=SECRET)
    for guide in range(SAMPLE_GUIDES):
        userid = f"guide{guide}"
        twin.post(f"corps/{CORP}/members", userid=userid, name=userid, contact_enabled=True)
        for one in range(CUSTOMERS):
            person = twin.post("people", name=f"{userid}-{one}")["person"]
            added = twin.post("act/add", person=person, corp_id=CORP, userid=userid)
            _externals.append(str(added["external_userid"]))
    house.manage(
        *("connect_wecom", "--tenant", "bench", "--corp-id", CORP, "--agent-id", "1000002"),
        *("--secret", SECRET, "--token", "t0ken", "--aes-key", "k" * 43),
    )


def _seed(recipients: int) -> None:
    params = {
        "guides": recipients // CUSTOMERS,
        "all": recipients,
        "customers": CUSTOMERS,
    }
    with connection.cursor() as cursor:
        cursor.execute(SEED, params)
        cursor.execute(
            "UPDATE members_contact c SET external_userid = k.external FROM"
            " unnest(%s::text[]) WITH ORDINALITY k(external, n)"
            " WHERE c.external_userid = 'wm' || lpad((k.n - 1)::text, 9, '0')",
            [_externals],
        )
        cursor.execute("ANALYZE")


def _start_peer(house: House, url: str, tenant: Any, token: str) -> None:
    log = house.log("peer")
    with log.open("wb") as out:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "-A", "benchmarks.peers.outreach_each"),
                *("worker", "-c", "2", "-l", "INFO", "--without-gossip", "--without-mingle"),
            ],
            env={
                **house.env,
                "PEER_DATABASE_URL": f"{url}?options=-csearch_path%3D{tenant.schema_name}",
                "PEER_TOKEN": token,
            },
            stdout=out,
            stderr=out,
        )
    house.processes.append(process)
    house.await_line("peer", " ready.")


if __name__ == "__main__":
    main()
