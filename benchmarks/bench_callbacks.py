"""From WeCom's push to the greeting, at a steady rate of adds.

Ours: the running server (web, workers, scheduler) on durable PostgreSQL; seconds from the
first delivery of the callback to the welcome message, both by the twin's clock. Peer: the
textbook view that does everything before it answers (fetch the person, then send), one
after another in this process, without storing anything. Limit: the send_welcome_msg call
alone. What would be unfair: the peer keeps no inbox, matches no card and cannot survive
a crash; ours does all three.
"""

import argparse
import os
import random
import statistics
import time
from typing import Any

import django

django.setup()

import httpx  # noqa: E402

from benchmarks.report import Series, print_machine, print_ratio  # noqa: E402
from siyu.demo.upstream import Upstream, ids_of  # noqa: E402

GUIDES = ("cai", "gu", "dee", "he")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--adds", type=int, default=300)
    parser.add_argument("--rate", type=float, default=10.0, help="每秒添加数")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    wanted = parser.parse_args()
    print_machine("django", "celery", "granian")
    print(f"种子 {wanted.seed}，{wanted.adds} 次添加，每秒 {wanted.rate:g} 次")
    upstream = Upstream(os.environ["TWIN_URL"])

    waits = _play(upstream, wanted.adds, wanted.rate)
    waits.sort()
    _print_waits(waits)
    rounds = [_round(upstream, number) for number in range(3)]
    ours = [statistics.median(waits)] * 3
    peer = [textbook for textbook, _ in rounds]
    limit = [alone for _, alone in rounds]
    print(Series("我们，从推送到问候（中位）", ours).row())
    print(Series("教科书写法，一次一个", peer).row())
    print(Series("极限：只发问候", limit).row())
    print_ratio("我们对教科书", ours, peer, "能存、能重、能匹配的代价")
    p95 = waits[int(len(waits) * 0.95)]
    raise SystemExit(0 if len(waits) == wanted.adds and waits[-1] < 20 and p95 <= 2 else 1)


def _print_waits(waits: list[float]) -> None:
    marks = {name: waits[min(int(len(waits) * share), len(waits) - 1)] for name, share in (
        ("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("最慢", 1.0))}  # fmt: skip
    shown = "，".join(f"{name} {seconds:.3f} 秒" for name, seconds in marks.items())
    print(f"问候 {len(waits)} 条：{shown}；目标 p95 ≤ 2 秒，平台上限 20 秒")


def _play(upstream: Upstream, adds: int, rate: float) -> list[float]:
    """Add guides at the rate and wait for every greeting; seconds from push to greeting."""
    corp_id = ids_of("aurora")["corp_id"]
    people = [upstream.post("people", name=f"客{n}")["person"] for n in range(adds)]
    first = _last_id(upstream)
    began, pushed = time.monotonic(), {}
    for number, person in enumerate(people):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        pushed[_add(upstream, corp_id, person, number)["welcome_code"]] = time.time()
    deadline = time.monotonic() + 60
    sent: dict[str, float] = {}
    while len(sent) < adds and time.monotonic() < deadline:
        time.sleep(0.5)
        for row in _log(upstream, "welcome.sent", first):
            sent.setdefault(row["data"]["welcome_code"], float(row["real_at"]))
    lost = len(pushed.keys() - sent.keys())
    print(f"丢失 {lost}，重复 {_doubles(upstream, first)}")
    return [sent[code] - at for code, at in pushed.items() if code in sent]


def _add(upstream: Upstream, corp_id: str, person: str, number: int) -> dict[str, Any]:
    guide = GUIDES[number % len(GUIDES)]
    return upstream.post("act/add", person=person, corp_id=corp_id, userid=guide)


def _log(upstream: Upstream, kind: str, since: int) -> list[dict[str, Any]]:
    return list(upstream.get("log", kind=kind, since_id=since, limit=10_000)["log"])


def _last_id(upstream: Upstream) -> int:
    rows = upstream.get("log", since_id=0, limit=1_000_000)["log"]
    return max((row["id"] for row in rows), default=0)


def _doubles(upstream: Upstream, since: int) -> int:
    codes = [row["data"]["welcome_code"] for row in _log(upstream, "welcome.sent", since)]
    return len(codes) - len(set(codes))


def _round(upstream: Upstream, number: int) -> tuple[float, float]:
    """Seconds of the textbook's calls for one add, and of the greeting alone, at the twin.

    A corp of its own without a callback address, so that nobody else greets.
    """
    corp_id, secret = f"wwbench{number:011d}", "bench-secret"
    upstream.post("corps", corp_id=corp_id, name="比", agent_id=1000009, secret=secret)
    upstream.post(f"corps/{corp_id}/members", userid="peer", name="比", contact_enabled=True)
    api = httpx.Client(base_url=f"{upstream.base}/cgi-bin", timeout=10)
    token = api.get("/gettoken", params={"corpid": corp_id, "corpsecret": secret}).json()
    params = {"access_token": token["access_token"]}
    whole, alone = [], []
    for one in range(20):
        person = upstream.post("people", name=f"比{one}")["person"]
        added = upstream.post("act/add", person=person, corp_id=corp_id, userid="peer")
        begun = time.perf_counter()
        query = {**params, "external_userid": added["external_userid"]}
        api.get("/externalcontact/get", params=query).raise_for_status()
        called = time.perf_counter()
        body = {"welcome_code": added["welcome_code"], "text": {"content": "您好"}}
        answer = api.post("/externalcontact/send_welcome_msg", params=params, json=body).json()
        if answer["errcode"] != 0:
            raise SystemExit(f"对照组没有发出：{answer}")
        done = time.perf_counter()
        whole.append(done - begun)
        alone.append(done - called)
    return statistics.median(whole), statistics.median(alone)


if __name__ == "__main__":
    main()
