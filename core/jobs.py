"""Work that must not be lost: rows, leases, retries, dead letters.

`enqueue` writes the obligation in the caller's transaction; a doorbell rung on commit
makes it prompt, and the scheduler's sweep makes it certain. A handler may run again
after a crash, so every handler is idempotent.
"""

import datetime as dt
import json
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from django.db import connection, transaction

from core import clock, faults, ports
from core.context import acting, acting_as, assert_schema, schema
from core.errors import Outcome, PortFailure, Refusal
from core.locks import Busy
from core.models import Job

BUSY_SECONDS = 2.0
"""A row that somebody else holds is no refusal of the work itself."""
LANES = ("greeting", "send", "money", "default", "sync", "nightly", "ddl")

Payload = dict[str, Any]
Handler = Callable[[Payload], None]

log = structlog.get_logger(__name__)


class Doorbell(Protocol):
    """Tells a worker that a lane of this schema has work; losing a ring loses time only."""

    def ring(self, schema_name: str, lane: str) -> None: ...


class RetryLater(Exception):
    """The handler cannot finish yet; `seconds` of real time until the next try."""

    def __init__(self, seconds: float, reason: str = "") -> None:
        self.seconds = seconds
        super().__init__(reason or f"retry in {seconds}s")


@dataclass(frozen=True)
class Registration:
    name: str
    handler: Handler
    lane: str
    lease_seconds: int
    max_attempts: int
    daily_at: dt.time | None = None
    every: dt.timedelta | None = None


_registry: dict[str, Registration] = {}


def job(
    name: str,
    *,
    lane: str = "default",
    lease_seconds: int = 60,
    max_attempts: int = 8,
    daily_at: dt.time | None = None,
    every: dt.timedelta | None = None,
) -> Callable[[Handler], Handler]:
    """Register a handler under a dotted `name`; a name is registered once.

    With `daily_at` (Asia/Shanghai) or `every` it comes back by itself: each run owes
    the next one before its body starts, so a failing body breaks no chain.
    """
    if lane not in LANES:
        raise ValueError(f"unknown lane {lane}")

    def register(handler: Handler) -> Handler:
        if name in _registry and _registry[name].handler is not handler:
            raise ValueError(f"job {name} is registered twice")
        _registry[name] = Registration(
            name, handler, lane, lease_seconds, max_attempts, daily_at, every
        )
        return handler

    return register


def registered() -> dict[str, Registration]:
    return dict(_registry)


def enqueue(
    name: str,
    payload: Payload | None = None,
    *,
    key: str = "",
    due_at: dt.datetime | None = None,
) -> bool:
    """Owe a piece of work; the same (name, key) is owed once. True when new.

    `due_at` is business time. Without a key the row gets a random one.
    """
    entry = _registry[name]
    now = clock.now()
    row = Job(
        name=name,
        key=key or uuid.uuid4().hex,
        payload=payload or {},
        lane=entry.lane,
        due_at=due_at or now,
        max_attempts=entry.max_attempts,
        request_id=acting().request_id,
        created_at=now,
    )
    created = _insert_once(row)
    if created and (due_at is None or due_at <= now):
        ring_on_commit(entry.lane)
    return created


_OWE = """
INSERT INTO core_job (name, key, payload, lane, state, due_at, attempts, max_attempts, owner,
                      request_id, ran_in, last_error, created_at)
VALUES (%s, %s, %s, %s, %s, %s, 0, %s, '', %s, '', '', %s)
ON CONFLICT (name, key) DO NOTHING RETURNING id
"""


def _insert_once(row: Job) -> bool:
    """One statement, where looking first and a savepoint would be four. True when new."""
    with connection.cursor() as cursor:
        cursor.execute(
            _OWE,
            [
                *(row.name, row.key, json.dumps(row.payload), row.lane, row.state, row.due_at),
                *(row.max_attempts, row.request_id, row.created_at),
            ],
        )
        return cursor.fetchone() is not None


def ensure_recurring() -> None:
    """Owe the next run of everything that comes back by itself: for a new schema."""
    for entry in _registry.values():
        _owe_next(entry)


def _owe_next(entry: Registration) -> None:
    due_at = _next_due(entry)
    if due_at is not None:
        enqueue(entry.name, key=f"at:{due_at.isoformat()}", due_at=due_at)


def _next_due(entry: Registration) -> dt.datetime | None:
    now = clock.now()
    if entry.daily_at is not None:
        local = now.astimezone(clock.SHANGHAI)
        due = dt.datetime.combine(local.date(), entry.daily_at, clock.SHANGHAI)
        return due if due > local else due + dt.timedelta(days=1)
    if entry.every is not None:
        step = entry.every.total_seconds()
        return dt.datetime.fromtimestamp((now.timestamp() // step + 1) * step, dt.UTC)
    return None


def ring_on_commit(lane: str) -> None:
    schema_name = schema()
    transaction.on_commit(lambda: _ring(schema_name, lane), robust=True)


def _ring(schema_name: str, lane: str) -> None:
    doorbell = ports.find(Doorbell)
    if doorbell:
        doorbell.ring(schema_name, lane)


_CLAIM = """
UPDATE core_job SET state = 'running', owner = %(owner)s, attempts = attempts + 1,
       lease_until = %(real)s + lease.seconds * interval '1 second'
FROM (SELECT * FROM unnest(%(names)s::text[], %(leases)s::int[]) AS l(name, seconds))
     AS lease
WHERE lease.name = core_job.name AND core_job.id IN (
    SELECT id FROM core_job
    WHERE lane = %(lane)s
      AND ((state = 'due' AND due_at <= %(now)s)
           OR (state = 'running' AND lease_until < %(real)s))
    ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING core_job.id
"""


def claim(lane: str, *, limit: int = 20) -> list[Job]:
    """Take due or abandoned jobs of a lane under a lease, oldest first."""
    owner = uuid.uuid4().hex
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {
                "owner": owner,
                "real": clock.real_now(),
                "now": clock.now(),
                "names": list(_registry),
                "leases": [entry.lease_seconds for entry in _registry.values()],
                "lane": lane,
                "limit": limit,
            },
        )
        ids = [row[0] for row in cursor.fetchall()]
    jobs = list(Job.objects.filter(pk__in=ids).order_by("due_at", "pk"))
    faults.point("job.claimed")
    return jobs


def run_due(lane: str, *, limit: int = 20, rounds: int = 50) -> int:
    """Run what is due in this schema's lane until nothing is left; returns how many."""
    ran = 0
    for _ in range(rounds):
        claimed = claim(lane, limit=1 if lane in ("greeting", "money") else limit)
        if not claimed:
            break
        for row in claimed:
            run(row)
        ran += len(claimed)
    return ran


def run(row: Job) -> None:
    """Run one claimed job and write down how it ended."""
    entry = _registry[row.name]
    who = acting_as(kind="job", label=row.name, request_id=row.request_id)
    with who, structlog.contextvars.bound_contextvars(job=row.name, job_id=row.pk):
        try:
            row.ran_in = assert_schema(schema())
            _owe_next(entry)
            entry.handler(row.payload)
        except RetryLater as later:
            _again(row, later.seconds, str(later))
        except PortFailure as failure:
            _after_port_failure(row, failure)
        except Busy as busy:
            _again(row, BUSY_SECONDS, busy.text)
        except Refusal as refusal:
            _finish(row, Job.State.DEAD, f"{refusal.code}: {refusal.text}")
        except Exception as error:
            log.exception("job_failed")
            _again(row, _backoff(row.attempts), f"{type(error).__name__}: {error}")
        else:
            faults.point("job.before_done")
            _finish(row, Job.State.DONE, "")


def _after_port_failure(row: Job, failure: PortFailure) -> None:
    reason = f"{failure.code}: {failure.text}"
    if failure.outcome is Outcome.REJECTED:
        _finish(row, Job.State.DEAD, reason)
    else:
        _again(row, failure.retry_after or _backoff(row.attempts), reason)


def _backoff(attempts: int) -> float:
    """Seconds: 1, 2, 4 … 300, with a quarter of jitter so that a herd spreads out."""
    base = min(300.0, 2.0 ** max(0, attempts - 1))
    return base * random.uniform(0.75, 1.25)  # noqa: S311


def _again(row: Job, seconds: float, reason: str) -> None:
    if row.attempts >= row.max_attempts:
        _finish(row, Job.State.DEAD, reason)
        return
    due_at = clock.now() + dt.timedelta(seconds=seconds)
    _owned(row).update(state=Job.State.DUE, due_at=due_at, lease_until=None, last_error=reason)


def _finish(row: Job, state: Job.State, reason: str) -> None:
    _owned(row).update(
        state=state,
        lease_until=None,
        last_error=reason,
        ran_in=row.ran_in,
        finished_at=clock.now(),
    )
    if state == Job.State.DEAD:
        log.error("job_dead", job=row.name, key=row.key, reason=reason)


def _owned(row: Job) -> Any:
    """Only the present owner may say how a job ended: a lapsed lease has lost it."""
    return Job.objects.filter(pk=row.pk, owner=row.owner, state=Job.State.RUNNING)


def list_dead() -> Any:
    return Job.objects.filter(state=Job.State.DEAD).order_by("-finished_at", "-pk")


def retry_dead(job_id: int) -> bool:
    """Put a dead letter back in the queue with fresh tries."""
    changed = Job.objects.filter(pk=job_id, state=Job.State.DEAD).update(
        state=Job.State.DUE, attempts=0, due_at=clock.now(), finished_at=None
    )
    if changed:
        ring_on_commit(Job.objects.get(pk=job_id).lane)
    return bool(changed)
