"""The sender that everybody writes first: claim, send, mark; whatever fails is tried again.

Its workers are threads of calls under the same faults; a kill is a claim that is never
marked, which the lease hands to the next.
"""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from tests.soak._house import House
from tests.soak._postgres import Cluster

KILLED = 0.01
"""The share of calls after which a worker dies before its mark, as in the run proper."""

WORKERS = 4


def run_naive(
    house: House, cluster: Cluster, guides: dict[str, list[str]], calls: int, seed: int
) -> dict[str, Any]:
    """What customers got of so many naive calls: sent once, twice, never."""
    work = [
        (f"naive-{number // len(guides)}", userid)
        for number, userid in zip(range(calls), _cycle(guides), strict=False)
    ]
    token = _token(house)
    with ThreadPoolExecutor(WORKERS) as pool:
        jobs = [
            pool.submit(_send, house, token, step, userid, guides[userid], seed + number)
            for number, (step, userid) in enumerate(work)
        ]
        tries = sum(job.result() for job in jobs)
    sends = house.twin.get("state/sends", corp_id=house.corp_id)["sends"]
    made = Counter((send["text"], send["sender"]) for send in sends if "naive" in send["text"])
    return {
        "steps": len(work),
        "tries": tries,
        "twice": sum(count > 1 for count in made.values()),
        "never": sum(not made[key] for key in work),
    }


def _cycle(guides: dict[str, list[str]]) -> Any:
    while guides:
        yield from guides


def _token(house: House) -> str:
    query = {"corpid": house.corp_id, "corpsecret": "s0ak"}
    answer = httpx.get(f"{house.twin.base}/cgi-bin/gettoken", params=query, timeout=10)
    return str(answer.json()["access_token"])


def _send(
    house: House, token: str, step: str, userid: str, recipients: list[str], seed: int
) -> int:
    """Until it is marked: any error or lapsed lease is a reason to send again."""
    dice = random.Random(seed)
    for attempt in range(1, 50):
        body = {
            "chat_type": "single",
            "sender": userid,
            "external_userid": recipients,
            "text": {"content": step},
        }
        is_killed = dice.random() < KILLED
        try:
            answer = httpx.post(
                f"{house.twin.base}/cgi-bin/externalcontact/add_msg_template",
                params={"access_token": token},
                json=body,
                timeout=3,
            ).json()
        except (httpx.HTTPError, ValueError):
            continue
        if answer.get("errcode") == 0 and not is_killed:
            return attempt
    return attempt
