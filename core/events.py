"""News travels upward as rows: one event, and one idempotent job for each listener."""

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import ClassVar

from core import clock, jobs
from core.context import acting
from core.models import Event as EventRow


@dataclass(frozen=True)
class Event:
    """Base of every announcement; fields are ids, numbers and text only."""

    name: ClassVar[str]


_listeners: dict[str, list[str]] = defaultdict(list)


def subscribe(event: type[Event], *job_names: str) -> None:
    """Called from `siyu/subscriptions.py` alone; each listener is a registered job."""
    for job_name in job_names:
        if job_name not in _listeners[event.name]:
            _listeners[event.name].append(job_name)


def listeners() -> dict[str, list[str]]:
    return {name: list(names) for name, names in _listeners.items()}


def announce(event: Event) -> None:
    """Write the news and what it obliges, in the caller's transaction."""
    row = EventRow.objects.create(
        name=event.name,
        payload=asdict(event),
        at=clock.now(),
        request_id=acting().request_id,
    )
    for job_name in _listeners.get(event.name, ()):
        jobs.enqueue(job_name, row.payload, key=f"event:{row.pk}")
