"""Running an import: chunk by chunk, each committed with the place it ends at."""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction

from core import audit, events, faults
from core.errors import Refusal
from core.leases import extend_lease
from core.locks import lock_name
from core.models import LongTask
from core.tasks import (
    TaskCancelled,
    cancel_task,
    fail_task,
    finish_task,
    log_line,
    report_progress,
    start_task,
)
from mall.contracts import OrdersImported
from mall.importing import ImportedOrder, ImportRefused, read_orders, sniff
from mall.importing.building import Item
from mall.services.imports.chunks import Place, write_chunk
from mall.services.imports.files import digest_of, estimate_rows
from mall.services.imports.report import Counts, Report
from mall.services.imports.rows import trimmed
from mall.services.imports.starting import JOB, Params

CHUNK_ITEMS = 1_000
CHUNK_LINES = 20_000

Tell = Callable[[str], None]


class TaskMoved(Refusal):
    """Another process goes on with this task; it may not be written twice."""

    code = "import_running"
    message = "这个文件正在由另一个进程导入"


class FileChanged(ImportRefused):
    code = "file_changed"
    message = "文件在导入途中被改动过，请重新导入"


def run_import(
    task_id: int, *, tell: Tell | None = None, chunk_items: int = CHUNK_ITEMS
) -> LongTask:
    """Go on with an import where its last committed chunk ended, to the end.

    Idempotent; the task ends done, cancelled or (the file breaks midway) failed. Raises
    `TaskMoved` where two processes run it at once, `core.locks.Busy` behind another import.
    """
    task = LongTask.objects.get(pk=task_id)
    if task.finished_at is None:
        run = _Run(task, tell or (lambda line: None), chunk_items)
        try:
            run.go()
        except TaskCancelled:
            cancel_task(task, run.result())
        except ImportRefused as refused:
            fail_task(task, refused.code, refused.text)
    return task


class _Run:
    """One process's work on one task."""

    def __init__(self, task: LongTask, tell: Tell, chunk_items: int) -> None:
        self.task = task
        self.params = Params(**task.params)
        self.path = Path(self.params.path)
        self.counts = Counts.from_cursor(task.cursor)
        self.report = Report()
        self.tell = tell
        self.chunk_items = chunk_items

    def go(self) -> None:
        items = self._open()
        self.report.see(islice(items, self.counts.items))
        for chunk in _chunks(items, self.chunk_items):
            self._write(chunk)
        self._finish()

    def result(self) -> dict[str, Any]:
        return self.report.result(self.counts)

    def _open(self) -> Iterator[Item]:
        detail = self.params.read_detail()
        layout = sniff(self.path)
        if digest_of(self.path, detail) != self.params.digest:
            raise FileChanged
        start_task(self.task, estimate_rows(self.path, layout.kind))
        if self.counts.items:
            self._say(f"从第 {self.counts.items + 1} 单继续")
        items = read_orders(self.path, self.params.platform, self.params.read_mapping(), detail)
        return (trimmed(item) if isinstance(item, ImportedOrder) else item for item in items)

    def _write(self, chunk: list[Item]) -> None:
        orders = [item for item in chunk if isinstance(item, ImportedOrder)]
        place = Place(self.params.brand_id)
        with transaction.atomic():
            self._hold()
            written = write_chunk(orders, place, dry_run=self.params.dry_run)
            written.items = len(chunk)
            counts = self.counts.plus(written)
            faults.point("import.chunk_written")
            done = max((order.row_numbers[-1] for order in orders), default=0)
            report_progress(self.task, done=max(done, self.task.done), cursor=counts.as_cursor())
            extend_lease(JOB, self.task.public_id)
        faults.point("import.chunk_committed")
        self.counts = counts
        self.report.see(chunk)
        self._say_progress()

    def _hold(self) -> None:
        """One import of a merchant at a time, and one process on a task."""
        lock_name("mall.import")
        held = LongTask.objects.select_for_update().get(pk=self.task.pk)
        if held.finished_at or Counts.from_cursor(held.cursor).items != self.counts.items:
            raise TaskMoved

    def _finish(self) -> None:
        with transaction.atomic():
            self._hold()
            if self.counts.changed and not self.params.dry_run:
                events.announce(OrdersImported(self.counts.first_day, self.counts.last_day))
            self.task.done = self.task.total = max(self.task.done, self.report.last_row)
            self.task.save(update_fields=["done", "total"])
            finish_task(self.task, self.result())
            audit.record("mall.import.finished", self.task, after=self._brief())

    def _brief(self) -> dict[str, Any]:
        result = self.result()
        return {name: result[name] for name in ("created", "updated", "skipped", "error_count")}

    def _say_progress(self) -> None:
        counts = self.counts
        self._say(
            f"已读 {self.task.done} 行，新增 {counts.created}，更新 {counts.updated}，"
            f"未变 {counts.unchanged}"
        )

    def _say(self, line: str) -> None:
        log_line(self.task, line)
        self.tell(line)


def _chunks(items: Iterator[Item], most: int) -> Iterator[list[Item]]:
    """At most `most` items, and not many more than 20,000 lines, at a time."""
    chunk: list[Item] = []
    lines = 0
    for item in items:
        chunk.append(item)
        lines += len(item.lines) if isinstance(item, ImportedOrder) else 0
        if len(chunk) >= most or lines >= CHUNK_LINES:
            yield chunk
            chunk, lines = [], 0
    if chunk:
        yield chunk
