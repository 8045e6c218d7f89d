"""Ordering an import: the file is looked at, the work written down."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from core import audit, jobs
from core.errors import NotFound
from core.models import LongTask
from core.tasks import create_task
from mall.contracts import OWN
from mall.importing import Mapping, preview
from mall.importing.refusals import BadMapping
from mall.services.imports.files import digest_of
from mall.services.imports.mappings import as_plain
from org.models import OrgUnit, Staff
from org.selectors import scope_path

KIND = "mall.import"
JOB = "mall.run_import"
LONGEST_SOURCE = 20


@dataclass(frozen=True, kw_only=True)
class Params:
    """What a task needs to be run by any worker; `digest` is of the files' bytes."""

    path: str
    platform: str
    mapping: dict[str, Any] | None
    detail_path: str
    dry_run: bool
    brand_id: int
    digest: str

    def read_mapping(self) -> Mapping | None:
        return Mapping.from_dict(self.mapping) if self.mapping is not None else None

    def read_detail(self) -> Path | None:
        return Path(self.detail_path) if self.detail_path else None


def start_import(
    *,
    path: Path,
    platform: str,
    brand: OrgUnit,
    mapping: Mapping | None = None,
    detail_path: Path | None = None,
    dry_run: bool = False,
    actor: Staff | None = None,
) -> LongTask:
    """Order an import and owe it to a worker; the task shows how far it is.

    The files must stay where they are until the task has ended. Refuses `ImportRefused`
    for a file that cannot be read, `NotFound` for a brand out of the actor's reach.
    """
    _refuse(brand, actor, mapping)
    params = _look_over(path, platform, brand, mapping, detail_path, dry_run=dry_run)

    with transaction.atomic():
        task = _write_down(params)
        jobs.enqueue(JOB, {"task_id": task.pk}, key=task.public_id)
    return task


def order_import(
    *,
    path: Path,
    platform: str,
    brand: OrgUnit,
    mapping: Mapping | None = None,
    detail_path: Path | None = None,
    dry_run: bool = False,
) -> LongTask:
    """As `start_import`, for a command that runs the task itself."""
    _refuse(brand, None, mapping)
    params = _look_over(path, platform, brand, mapping, detail_path, dry_run=dry_run)

    with transaction.atomic():
        return _write_down(params)


def _refuse(brand: OrgUnit, actor: Staff | None, mapping: Mapping | None) -> None:
    if actor is not None and not brand.path.startswith(scope_path(actor)):
        raise NotFound
    _refuse_source(mapping)


def _look_over(
    path: Path,
    platform: str,
    brand: OrgUnit,
    mapping: Mapping | None,
    detail_path: Path | None,
    *,
    dry_run: bool,
) -> Params:
    """Outside of any transaction: a large file takes its time. Raises `ImportRefused`."""
    preview(path, platform, mapping, limit=1, detail_path=detail_path)
    return Params(
        path=str(path.resolve()),
        platform=platform,
        mapping=as_plain(mapping) if mapping is not None else None,
        detail_path=str(detail_path.resolve()) if detail_path else "",
        dry_run=dry_run,
        brand_id=brand.pk,
        digest=digest_of(path, detail_path),
    )


def _write_down(params: Params) -> LongTask:
    name = Path(params.path).name
    task = create_task(KIND, f"导入订单：{name}", asdict(params))
    told = {"file": name, "platform": params.platform, "dry_run": params.dry_run}
    audit.record("mall.import.started", task, after=told)
    return task


def _refuse_source(mapping: Mapping | None) -> None:
    """A generic file's shop system names its order numbers, so it may not be ours."""
    if mapping is None:
        return
    if mapping.buyer_kind == OWN or len(mapping.buyer_kind) > LONGEST_SOURCE:
        raise BadMapping(f"buyer_kind 最多 {LONGEST_SOURCE} 个字，且不能是 {OWN}")


def resume_instead(task: LongTask) -> LongTask:
    """The same import by the same hand that was cut short, in the place of a fresh one.

    The fresh task goes; without an earlier one it is the answer.
    """
    earlier = LongTask.objects.filter(
        kind=KIND,
        params=task.params,
        created_by=task.created_by,
        state=LongTask.State.RUNNING,
        pk__lt=task.pk,
    ).last()
    if earlier is None:
        return task
    task.delete()
    return earlier
