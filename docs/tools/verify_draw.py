"""Recompute a draw from its public record: `python docs/tools/verify_draw.py record.json`.

Written from docs/rules.md alone, with nothing of the product: the standard library is all
it takes. A record is what the page of a draw gives under 全部公开数据; "-" reads it from
the standard input. Exit code 0 when everything agrees, 1 when something does not.
"""

import hashlib
import hmac
import json
import sys
from pathlib import Path


def sha256(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def score(seed, ticket):
    return hmac.new(bytes.fromhex(seed), ticket.encode("ascii"), hashlib.sha256).hexdigest()


def findings(record):
    """(what was checked, whether it agrees) for everything the record lets one check."""
    entrants, seed = record["entrants"], record["seed"]
    if record["version"] != "siyu-draw-1":
        yield "规则版本", False
        return
    if entrants is not None:
        listed = "\n".join(sorted(entrants))
        yield "名单指纹", sha256(listed) == record["entrants_hash"]
        yield "一人一个编号", len(set(entrants)) == len(entrants)
    if seed is None:
        return
    terms = json.dumps(record["terms"], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    sealed = "\n".join(["siyu-draw-1", record["draw"], sha256(terms), seed])
    yield "承诺值", sha256(sealed) == record["commitment"]
    yield "奖品数量", record["prizes"] == record["terms"]["prizes"]
    ranked = sorted(entrants, key=lambda ticket: (score(seed, ticket), ticket))
    yield "中奖名单", ranked[: record["prizes"]] == record["winners"]


def main(place):
    text = sys.stdin.read() if place == "-" else Path(place).read_text(encoding="utf-8")
    record = json.loads(text)
    checked = list(findings(record))
    for _name, _agrees in checked:
        pass
    if not all(agrees for _, agrees in checked):
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
