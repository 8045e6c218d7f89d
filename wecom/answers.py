"""From an HTTP exchange to a JSON object or a typed failure, for WeCom and 公众号 alike."""

import json
from typing import Any

from core.errors import Outcome, PortFailure
from wecom.http import Answer, NeverSent, NoAnswer, exchange

Json = dict[str, Any]


def ask(
    method: str,
    url: str,
    *,
    params: dict[str, str],
    body: Json | None = None,
    repeatable: bool = True,
    seconds: float = 6.0,
) -> Json:
    """The JSON object upstream answered, whatever errcode it carries.

    `repeatable` says whether doing it twice is harmless: a lost answer is then merely
    retryable, and otherwise UNKNOWN. Raises `PortFailure`.
    """
    content = None
    if body is not None:
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    try:
        answer = exchange(method, url, params=params, content=content, seconds=seconds)
    except NeverSent as error:
        raise PortFailure("unreachable", "连接不上微信服务器", outcome=Outcome.RETRYABLE) from error
    except NoAnswer as error:
        raise _lost("no_answer", repeatable=repeatable) from error
    return _decode(answer, repeatable=repeatable)


def _decode(answer: Answer, *, repeatable: bool) -> Json:
    if answer.status == 429:
        raise PortFailure("http_429", "请求过于频繁", outcome=Outcome.RETRYABLE, retry_after=60)
    if 300 <= answer.status < 500:
        raise PortFailure(f"http_{answer.status}", f"微信服务器返回 HTTP {answer.status}")
    if answer.status != 200:
        raise _lost(f"http_{answer.status}", repeatable=repeatable)
    try:
        parsed = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise _lost("bad_answer", repeatable=repeatable) from error
    if not isinstance(parsed, dict):
        raise _lost("bad_answer", repeatable=repeatable)
    return parsed


def _lost(code: str, *, repeatable: bool) -> PortFailure:
    outcome = Outcome.RETRYABLE if repeatable else Outcome.UNKNOWN
    return PortFailure(code, "没有得到微信服务器的有效应答", outcome=outcome)


def errcode_of(answer: Json) -> int:
    """0 when absent: some answers carry none."""
    try:
        return int(answer.get("errcode") or 0)
    except (TypeError, ValueError):
        return -1


def text_at(answer: Json, *path: str) -> str:
    """The text or number at a path, "" where it is absent."""
    found: Any = answer
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return str(found) if isinstance(found, (str, int)) else ""


def needed_at(answer: Json, *path: str) -> str:
    """As `text_at`; an accepted call whose answer lacks it has an UNKNOWN outcome."""
    found = text_at(answer, *path)
    if not found:
        raise _lost("bad_answer", repeatable=False)
    return found
