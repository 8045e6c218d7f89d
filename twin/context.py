"""Everything a handler of the twin may use, in one object."""

from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request

from twin.clock import Clock
from twin.deliveries import Deliveries
from twin.faults import Faults
from twin.log import Log
from twin.settings import Settings
from twin.store import Store


@dataclass(frozen=True)
class Twin:
    """The twin's parts; reach it from a request with ``twin_of``."""

    store: Store
    clock: Clock
    log: Log
    settings: Settings
    faults: Faults
    deliveries: Deliveries


def open_twin(state: Path) -> Twin:
    """Open or create the state folder."""
    state.mkdir(parents=True, exist_ok=True)
    store = Store(state / "twin.sqlite3")
    clock = Clock(store)
    return Twin(
        store,
        clock,
        Log(store, clock),
        Settings(store),
        Faults(store),
        Deliveries(store, clock),
    )


def twin_of(request: Request) -> Twin:
    """The twin that serves this request."""
    twin: Twin = request.app.state.twin
    return twin
