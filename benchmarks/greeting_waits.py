"""From WeCom's push to the greeting at a steady rate of adds, by the twin's clock.

Peer: the calls of the textbook view for one add (fetch the person, then greet), one after
another, without storing anything. Limit: the greeting's call alone. What would be unfair:
the peer keeps no inbox, matches no card and cannot survive a crash.
"""

import statistics
import time
from typing import Any

import httpx

from benchmarks.callback_house import GUIDES
from benchmarks.callback_load import CORP_ID
from benchmarks.report import Series, print_ratio
from tests.twin_process import TwinProcess

SLOWEST, P95 = 20.0, 2.0


def measure_greetings(twin: TwinProcess, adds: int, rate: float, rounds: int) -> bool:
    """Print how long greetings took; False when one is missing, doubled or too late."""
    waits, is_exact = _play(twin, adds, rate)
    if not waits:
        return False
    marks = {name: waits[min(int(len(waits) * share), len(waits) - 1)] for name, share in (
        ("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("最慢", 1.0))}  # fmt: skip
    shown = "，".join(f"{name} {seconds:.3f} 秒" for name, seconds in marks.items())
    print(f"问候 {len(waits)} 条，每秒 {rate:g} 次：{shown}；目标 p95 ≤ 2 秒，平台上限 20 秒")
    pairs = [_calls(twin, number) for number in range(rounds)]
    peer, limit = [whole for whole, _ in pairs], [alone for _, alone in pairs]
    print(Series("我们，从推送到问候（中位）", [statistics.median(waits)]).row())
    print(Series("教科书的两次调用，一次一个", peer).row())
    print(Series("极限：只发问候", limit).row())
    print_ratio(
        "我们对教科书", [statistics.median(waits)] * rounds, peer, "能存、能重、能匹配的代价"
    )
    return is_exact and len(waits) == adds and waits[-1] < SLOWEST and marks["p95"] <= P95


def _play(twin: TwinProcess, adds: int, rate: float) -> tuple[list[float], bool]:
    """Add guides at the rate and wait for every greeting; seconds from push to greeting."""
    people = [twin.post("people", name=f"客{n}")["person"] for n in range(adds)]
    first = max((row["id"] for row in _log(twin, 0, limit=1_000_000)), default=0)
    began, pushed = time.monotonic(), {}
    for number, person in enumerate(people):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        guide = GUIDES[number % len(GUIDES)]
        added = twin.post("act/add", person=person, corp_id=CORP_ID, userid=guide)
        pushed[added["welcome_code"]] = time.time()
    sent = _await_greetings(twin, first, pushed)
    codes = [row["data"]["welcome_code"] for row in _log(twin, first, kind="welcome.sent")]
    doubles = len(codes) - len(set(codes))
    print(f"丢失 {len(pushed.keys() - sent.keys())}，重复 {doubles}")
    return sorted(sent[code] - at for code, at in pushed.items() if code in sent), not doubles


def _await_greetings(twin: TwinProcess, first: int, pushed: dict[str, float]) -> dict[str, float]:
    deadline = time.monotonic() + 60
    sent: dict[str, float] = {}
    while pushed.keys() - sent.keys() and time.monotonic() < deadline:
        time.sleep(0.5)
        for row in _log(twin, first, kind="welcome.sent"):
            sent.setdefault(str(row["data"]["welcome_code"]), float(row["real_at"]))
    return sent


def _log(twin: TwinProcess, since: int, limit: int = 10_000, **query: Any) -> list[dict[str, Any]]:
    return list(twin.get("log", since_id=since, limit=limit, **query)["log"])


def _calls(twin: TwinProcess, number: int) -> tuple[float, float]:
    """Seconds of the textbook's calls for one add, and of the greeting alone, at the twin.

    A corp of its own without a callback address, so that nobody else greets.
    """
    corp_id, secret = f"wwpeer{number:011d}", "peer-secret"
    twin.post("corps", corp_id=corp_id, name="比", agent_id=1000009, secret=secret)
    twin.post(f"corps/{corp_id}/members", userid="peer", name="比", contact_enabled=True)
    whole, alone = [], []
    with httpx.Client(base_url=f"{twin.base}/cgi-bin", timeout=10, trust_env=False) as api:
        token = api.get("/gettoken", params={"corpid": corp_id, "corpsecret": secret}).json()
        params = {"access_token": token["access_token"]}
        for one in range(20):
            person = twin.post("people", name=f"比{one}")["person"]
            added = twin.post("act/add", person=person, corp_id=corp_id, userid="peer")
            begun = time.perf_counter()
            query = {**params, "external_userid": added["external_userid"]}
            api.get("/externalcontact/get", params=query).raise_for_status()
            called = time.perf_counter()
            _greet(api, params, added["welcome_code"])
            done = time.perf_counter()
            whole.append(done - begun)
            alone.append(done - called)
    return statistics.median(whole), statistics.median(alone)


def _greet(api: httpx.Client, params: dict[str, str], code: str) -> None:
    body = {"welcome_code": code, "text": {"content": "您好"}}
    answer = api.post("/externalcontact/send_welcome_msg", params=params, json=body).json()
    if answer["errcode"] != 0:
        raise SystemExit(f"对照组没有发出：{answer}")
