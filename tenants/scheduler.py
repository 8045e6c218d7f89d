"""The sweep: rings what is due, and greets by itself when the broker is silent."""

import signal
import threading
import time
from types import FrameType

import structlog
from django.db import DatabaseError, InterfaceError, close_old_connections

from core import ports
from core.jobs import LANES, Doorbell
from tenants import runner

log = structlog.get_logger(__name__)

GREETING_SECONDS = 2.0
SWEEP_SECONDS = 10.0


class BrokerSilent(Exception):
    """The doorbell could not be rung."""


class Scheduler:
    """A loop over PostgreSQL; two may run, because claims are made in the database."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self._swept_at = 0.0

    def run(self) -> None:
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        while not self.stopping.is_set():
            try:
                self.tick()
            except (DatabaseError, InterfaceError):
                # A restarted PostgreSQL is either, by what the sweep was at.
                log.exception("sweep_failed")
                close_old_connections()
            self.stopping.wait(GREETING_SECONDS)

    def tick(self) -> None:
        lanes = ["greeting"]
        if time.monotonic() - self._swept_at >= SWEEP_SECONDS:
            lanes = list(LANES)
            self._swept_at = time.monotonic()
        for due in runner.find_due(lanes):
            self._ring(due)

    def _ring(self, due: runner.DueLane) -> None:
        try:
            ports.get(Doorbell).ring(due.schema_name, due.lane)
        except BrokerSilent:
            if due.lane == "greeting":
                runner.run_due(due.schema_name, due.lane)

    def _stop(self, signum: int, frame: FrameType | None) -> None:
        self.stopping.set()
