"""Everything a handler of the twin may use, in one object."""

from dataclasses import dataclass
from pathlib import Path

import httpx
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
    http: httpx.AsyncClient


def open_twin(state: Path) -> Twin:
    """Open or create the state folder."""
    state.mkdir(parents=True, exist_ok=True)
    store = Store(state / "twin.sqlite3")
    clock = Clock(store)
    return Twin(
        store=store,
        clock=clock,
        log=Log(store, clock),
        settings=Settings(store),
        faults=Faults(store),
        deliveries=Deliveries(store, clock),
        # A kept-alive connection that the other side drops would look like a failure of theirs.
        http=httpx.AsyncClient(
            verify=False, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
        ),
    )


def twin_of(request: Request) -> Twin:
    """The twin that serves this request."""
    twin: Twin = request.app.state.twin
    return twin
