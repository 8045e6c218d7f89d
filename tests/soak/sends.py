"""Thousands of chunks handed over by workers that are killed, on services that go away.

`python -m tests.soak.sends [--steps 6000] [--rounds 60] [--seed N]`. A step is what the
promise is about: one message of one plan to the customers of one guide, which is one call.
Meanwhile workers die by SIGKILL (most of them at a named point), PostgreSQL is restarted
in immediate mode twice, Redis is wiped once, and the platform answers −1, 45009 and 500,
resets and times out after it has accepted. The verdict is the twin's: what each customer
was sent. A naive sender under the same faults must say things twice.
"""

import argparse
import json
import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg2

from tests.soak._house import House, redis_of_ours
from tests.soak._naive import run_naive
from tests.soak._postgres import Cluster, own_cluster
from tests.twin_process import BASES, ROOT, TwinProcess, running_twin

POINTS = ("chunk.claimed", "chunk.sending", "chunk.called", "chunk.marked")
WORKERS = 4
CUSTOMERS = 2
STEPS_A_GUIDE = 20
"""Below the 28 to 31 messages a month that a customer may get."""

ADD = "externalcontact/add_msg_template"
FAULTS: tuple[dict[str, Any], ...] = (
    {"mode": "errcode", "errcode": -1, "rate": 0.03},
    {"mode": "errcode", "errcode": 45009, "rate": 0.03},
    {"mode": "http500", "rate": 0.02},
    {"mode": "reset_after", "rate": 0.02},
    {"mode": "timeout_after", "rate": 0.02},
)
ENV = {"WECOM_PAUSE_MS": "5", "WECOM_SUBMIT_MS": "3000"}
"""Both are thrown at random here: an hour's pause or ten seconds each would say nothing more."""

CORP, SECRET = "wwsoak0000000001", "s0ak"
END_SECONDS = 2_400.0


@dataclass
class Tally:
    """What happened, as it goes on."""

    kills: Counter[str] = field(default_factory=Counter)
    restarts: list[float] = field(default_factory=list)
    wipes: int = 0

    @property
    def killed(self) -> int:
        return sum(self.kills.values())


@dataclass
class Crew:
    """Workers, and the point at which each is to die."""

    house: House
    dice: random.Random
    span: int
    tally: Tally
    kills: int
    alive: dict[str, tuple["subprocess.Popen[bytes]", str]] = field(default_factory=dict)
    hired: int = 0

    def hire(self) -> None:
        self.hired += 1
        name, point = f"worker-{self.hired}", self.dice.choice(POINTS)
        env = {}
        if self.tally.killed < self.kills:
            env = {"CRASH_AT": f"{point}:{self.dice.randint(1, self.span)}"}
        self.alive[name] = (self.house.worker(name, "send,sync,default", **env), point)

    def look_after(self) -> None:
        """Count the dead and replace them; now and then one dies without a point."""
        for name, (process, point) in list(self.alive.items()):
            ready = " ready." in self.house.said(name)
            if ready and self.tally.killed < self.kills and self.dice.random() < 0.001:
                process.kill()
                point = "anywhere"
            code = process.poll()
            if code is None and point == "anywhere":
                code = process.wait(timeout=20)
            if code is not None:
                self.tally.kills[point] += code == -signal.SIGKILL
                del self.alive[name]
                self.hire()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=6_000, help="calls to be made")
    parser.add_argument("--rounds", type=int, default=60, help="workers to kill")
    parser.add_argument("--control", type=int, default=1_000, help="calls of the naive sender")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with _open_house() as (house, cluster):
        guides = _populate(house, max(1, options.steps // STEPS_A_GUIDE))
        tally, began = Tally(), time.monotonic()
        for number, fault in enumerate(FAULTS):
            house.twin.post("faults", api=ADD, seed=options.seed + number, **fault)
        _play(house, cluster, tally, options, guides)
        verdict = _judge(house, tally, guides, options.seed)
        verdict["seconds"] = round(time.monotonic() - began)
        verdict["naive"] = run_naive(house, cluster, guides, options.control, options.seed)
    verdict["happened"] = _happened(tally, options.rounds, verdict["faults"])
    verdict["ok"] = verdict["ok"] and verdict["happened"]
    verdict["ok"] = verdict["ok"] and (not options.control or verdict["naive"]["twice"] > 0)
    print(json.dumps(verdict, ensure_ascii=False))
    return 0 if verdict["ok"] else 1


def _happened(tally: Tally, rounds: int, fired: dict[str, int]) -> bool:
    """Whether the harm was done that the run is to survive; a quiet run proves nothing."""
    wanted = min(2, rounds)
    harmed = tally.killed >= rounds and len(tally.restarts) >= wanted and tally.wipes >= 1
    return harmed and len(fired) == len(FAULTS) and all(fired.values())


@contextmanager
def _open_house() -> Iterator[tuple[House, Cluster]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="siyu-soak-")))
        cluster = stack.enter_context(own_cluster())
        twin = stack.enter_context(running_twin(folder / "twin"))
        env = {
            **os.environ,
            **ENV,
            "DATABASE_URL": cluster.url,
            "REDIS_URL": redis_of_ours(),
            "SIYU_ENV": "test",
            "SIYU_BASE_DOMAIN": "localhost",
            "SIYU_DB_ROLE": "",
            "SIYU_DATA_DIR": str(folder),
            "PYTHONUNBUFFERED": "1",
            "SIYU_LOG_LEVEL": "INFO",
            **dict.fromkeys(BASES, twin.base),
        }
        house = House(env, folder, twin, tenant="soak", corp_id=CORP)
        stack.callback(house.end)
        house.wipe_redis()
        stack.callback(house.wipe_redis)
        house.manage("prepare", "--no-demo")
        house.manage("provision_tenant", "--name", "极光", "--slug", "soak")
        yield house, cluster


def _populate(house: House, count: int) -> dict[str, list[str]]:
    """So many guides with their customers, in the twin; {userid: external ids}."""
    twin = house.twin
    twin.post("settings", send_confirm="auto", timeout_hold=4.0)
    twin.post("corps", corp_id=CORP, name="极光", agent_id=1000002, secret=SECRET)
    house.manage(
        *("connect_wecom", "--tenant", "soak", "--corp-id", CORP, "--agent-id", "1000002"),
        *("--secret", SECRET, "--token", "t0ken", "--aes-key", "k" * 43),
    )
    return {f"guide{number:04d}": _befriend(twin, f"guide{number:04d}") for number in range(count)}


def _befriend(twin: TwinProcess, userid: str) -> list[str]:
    twin.post(f"corps/{CORP}/members", userid=userid, name=userid, contact_enabled=True)
    externals = []
    for number in range(CUSTOMERS):
        person = twin.post("people", name=f"{userid}-{number}")["person"]
        added = twin.post("act/add", person=person, corp_id=CORP, userid=userid)
        externals.append(str(added["external_userid"]))
    return externals


def _play(
    house: House,
    cluster: Cluster,
    tally: Tally,
    options: argparse.Namespace,
    guides: dict[str, list[str]],
) -> None:
    steps = [f"step-{number:02d}" for number in range(STEPS_A_GUIDE)]
    _crowd(house, {"tenant": "soak", "guides": guides, "steps": steps})
    house.start("scheduler", "manage.py", "scheduler")
    span = max(2, 2 * options.steps // max(1, options.rounds))
    crew = Crew(house, random.Random(options.seed), span, tally, options.rounds)
    for _ in range(WORKERS):
        crew.hire()
    end, said = time.monotonic() + END_SECONDS, 0.0
    while time.monotonic() < end:
        crew.look_after()
        _disturb(house, cluster, tally, options.rounds)
        if time.monotonic() - said > 5:
            said = time.monotonic()
            states = _states(house)
            print(f"{tally.killed} kills, {dict(states)}", flush=True)
            if states and not set(states) & {"planned", "held", "queued"}:
                return
        time.sleep(0.2)


def _disturb(house: House, cluster: Cluster, tally: Tally, rounds: int) -> None:
    """The database goes at a third and at two thirds of the kills, Redis at the half."""
    if len(tally.restarts) < min(2, 3 * tally.killed // max(1, rounds)):
        tally.restarts.append(round(cluster.restart_at_once(), 1))
    if not tally.wipes and tally.killed >= rounds / 2:
        house.wipe_redis()
        tally.wipes += 1


def _crowd(house: House, given: dict[str, Any]) -> None:
    subprocess.run(
        [sys.executable, "-m", "tests.soak._crowd"],
        cwd=ROOT,
        env={**house.env, "DJANGO_SETTINGS_MODULE": "siyu.settings"},
        input=json.dumps(given),
        text=True,
        check=True,
    )


def _states(house: House) -> dict[str, int]:
    try:
        return dict(house.select("SELECT state, count(*) FROM outreach_touch GROUP BY state"))
    except psycopg2.OperationalError:
        return {}


def _judge(house: House, tally: Tally, guides: dict[str, list[str]], seed: int) -> dict[str, Any]:
    """By the twin: what each customer was sent of each step, against what we say."""
    sends = house.twin.get("state/sends", corp_id=CORP)["sends"]
    there: Counter[tuple[str, str]] = Counter()
    for send in sends:
        for result in send["results"]:
            there[send["text"], result["recipient"]] += result["status"] == 1
    rows = house.select(
        "SELECT p.step, t.recipient, t.state, t.reason FROM outreach_touch t"
        " JOIN outreach_touchplan p ON p.id = t.plan_id"
    )
    here = {(step, recipient): (state, reason) for step, recipient, state, reason in rows}
    twice = [key for key, count in there.items() if count > 1]
    lost = [
        key
        for key, (state, reason) in here.items()
        if (there[key] == 0) != (state != "sent") or (state != "sent" and not reason)
    ]
    wanted = len(guides) * CUSTOMERS * STEPS_A_GUIDE
    states = Counter(f"{state} {reason}".strip() for state, reason in here.values())
    return {
        "ok": not twice and not lost and len(here) == wanted and not _open(states),
        "seed": seed,
        "steps": len(guides) * STEPS_A_GUIDE,
        "recipients": wanted,
        "sent_twice": len(twice),
        "lost": len(lost),
        "our_states": dict(states),
        "calls_accepted": len(sends),
        "kills": tally.killed,
        "kills_by_point": dict(tally.kills),
        "postgres_restarts": tally.restarts,
        "redis_wiped": tally.wipes,
        "faults": _fired(house),
    }


def _open(states: Counter[str]) -> bool:
    return any(state.split()[0] in ("planned", "held", "queued") for state in states)


def _fired(house: House) -> dict[str, int]:
    found = house.twin.get("faults")
    rows = found["faults"] if isinstance(found, dict) else found
    return {f"{row['mode']} {row.get('errcode') or ''}".strip(): row["fired"] for row in rows}


if __name__ == "__main__":
    sys.exit(main())
