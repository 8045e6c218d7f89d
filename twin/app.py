"""The application: the routes of every part behind the fault layer."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from twin import admin
from twin.context import Twin, open_twin, twin_of
from twin.faults import FaultLayer
from twin.mp import routes as mp
from twin.pay import routes as pay
from twin.phone import routes as phone
from twin.wecom import routes as wecom

# A part is a module with `routes`, and, where it needs them, `ddl` (SQL text),
# `senders` ({delivery kind: sender}) and `sweeps` (what time alone makes happen).
PARTS: tuple[ModuleType, ...] = (admin, wecom, mp, pay, phone)
SWEEP_EVERY = 0.1  # seconds
logger = logging.getLogger("twin.sweeps")


def create_app(state: Path, settings: dict[str, Any] | None = None) -> Starlette:
    """The twin over one state folder."""
    twin = open_twin(state)
    for name, value in (settings or {}).items():
        twin.settings.set(name, value)
    routes: list[BaseRoute] = [Route("/_twin/healthz", healthz)]
    for part in PARTS:
        routes.extend(part.routes)
        twin.store.ensure(getattr(part, "ddl", ""))
        for kind, sender in getattr(part, "senders", {}).items():
            twin.deliveries.register(kind, sender)
    layer = Middleware(FaultLayer, faults=twin.faults, settings=twin.settings)
    app = Starlette(routes=routes, middleware=[layer], lifespan=_lifespan)
    app.state.twin = twin
    return app


async def healthz(request: Request) -> JSONResponse:
    """Alive, with the number of deliveries still owed."""
    return JSONResponse({"status": "ok", "pending": twin_of(request).deliveries.pending()})


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    twin: Twin = app.state.twin
    workers = [
        asyncio.create_task(twin.deliveries.run(twin)),
        asyncio.create_task(_sweep(twin)),
    ]
    yield
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    await twin.deliveries.stop()
    await twin.http.aclose()
    twin.store.close()


async def _sweep(twin: Twin) -> None:
    """Bring about what is due by business time alone, for as long as the twin lives."""
    while True:
        for part in PARTS:
            for sweep in getattr(part, "sweeps", []):
                try:
                    with twin.store.transaction():
                        sweep(twin)
                except Exception:  # one broken sweep must not stop the others
                    logger.exception("%s broke", sweep.__name__)
        await asyncio.sleep(SWEEP_EVERY)
