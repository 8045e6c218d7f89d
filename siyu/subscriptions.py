"""Who listens to what: the one list. A listener is a registered job."""

from core.events import Event, subscribe

LISTENERS: dict[type[Event], tuple[str, ...]] = {}


def subscribe_all() -> None:
    for event, jobs in LISTENERS.items():
        subscribe(event, *jobs)
