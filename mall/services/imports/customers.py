"""Customers of another platform become members, each row one person, nobody put together.

Rules: docs/rules.md, 有赞客户.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction

from core import audit, jobs
from core.leases import extend_lease
from core.locks import lock_name
from core.models import LongTask
from core.tasks import (
    TaskCancelled,
    cancel_task,
    create_task,
    fail_task,
    finish_task,
    log_line,
    report_progress,
    start_task,
)
from mall.importing import ImportRefused
from mall.importing.customers import ImportedCustomer, read_customers
from mall.importing.records import RowProblem
from mall.services.imports.files import digest_of, estimate_rows
from mall.services.imports.report import MOST_ROWS_TOLD, told
from mall.services.imports.running import FileChanged, TaskMoved
from members.contracts import Recognised
from members.selectors import find_member_ids
from members.services import recognise_many, tag_members

KIND = "mall.import_members"
JOB = "mall.import_members"
SOURCE = "youzan"
ROW_KIND = "youzan_customer"
BUYER_KIND = "youzan"
TAG_GROUP = "有赞标签"
CHUNK = 1_000

Item = ImportedCustomer | RowProblem


def start_member_import(*, path: Path, dry_run: bool = False) -> LongTask:
    """Order an import of customers and owe it to a worker. Raises `ImportRefused`."""
    params = _look_over(path, dry_run=dry_run)

    with transaction.atomic():
        task = _write_down(params)
        jobs.enqueue(JOB, {"task_id": task.pk}, key=task.public_id)
    return task


def order_member_import(*, path: Path, dry_run: bool = False) -> LongTask:
    """As `start_member_import`, for a command that runs the task itself."""
    params = _look_over(path, dry_run=dry_run)

    with transaction.atomic():
        return _write_down(params)


def _look_over(path: Path, *, dry_run: bool) -> dict[str, Any]:
    next(read_customers(path), None)
    return {"path": str(path.resolve()), "dry_run": dry_run, "digest": digest_of(path)}


def _write_down(params: dict[str, Any]) -> LongTask:
    name = Path(params["path"]).name
    task = create_task(KIND, f"导入会员：{name}", params)
    audit.record("members.import.started", task, after={"file": name})
    return task


@dataclass
class _Counts:
    """What was committed so far, kept in the task's cursor; `items` are rows consumed."""

    items: int = 0
    created: int = 0
    joined: int = 0
    unchanged: int = 0
    full_phones: int = 0
    masked_phones: int = 0
    error_count: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)

    def result(self, *, dry_run: bool) -> dict[str, Any]:
        words = "将新增" if dry_run else "新增"
        rows = (
            (words, self.created),
            ("与已有买家相认", self.joined),
            ("已经导入过", self.unchanged),
            ("有完整手机号", self.full_phones),
            ("手机号被遮挡（不作识别）", self.masked_phones),
            ("问题行", self.error_count),
        )
        summary = [[name, f"{count:,}"] for name, count in rows]
        return {**asdict(self), "dry_run": dry_run, "summary": summary}


def run_member_import(
    task_id: int, *, tell: Callable[[str], None] | None = None, chunk: int = CHUNK
) -> LongTask:
    """Go on with an import of customers where its last committed chunk ended, to the end.

    Idempotent; raises `TaskMoved` where two processes run it at once.
    """
    task = LongTask.objects.get(pk=task_id)
    if task.finished_at is None:
        counts = _Counts(**task.cursor) if task.cursor else _Counts()
        try:
            _go(task, counts, tell or (lambda line: None), chunk)
        except TaskCancelled:
            cancel_task(task, counts.result(dry_run=task.params["dry_run"]))
        except ImportRefused as refused:
            fail_task(task, refused.code, refused.text)
    return task


def _go(task: LongTask, counts: _Counts, tell: Callable[[str], None], size: int) -> None:
    path, dry_run = Path(task.params["path"]), task.params["dry_run"]
    items = read_customers(path)
    if digest_of(path) != task.params["digest"]:
        raise FileChanged
    start_task(task, estimate_rows(path, "csv"))
    for chunk in _chunks(islice(items, counts.items, None), size):
        with transaction.atomic():
            _hold(task, counts)
            _take(chunk, counts, dry_run=dry_run)
            report_progress(task, done=chunk[-1].row, cursor=asdict(counts))
            extend_lease(JOB, task.public_id)
        line = f"已读 {task.done} 行，新增 {counts.created}，问题 {counts.error_count}"
        log_line(task, line)
        tell(line)
    with transaction.atomic():
        finish_task(task, counts.result(dry_run=dry_run))
        audit.record("members.import.finished", task, after={"created": counts.created})


def _hold(task: LongTask, counts: _Counts) -> None:
    """One import of a merchant at a time, and one process on a task."""
    lock_name("mall.import")
    held = LongTask.objects.select_for_update().get(pk=task.pk)
    if held.finished_at or held.cursor.get("items", 0) != counts.items:
        raise TaskMoved


def _chunks(items: Iterator[Item], size: int) -> Iterator[list[Item]]:
    while chunk := list(islice(items, size)):
        yield chunk


def _take(chunk: Sequence[Item], counts: _Counts, *, dry_run: bool) -> None:
    """Write one chunk in the caller's transaction and count what it came to."""
    customers = [item for item in chunk if isinstance(item, ImportedCustomer)]
    problems = [item for item in chunk if isinstance(item, RowProblem)]
    known = find_member_ids(ROW_KIND, [customer.key for customer in customers])
    buyers = [customer.buyer_key for customer in customers if customer.buyer_key]
    held = find_member_ids(BUYER_KIND, buyers)
    fresh = [customer for customer in customers if customer.key not in known]
    joined = sum(customer.buyer_key in held for customer in fresh)
    if not dry_run:
        _write(customers)
    counts.items += len(chunk)
    counts.unchanged += len(customers) - len(fresh)
    counts.joined += joined
    counts.created += len(fresh) - joined
    counts.full_phones += sum(bool(customer.phone) for customer in customers)
    counts.masked_phones += sum(customer.is_masked for customer in customers)
    counts.error_count += len(problems)
    counts.errors = [*counts.errors, *(told(problem) for problem in problems)][:MOST_ROWS_TOLD]


def _write(customers: Sequence[ImportedCustomer]) -> None:
    ids = recognise_many([_recognised(customer) for customer in customers])
    tags = [(ids[customer.key], tag) for customer in customers for tag in customer.tags]
    tag_members(tags, group=TAG_GROUP, source=SOURCE)


def _recognised(customer: ImportedCustomer) -> Recognised:
    """The row's own key first: an order's buyer is the same person only after that."""
    identities = [(ROW_KIND, customer.key)]
    if customer.buyer_key:
        identities.append((BUYER_KIND, customer.buyer_key))
    return Recognised(
        key=customer.key,
        identities=tuple(identities),
        name=customer.name,
        phone=customer.phone,
        source=SOURCE,
        at=customer.joined_at,
    )
