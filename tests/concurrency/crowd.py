"""Real threads with real commits, each on its own connection, all starting at once."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection

from core.errors import Refusal
from tenants.context import entered
from tenants.models import Tenant

Deed = Callable[[], Any]

PATIENCE_SECONDS = 120


def all_at_once(tenant: Tenant, deeds: Sequence[Deed], threads: int = 8) -> list[Any]:
    """Do `deeds` with so many threads; a result, or the `Refusal` raised, for each.

    Anything else that is raised is raised again here.
    """
    answers: list[Any] = [None] * len(deeds)
    waiting = list(enumerate(deeds))
    gate = threading.Barrier(threads)

    def work() -> None:
        try:
            with entered(tenant):
                gate.wait(PATIENCE_SECONDS)
                while waiting:
                    try:
                        index, deed = waiting.pop(0)
                    except IndexError:
                        return
                    answers[index] = _answer(deed)
        finally:
            connection.close()

    crowd = [threading.Thread(target=work, daemon=True) for _ in range(threads)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join(PATIENCE_SECONDS)
        assert not one.is_alive(), "a thread is stuck"
    for answer in answers:
        if isinstance(answer, Exception) and not isinstance(answer, Refusal):
            raise answer
    return answers


def _answer(deed: Deed) -> Any:
    try:
        return deed()
    except Exception as error:
        return error


def count(answers: Sequence[Any], kind: type) -> int:
    return sum(isinstance(answer, kind) for answer in answers)
