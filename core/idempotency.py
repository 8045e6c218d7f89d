"""Retry-safe writes: the same key and body get the same answer, another body is refused.

Source: docs.stripe.com/api/idempotent_requests.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.db import transaction

from core import clock
from core.errors import InvalidInput, Refusal
from core.locks import lock_name
from core.models import IdempotencyKey

Answer = tuple[int, Any]


class KeyReused(InvalidInput):
    """The key came before with another body."""

    code = "idempotency_key_reused"
    message = "同一个幂等键不能用于不同的请求"


class KeyMalformed(InvalidInput):
    code = "idempotency_key_malformed"
    message = "幂等键应为 8 到 80 个可见字符"


def answer_once(scope: str, key: str, body: Any, work: Callable[[], Answer]) -> Answer:
    """Do `work` for a key once and give its (status, JSON answer) to every repeat.

    A `Refusal` is an answer too and is kept with its status; a crash keeps nothing, so
    a repeat tries again. Repeats that run at the same time wait for the first.
    """
    if not (8 <= len(key) <= 80 and key.isprintable()):
        raise KeyMalformed
    digest = hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()

    with transaction.atomic():
        lock_name("idempotency", scope, key)
        row = IdempotencyKey.objects.filter(scope=scope, key=key).first()
        if row is not None:
            if row.request_hash != digest:
                raise KeyReused
            return int(row.status or 200), row.answer
        status, answer = _work(work)
        IdempotencyKey.objects.create(
            scope=scope,
            key=key,
            request_hash=digest,
            status=status,
            answer=answer,
            created_at=clock.now(),
        )
    return status, answer


def _work(work: Callable[[], Answer]) -> Answer:
    try:
        with transaction.atomic():
            return work()
    except Refusal as refusal:
        return refusal.status, refusal.as_dict()
