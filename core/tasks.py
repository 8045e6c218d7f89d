"""Long work a person watches: it reports where it is and stops when asked to."""

from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Concat

from core import clock
from core.context import acting
from core.models import LongTask


class TaskCancelled(Exception):
    """The person asked to stop; what was committed stays."""


def create_task(kind: str, title: str, params: dict[str, Any]) -> LongTask:
    return LongTask.objects.create(
        kind=kind,
        title=title[:120],
        params=params,
        created_by=acting().label,
        created_at=clock.now(),
    )


def start_task(task: LongTask, total: int | None = None) -> None:
    task.state, task.started_at = LongTask.State.RUNNING, task.started_at or clock.now()
    task.total = total if total is not None else task.total
    task.save(update_fields=["state", "started_at", "total"])


def report_progress(task: LongTask, *, done: int, cursor: dict[str, Any] | None = None) -> None:
    """Write how far it is, in the caller's transaction; raises `TaskCancelled`."""
    task.done, task.cursor = done, cursor if cursor is not None else task.cursor
    task.save(update_fields=["done", "cursor"])
    if LongTask.objects.filter(pk=task.pk, cancel_asked=True).exists():
        raise TaskCancelled


def finish_task(task: LongTask, result: dict[str, Any]) -> None:
    _end(task, LongTask.State.DONE, result)


def fail_task(task: LongTask, code: str, message: str) -> None:
    _end(task, LongTask.State.FAILED, {"code": code, "message": message})


def cancel_task(task: LongTask, result: dict[str, Any]) -> None:
    _end(task, LongTask.State.CANCELLED, result)


def ask_to_cancel(task: LongTask) -> None:
    LongTask.objects.filter(pk=task.pk, finished_at__isnull=True).update(cancel_asked=True)


def log_line(task: LongTask, line: str) -> None:
    stamp = clock.real_now().astimezone(clock.SHANGHAI).strftime("%H:%M:%S")
    LongTask.objects.filter(pk=task.pk).update(log=_appended(f"{stamp} {line}\n"))


def _appended(line: str) -> Any:
    return Concat(F("log"), Value(line))


def _end(task: LongTask, state: str, result: dict[str, Any]) -> None:
    task.state, task.result, task.finished_at = state, result, clock.now()
    task.save(update_fields=["state", "result", "finished_at"])
