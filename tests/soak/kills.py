"""Workers killed between the claim and the end of a greeting: none said twice, none lost.

`python -m tests.soak.kills --rounds 50 [--seed N]`. Each wave starts workers that die by
SIGKILL at a named point, lets people add guides in the twin, and gives the work to a
worker that lives once those have died. In some waves Redis is wiped in between, or an
answer of the platform is lost after it has acted. The verdict is the twin's: its log and
what people find on their phones, not our own tables.
"""

import argparse
import json
import random
import secrets
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.soak._house import House, open_house, wait_for

POINTS = ("greeting.claimed", "greeting.sending", "greeting.called", "greeting.marked")
VICTIMS = 5
DYING_SECONDS = 4.0
IN_TIME_SECONDS = 25.0
MAX_WAVES = 60
WELCOME = "externalcontact/send_welcome_msg"


@dataclass
class Tally:
    """What happened, as it goes on."""

    kills: Counter[str] = field(default_factory=Counter)
    people: list[str] = field(default_factory=list)
    slowest: float = 0.0
    wipes: int = 0
    lost_answers: int = 0
    waves: int = 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50, help="workers to kill at least")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    with open_house() as house:
        tally = _play(house, random.Random(options.seed), options.rounds)
        verdict = _judge(house, tally, options.seed)
    print(json.dumps(verdict, ensure_ascii=False))
    return 0 if verdict["ok"] else 1


def _play(house: House, dice: random.Random, rounds: int) -> Tally:
    tally = Tally()
    relief = house.worker("relief", "greeting,send,money,default,sync")
    house.await_line("relief", " ready.")
    while sum(tally.kills.values()) < rounds and tally.waves < MAX_WAVES:
        _wave(house, relief, dice, tally)
        print(
            f"wave {tally.waves}: {sum(tally.kills.values())} kills, {len(tally.people)} people,"
            f" slowest greeting {tally.slowest:.1f} s",
            flush=True,
        )
    return tally


def _wave(
    house: House, relief: "subprocess.Popen[bytes]", dice: random.Random, tally: Tally
) -> None:
    tally.waves += 1
    victims = _victims(house, dice, tally.waves)
    relief.send_signal(signal.SIGSTOP)
    if dice.random() < 0.3:
        house.twin.post("faults", api=WELCOME, mode="reset_after", times=1)
        tally.lost_answers += 1
    began = time.monotonic()
    added = _add_people(house, dice, VICTIMS + dice.randrange(3), tally)
    deadline = began + DYING_SECONDS
    while time.monotonic() < deadline and any(process.poll() is None for process, _ in victims):
        time.sleep(0.05)
    if tally.waves % 3 == 0:
        house.wipe_redis()
        tally.wipes += 1
    relief.send_signal(signal.SIGCONT)
    _bury(victims, tally)
    _await_greetings(house, added, began, tally)


def _victims(
    house: House, dice: random.Random, wave: int
) -> list[tuple["subprocess.Popen[bytes]", str]]:
    """Workers that will die, each at a point of its own, once all of them are up."""
    victims = []
    for number in range(VICTIMS):
        point, name = dice.choice(POINTS), f"victim-{wave}-{number}"
        victims.append((house.worker(name, "greeting", CRASH_AT=f"{point}:1"), point))
    for number in range(VICTIMS):
        house.await_line(f"victim-{wave}-{number}", " ready.")
    return victims


def _add_people(house: House, dice: random.Random, count: int, tally: Tally) -> list[str]:
    """So many people add a guide; their welcome codes."""
    codes = []
    for _ in range(count):
        person = house.twin.post("people", name=f"客{len(tally.people)}")["person"]
        userid = dice.choice(("wx_cai", "wx_dee"))
        added = house.twin.post("act/add", person=person, corp_id=house.corp_id, userid=userid)
        tally.people.append(person)
        codes.append(added["welcome_code"])
    return codes


def _bury(victims: list[tuple["subprocess.Popen[bytes]", str]], tally: Tally) -> None:
    """Count the dead; who found no greeting to die at is sent home."""
    for process, point in victims:
        if process.poll() is None:
            process.terminate()
        if process.wait(timeout=20) == -signal.SIGKILL:
            tally.kills[point] += 1


def _await_greetings(house: House, codes: list[str], began: float, tally: Tally) -> None:
    def all_sent() -> bool:
        return set(codes) <= {entry["welcome_code"] for entry in house.log_of("welcome.sent")}

    try:
        wait_for(all_sent, began + IN_TIME_SECONDS - time.monotonic(), "greetings")
    except TimeoutError:
        print(f"wave {tally.waves}: not all greeted in time", flush=True)
    tally.slowest = max(tally.slowest, time.monotonic() - began)


def _judge(house: House, tally: Tally, seed: int) -> dict[str, Any]:
    """By the twin: each code it gave out was used once, each phone shows one welcome."""
    given = [e["fields"].get("WelcomeCode") for e in house.log_of("callback.event")]
    codes = [code for code in given if code]
    used = Counter(entry["welcome_code"] for entry in house.log_of("welcome.sent"))
    shown = {person: _texts(house, person) for person in tally.people}
    lost = [code for code in codes if not used[code]]
    twice = [code for code in codes if used[code] > 1]
    twice += [person for person, texts in shown.items() if texts > 1]
    wait_for(lambda: not _open(house), 60, "open greetings")
    states = dict(house.select("SELECT state, count(*) FROM outreach_greeting GROUP BY state"))
    return {
        "ok": not lost and not twice and states == {"sent": len(codes)} and len(codes) > 0,
        "seed": seed,
        "kills": sum(tally.kills.values()),
        "kills_by_point": dict(tally.kills),
        "greetings": len(codes),
        "sent_twice": len(twice),
        "lost": len(lost),
        "our_states": states,
        "redis_wiped": tally.wipes,
        "answers_lost": tally.lost_answers,
        "slowest_seconds": round(tally.slowest, 1),
    }


def _texts(house: House, person: str) -> int:
    messages = house.twin.get("messages", person=person)["messages"]
    return sum(message["kind"] == "text" for message in messages)


def _open(house: House) -> int:
    sql = "SELECT count(*) FROM outreach_greeting WHERE state IN ('queued', 'sending')"
    return int(house.select(sql)[0][0])


if __name__ == "__main__":
    sys.exit(main())
